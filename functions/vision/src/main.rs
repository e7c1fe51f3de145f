//! The `vision` function.

fn main() {}
