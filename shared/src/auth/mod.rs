//! Who is calling: tokens, cookies, sign-ins, passwords, one-time codes.

pub mod attempts;
pub mod codes;
mod cookies;
mod counter;
mod current_user;
mod device;
pub mod google;
mod jwt;
mod line;
mod open_family;
mod published_keys;
mod sign_ins;
mod token_secret;
mod tokens;

pub use cookies::{
    ACCESS_COOKIE, Flag, REFRESH_COOKIE, clear_cookies, read_cookies, set as set_cookie, sign_in_cookies,
};
pub use counter::Counter;
pub use current_user::{CurrentUser, MaybeUser};
pub use device::{DEVICE_COOKIE, Device};
pub use line::Line;
pub use open_family::Caller;
pub use published_keys::{PublishedKeys, PublishedKeysError};
pub use sign_ins::{RefreshError, SignIns, SignedIn};
pub use token_secret::{KeyUse, TokenSecret};
pub use tokens::{TokenError, Tokens};
