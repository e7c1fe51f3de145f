//! Who is calling, and how often somebody may guess: signed-in users, open families, attempts, one-time codes.

pub mod attempts;
pub mod codes;
mod counter;
mod current_user;
mod open_family;

pub use counter::Counter;
pub use current_user::{CurrentUser, MaybeUser};
pub use open_family::Caller;
