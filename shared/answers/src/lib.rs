//! Answers from manuals: a user's library, the assistant that answers from it, and conversations.

pub mod assistant;
pub mod conversation;
pub mod library;

#[cfg(test)]
foundation::launcher_for_tests!();
