//! The `stream` function.

fn main() {}
