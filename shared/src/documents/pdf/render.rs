//! Pictures of pages, for those that hold no text: rendered in child processes, one page at a time.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::time::Instant;

use super::child::{Run, Stop};
use super::protocol::Message;
use super::{PdfError, PdfWorker};

/// Pages of one child, whose processor time is limited.
const PAGES_PER_CHILD: usize = 8;
/// Time for one page, a busy machine included.
const PAGE_TIME: Duration = Duration::from_secs(20);
/// Pages that may be lost before the rest is given up.
const MAX_LOST_PAGES: u32 = 4;

/// A page as a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageImage {
    /// The page, from 1.
    pub number: u32,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// One byte for each pixel, row by row; 0 is black.
    pub grey: Vec<u8>,
}

impl PageImage {
    /// Whether nothing is printed on the page.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.grey.iter().all(|value| *value > 200)
    }
}

/// Gives the pictures of some pages, one after the other. Dropping it ends its child.
pub struct PageImages {
    worker: PdfWorker,
    path: PathBuf,
    wanted: VecDeque<u32>,
    run: Option<Run>,
    lost: u32,
}

impl PdfWorker {
    /// The pictures of these pages. Nothing is held but the page that is being rendered.
    #[must_use]
    pub fn render(&self, path: &Path, pages: impl IntoIterator<Item = u32>) -> PageImages {
        let mut worker = self.clone();
        worker.limits.stall = PAGE_TIME.min(worker.limits.time);
        let wanted = pages.into_iter().collect();
        PageImages { worker, path: path.to_owned(), wanted, run: None, lost: 0 }
    }
}

impl PageImages {
    /// The next page with its picture, or with the reason why there is none; nothing after the last,
    /// or where too many pages could not be rendered.
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
            Run::start_rendering(&self.worker, &self.path, &pages)?
        };
        let number = self.wanted.front().copied().unwrap_or_default();
        let image = loop {
            let deadline = Instant::now() + self.worker.limits.stall;
            match run.next(&self.worker, deadline).await {
                Ok(Some(Message::Image { number: sent, width, height })) if sent == number => {
                    let grey = run.bytes(deadline, (width, height)).await;
                    break grey.map(|grey| PageImage { number, width, height, grey });
                }
                Ok(Some(Message::NoImage { number: sent })) if sent == number => {
                    break Err(Stop::Refused(PdfError::Damaged));
                }
                Ok(Some(Message::Document { .. })) => {}
                Ok(_) => break Err(Stop::Refused(PdfError::Reader("a page is missing".to_owned()))),
                Err(stop) => break Err(stop),
            }
        };
        match image {
            Ok(image) => {
                run.pages_left = run.pages_left.saturating_sub(1);
                self.run = Some(run);
                Ok(image)
            }
            Err(Stop::Refused(error) | Stop::Lost(error)) => Err(error),
        }
    }
}
