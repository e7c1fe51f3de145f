//! Chat sessions.

pub mod clean_up;
pub mod create;
pub mod delete;
pub mod export;
pub mod list;
pub mod read;
pub mod update;
