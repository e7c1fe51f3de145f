//! The `stream` container.

fn main() {}
