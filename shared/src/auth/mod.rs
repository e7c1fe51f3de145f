//! Sign-ins: tokens, cookies, devices, Google.

mod cookies;
mod device;
mod frontend;
pub mod google;
mod jwt;
mod line;
mod published_keys;
mod sign_ins;
mod tickets;
mod token_secret;
mod tokens;

pub(crate) use cookies::access_cookie;
pub use cookies::{
    ACCESS_COOKIE, Flag, REFRESH_COOKIE, clear_cookies, read_cookies, set as set_cookie, sign_in_cookies,
};
pub use device::{DEVICE_COOKIE, Device};
pub use line::Line;
pub use published_keys::{PublishedKeys, PublishedKeysError};
pub use sign_ins::{RefreshError, SignIns, SignedIn};
pub use token_secret::{KeyUse, TokenSecret};
pub use tokens::{TokenError, Tokens};
