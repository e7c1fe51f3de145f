//! `/api/v1/user`.

mod account;
mod deletion;
mod email;
mod export;
mod late_writes;
mod profile;
