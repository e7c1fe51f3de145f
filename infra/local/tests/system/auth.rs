//! The auth family.
