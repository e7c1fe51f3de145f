//! The `asr` family.
