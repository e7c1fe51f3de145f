//! The chat family.
