//! The repository family.

mod by_address;
mod bad_files;
mod bad_requests;
mod life;
mod multipart;
