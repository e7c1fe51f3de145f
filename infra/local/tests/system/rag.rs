//! The rag family.
