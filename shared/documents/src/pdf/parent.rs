//! The parent's side: starts the child, reads its pages, and kills it if it stalls.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    PdfError, WORKER_ARGUMENT,
    child::{Run, RunFailure},
    protocol::Message,
};
use crate::{Page, PageSource};

/// Number of pages that may be lost to crashes or stalls before the document is given up.
const MAX_LOST_PAGES: u32 = 2;

/// Limits of a child process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Maximum time for the whole document.
    pub time: Duration,
    /// Maximum time between two pages. Before the first page, one second more per 4 MiB of the file.
    pub stall: Duration,
    /// Address space (`RLIMIT_AS`) in bytes.
    pub memory_bytes: u64,
    /// Maximum number of pages of a document.
    pub max_pages: u32,
    /// Maximum text of a document in bytes, as sent by the child.
    pub max_text_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_mins(5),
            stall: Duration::from_secs(9),
            memory_bytes: 1 << 30,
            max_pages: 5_000,
            max_text_bytes: 64 << 20,
        }
    }
}

/// Progress of an extraction, after each page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageProgress {
    /// Pages read.
    pub done: u32,
    /// Pages in the document.
    pub total: u32,
}

/// What is known of a PDF once it is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PdfInfo {
    /// Number of pages.
    pub pages: u32,
    /// Whether the file is encrypted. It opens without a password.
    pub encrypted: bool,
}

/// Reads PDF files in child processes.
#[derive(Debug, Clone)]
pub struct PdfWorker {
    /// The executable to start.
    pub program: PathBuf,
    /// Arguments before those of the job.
    pub args: Vec<String>,
    /// The PDFium library that the child loads.
    pub library: PathBuf,
    /// The limits of a child process.
    pub limits: Limits,
}

impl PdfWorker {
    /// A worker that starts the running executable again, with this PDFium library.
    ///
    /// # Errors
    /// If the path of the executable is unknown.
    pub fn current_exe(library: PathBuf, limits: Limits) -> io::Result<Self> {
        Ok(Self { program: std::env::current_exe()?, args: vec![WORKER_ARGUMENT.to_owned()], library, limits })
    }

    /// Opens a PDF without reading its pages, to decide whether to accept an upload.
    ///
    /// # Errors
    /// If the file cannot be opened, as a [`PdfError`].
    pub async fn inspect(&self, path: &Path) -> Result<PdfInfo, PdfError> {
        let deadline = Instant::now() + self.limits.time;
        // A first page beyond the last: the child opens the file and ends.
        let mut run = Run::start(self, path, u32::MAX)?;
        let mut info = None;
        loop {
            match run.next(self, deadline).await {
                Ok(Some(Message::Document { pages, encrypted })) => {
                    info = Some(PdfInfo { pages, encrypted });
                }
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(RunFailure::Refused(error) | RunFailure::Lost(error)) => return Err(error),
            }
        }
        let info = info.ok_or(PdfError::Damaged)?;
        self.check_pages(info.pages)?;
        Ok(info)
    }

    /// Reads all pages of a PDF with text.
    ///
    /// # Errors
    /// If the file cannot be read within the limits; [`PdfError::ImageOnly`] if no page has readable text.
    pub async fn extract(&self, path: &Path, on_page: impl FnMut(PageProgress) + Send) -> Result<Vec<Page>, PdfError> {
        let pages = self.extract_all(path, on_page).await?;
        if pages.iter().any(|page| page.has_text) {
            Ok(pages)
        } else {
            let pages = u32::try_from(pages.len()).unwrap_or(u32::MAX);
            Err(PdfError::ImageOnly { pages })
        }
    }

    /// Reads all pages, including those without text.
    ///
    /// # Errors
    /// If the file cannot be read within the limits. Never [`PdfError::ImageOnly`].
    pub async fn extract_all(
        &self,
        path: &Path,
        mut on_page: impl FnMut(PageProgress) + Send,
    ) -> Result<Vec<Page>, PdfError> {
        let deadline = Instant::now() + self.limits.time;
        let mut pages = Vec::new();
        let mut total = 0;
        let mut lost = 0;
        loop {
            let stop = self.read(path, deadline, &mut pages, &mut total, &mut on_page).await;
            let error = match stop {
                Ok(()) => return Ok(pages),
                Err(RunFailure::Refused(error)) => return Err(error),
                Err(RunFailure::Lost(error)) => error,
            };
            lost += 1;
            let done = u32::try_from(pages.len()).unwrap_or(u32::MAX);
            // Without a single page read the file as a whole is bad, not one page of it.
            if lost > MAX_LOST_PAGES || done == 0 || done >= total || Instant::now() >= deadline {
                return Err(error);
            }
            tracing::warn!(page = done + 1, reason = %error, "a page could not be read and is left out");
            pages.push(Page::blank(done + 1));
            if done + 1 == total {
                return Ok(pages);
            }
        }
    }

    /// Runs one child, beginning with the first unread page.
    async fn read(
        &self,
        path: &Path,
        deadline: Instant,
        pages: &mut Vec<Page>,
        total: &mut u32,
        on_page: &mut (impl FnMut(PageProgress) + Send),
    ) -> Result<(), RunFailure> {
        let done = u32::try_from(pages.len()).unwrap_or(u32::MAX);
        let mut run = Run::start(self, path, done.saturating_add(1)).map_err(RunFailure::Refused)?;
        while let Some(message) = run.next(self, deadline).await? {
            match message {
                Message::Document { pages, .. } => {
                    self.check_pages(pages).map_err(RunFailure::Refused)?;
                    *total = pages;
                }
                Message::Page { number, content } => {
                    let page = Page::new(number, content.blocks, PageSource::TextLayer);
                    pages.push(Page { size: content.size, unread: content.unread, ..page });
                    on_page(PageProgress { done: number, total: *total });
                }
                Message::Failed { .. } | Message::Image { .. } | Message::NoImage { .. } | Message::End => {}
            }
        }
        Ok(())
    }

    fn check_pages(&self, pages: u32) -> Result<(), PdfError> {
        let limit = self.limits.max_pages;
        if pages > limit {
            return Err(PdfError::TooManyPages { pages, limit });
        }
        Ok(())
    }
}
