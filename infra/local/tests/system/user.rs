//! `/api/v1/user`.

mod account;
mod email;
mod profile;
