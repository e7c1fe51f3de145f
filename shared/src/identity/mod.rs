//! What identifies an account: its e-mail address, its role, and the hash of its password.

mod email;
mod new_password;
pub mod password;
mod role;

pub use email::{Email, MangledEmail, NotAnEmail};
pub use new_password::NewPassword;
pub use role::{AccountRole, Role};
