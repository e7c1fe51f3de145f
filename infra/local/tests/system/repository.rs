//! The repository family.

mod bad_files;
mod bad_requests;
mod by_address;
mod drawing;
mod life;
mod manuals;
pub mod multipart;
mod page_image;
mod turns;
