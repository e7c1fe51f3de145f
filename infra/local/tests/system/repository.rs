//! The repository family.

mod bad_files;
mod bad_requests;
mod by_address;
mod drawing;
mod life;
pub mod multipart;
mod page_image;
mod turns;
