//! The user family.
