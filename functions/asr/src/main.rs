//! The `asr` function.

fn main() {}
