//! Documents: from the bytes of a file to pages of clean text, and from pages to chunks.
//!
//! [`pdf`] reads PDF files in a child process with limits. Every reader produces [`Page`]s. [`outline`] finds headings,
//! running headers and navigation pages by their form. [`chunking`] splits pages into the passages that are embedded,
//! searched and cited.

pub mod chunking;
pub mod layout;
pub mod normalize;
pub mod outline;
mod page;
pub mod page_pictures;
mod parts;
pub mod pdf;
pub mod references;
mod spot;
pub mod units;

pub use page::{Area, Block, CELL_SEPARATOR, LEADERS, Line, Page, PageSource, Row, Table, markdown_row};
pub use parts::parts;
pub use spot::Spot;
