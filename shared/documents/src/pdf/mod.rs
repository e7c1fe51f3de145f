//! PDF files: text with page numbers, read in a child process.
//!
//! PDF parsers hang, exhaust memory and crash on bad files, so the parser never runs in the process that serves
//! requests. [`PdfWorker`] starts a [worker](foundation::worker), which limits itself before it opens the file, and
//! kills it if it stalls.

mod attached;
mod child;
mod configured;
mod content;
mod doubled;
mod error;
mod frame;
mod hidden;
mod inspector;
mod library;
mod parent;
mod picture;
mod protocol;
mod reader;
mod render;
mod unmapped;
mod worker;

pub use error::PdfError;
pub use inspector::Inspector;
pub use parent::{Limits, PageProgress, PdfInfo, PdfWorker};
pub use picture::LONGEST_SHOWN;
pub use render::{PageImage, PageImages, PagePixels};
pub use worker::WORKER;
use worker::WORKER_ARGUMENT;

#[cfg(test)]
mod tests;
