//! A worker as the configuration wants it.

use std::io;

use super::{Limits, PdfWorker};
use foundation::config::DocumentsConfig;

impl PdfWorker {
    /// A worker with the configured program and limits.
    ///
    /// # Errors
    /// When the program is this one, and its path is unknown.
    pub fn configured(config: &DocumentsConfig) -> io::Result<Self> {
        let limits = Limits {
            time: config.pdf_time,
            memory_bytes: config.pdf_memory,
            max_pages: config.max_pages,
            ..Limits::default()
        };
        let mut worker = Self::current_exe(config.pdfium_library.clone(), limits)?;
        if let Some(program) = &config.pdf_worker {
            worker.program.clone_from(program);
        }
        Ok(worker)
    }
}
