//! Creates a worker from the configuration.

use std::io;

use super::{Limits, PdfWorker};
use foundation::config::DocumentsConfig;

impl PdfWorker {
    /// A worker with the configured program and limits.
    ///
    /// # Errors
    /// If no program is configured and the path of the running executable is unknown.
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
