//! What an account is told by: an e-mail address, a role, and what is kept of a password.

mod email;
mod new_password;
pub mod password;
mod role;

pub use email::{Email, MangledEmail, NotAnEmail};
pub use new_password::NewPassword;
pub use role::Role;
