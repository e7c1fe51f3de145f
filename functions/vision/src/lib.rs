//! The `vision` family.
