//! Answers from manuals: the library of a user, the assistant that quotes it, and the conversations it is asked in.

pub mod assistant;
pub mod conversation;
pub mod library;

#[cfg(test)]
foundation::launcher_for_tests!();
