#![expect(clippy::unwrap_used, reason = "tests")]

mod pieces;
mod reading;
