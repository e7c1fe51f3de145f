//! Uploads: PDFs are opened to decide whether to accept them.

use std::io;
use std::path::Path;
use std::sync::Arc;

use foundation::config::DocumentsConfig;
use tokio::sync::Semaphore;

use super::{PdfError, PdfInfo, PdfWorker};

/// Number of files that one process opens at the same time, each in a child process; others wait.
const AT_ONCE: usize = 4;

/// Opens uploaded PDFs, a few at the same time.
#[derive(Debug, Clone)]
pub struct Inspector {
    worker: PdfWorker,
    permits: Arc<Semaphore>,
}

impl Inspector {
    /// An inspector with the configured reader of PDF files.
    ///
    /// # Errors
    /// If no program is configured and the path of the running executable is unknown.
    pub fn configured(config: &DocumentsConfig) -> io::Result<Self> {
        Ok(Self { worker: PdfWorker::configured(config)?, permits: Arc::new(Semaphore::new(AT_ONCE)) })
    }

    /// Opens a PDF without reading its pages, as soon as there is a permit.
    ///
    /// # Errors
    /// If the file cannot be opened, as a [`PdfError`].
    pub async fn inspect(&self, path: &Path) -> Result<PdfInfo, PdfError> {
        let _permit = self.permits.acquire().await.map_err(|error| PdfError::Reader(error.to_string()))?;
        self.worker.inspect(path).await
    }
}
