//! Renders pages, for text recognition and display, in child processes, one page at a time.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::child::{Run, RunFailure, opening_time};
use super::picture::Purpose;
use super::protocol::Message;
use super::{PdfError, PdfWorker};

/// Maximum number of pages per child, since its processor time is limited.
const PAGES_PER_CHILD: usize = 8;
/// Time limit for a page, even on a busy machine.
const PAGE_TIME: Duration = Duration::from_secs(20);
/// Time limit for a page that a user is waiting for.
const SHOWN_IN: Duration = Duration::from_secs(12);
/// Number of pages that may fail before the rest is given up.
const MAX_LOST_PAGES: u32 = 4;

/// A page rendered for text recognition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageImage {
    /// The page, from 1.
    pub number: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// One byte per pixel, row by row; 0 is black.
    pub grey: Vec<u8>,
}

impl PageImage {
    /// Whether the page is blank.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.grey.iter().all(|value| *value > 200)
    }
}

/// Renders pages one after the other. Dropping it kills its child.
pub struct PageImages {
    worker: PdfWorker,
    path: PathBuf,
    wanted: VecDeque<u32>,
    run: Option<Run>,
    lost: u32,
}

/// A page rendered for display.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PagePixels {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Red, green and blue of each pixel, row by row.
    pub rgb: Vec<u8>,
}

impl PdfWorker {
    /// Renders a page in colour, `width` pixels wide; less if it would have more than eight million pixels or be higher
    /// than [`LONGEST_SHOWN`](super::LONGEST_SHOWN).
    ///
    /// # Errors
    /// If the page cannot be rendered; [`PdfError::Damaged`] also if there is no such page; [`PdfError::TookTooLong`]
    /// after twelve seconds, or after the time limit for a document if that is less. Large files get additional time to
    /// be opened.
    pub async fn draw(&self, path: &Path, page: u32, width: u32) -> Result<PagePixels, PdfError> {
        let mut worker = self.clone();
        // One time for all: to open the file, to draw the page, and to pass its pixels on.
        worker.limits.time = SHOWN_IN.min(worker.limits.time) + opening_time(path);
        worker.limits.stall = worker.limits.time;
        let deadline = Instant::now() + worker.limits.time;
        let mut run = Run::start_rendering(&worker, path, &[page], Purpose::Showing(width))?;
        let (width, height, rgb) = picture(&mut run, &worker, page, deadline).await?;
        Ok(PagePixels { width, height, rgb })
    }

    /// Renders these pages. Only one page is in memory at a time.
    #[must_use]
    pub fn render(&self, path: &Path, pages: impl IntoIterator<Item = u32>) -> PageImages {
        let mut worker = self.clone();
        worker.limits.stall = PAGE_TIME.min(worker.limits.time);
        let wanted = pages.into_iter().collect();
        PageImages { worker, path: path.to_owned(), wanted, run: None, lost: 0 }
    }
}

impl PageImages {
    /// The next page with its picture, or the reason why there is none. `None` after the last page, or once too many
    /// pages have failed.
    pub async fn next(&mut self) -> Option<(u32, Result<PageImage, PdfError>)> {
        let number = *self.wanted.front()?;
        if self.lost >= MAX_LOST_PAGES {
            tracing::warn!(page = number, "too many pages cannot be rendered; the rest is left");
            return None;
        }
        let rendered = self.advance().await;
        self.wanted.pop_front();
        if rendered.is_err() {
            self.lost += 1;
            self.run = None;
        }
        if self.run.as_ref().is_some_and(|run| run.pages_left == 0) {
            self.run = None;
        }
        Some((number, rendered))
    }

    async fn advance(&mut self) -> Result<PageImage, PdfError> {
        let mut run = if let Some(run) = self.run.take() {
            run
        } else {
            let pages: Vec<u32> = self.wanted.iter().take(PAGES_PER_CHILD).copied().collect();
            Run::start_rendering(&self.worker, &self.path, &pages, Purpose::Reading)?
        };
        let number = self.wanted.front().copied().unwrap_or_default();
        let deadline = Instant::now() + self.worker.limits.stall + run.opening;
        let (width, height, grey) = picture(&mut run, &self.worker, number, deadline).await?;
        run.pages_left = run.pages_left.saturating_sub(1);
        self.run = Some(run);
        Ok(PageImage { number, width, height, grey })
    }
}

/// The next picture that a child sends, which must be that of this page.
async fn picture(
    run: &mut Run,
    worker: &PdfWorker,
    number: u32,
    deadline: Instant,
) -> Result<(u32, u32, Vec<u8>), PdfError> {
    let picture = loop {
        match run.next(worker, deadline).await {
            Ok(Some(Message::Image { number: sent, width, height })) if sent == number => {
                break run.bytes(deadline, (width, height)).await.map(|pixels| (width, height, pixels));
            }
            Ok(Some(Message::NoImage { number: sent })) if sent == number => {
                break Err(RunFailure::Refused(PdfError::Damaged));
            }
            Ok(Some(Message::Document { .. })) => {}
            Ok(_) => break Err(RunFailure::Refused(PdfError::Reader("a page is missing".to_owned()))),
            Err(stop) => break Err(stop),
        }
    };
    picture.map_err(|(RunFailure::Refused(error) | RunFailure::Lost(error))| error)
}
