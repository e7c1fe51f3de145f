//! Who is calling: tokens, cookies, sign-ins, passwords, one-time codes.

pub mod attempts;
#[cfg(feature = "mail")]
pub mod codes;
mod cookies;
mod current_user;
mod email;
#[cfg(feature = "oidc")]
pub mod google;
mod line;
mod open_family;
pub mod password;
mod role;
mod sign_ins;
mod tokens;

pub use cookies::{ACCESS_COOKIE, Flag, REFRESH_COOKIE, clear_cookies, read_cookie, sign_in_cookies};
pub(crate) use current_user::bearer;
pub use current_user::{CurrentUser, MaybeUser};
pub use email::{Email, MangledEmail, NotAnEmail};
pub use line::Line;
pub use open_family::Caller;
pub use role::Role;
pub use sign_ins::{RefreshError, SignIns, SignedIn};
pub use tokens::{Purpose, TokenError, Tokens};
