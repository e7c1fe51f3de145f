//! The repository family.
