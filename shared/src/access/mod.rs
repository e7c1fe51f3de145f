//! Access to routes: signed-in users, families that are open to anybody, one-time codes, and limits on guesses.

mod admin;
pub mod attempts;
pub mod codes;
mod counter;
mod current_user;
mod open_family;

pub use admin::{Admin, role_of};
pub use counter::Counter;
pub use current_user::{Account, CurrentUser, MayRenewAccess, MaybeUser};
pub use open_family::Caller;
