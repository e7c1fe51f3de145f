//! The `stream` family.
