//! Who is calling: tokens, cookies and sign-ins.

mod cookies;
mod current_user;
mod sign_ins;
mod tokens;

pub use cookies::{ACCESS_COOKIE, Flag, REFRESH_COOKIE, clear_cookies, read_cookie, sign_in_cookies};
pub use current_user::{CurrentUser, MaybeUser};
pub use sign_ins::{RefreshError, SignIns, SignedIn};
pub use tokens::{Purpose, TokenError, Tokens};
