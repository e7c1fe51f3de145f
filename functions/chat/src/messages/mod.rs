//! Messages of a session, and the answers to them.

pub mod feedback;
pub mod remove;
pub mod reword;
pub mod send;
pub mod stop;
pub mod stream;
