//! Reading pages that are pictures: rendered in a child process, one page after the other, and read as
//! they come, within bounds on pages and time.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::{StreamExt, stream};
use shared::documents::pdf::{PageImage, PdfError};
use shared::documents::{Page, PageSource};
use shared::provider::{ProviderError, ProviderFailure};
use shared::vision::{Picture, PixelBox};
use tokio::time::{Instant, timeout_at};

use crate::State;
use crate::failure::WorkError;

/// Pages of a document that are read so; those beyond stay without text.
const MOST_PAGES: usize = 500;
/// Time for all of them, out of the quarter of an hour that a function may run.
const MOST_TIME: Duration = Duration::from_mins(8);
/// Pages that are read at the same time, while the next is rendered.
const READ_AT_ONCE: usize = 2;

/// Pages, some of them read now, and why the others could not be, where the reader failed.
type Recognised = (Vec<Page>, Option<ProviderError>);

impl State {
    /// Reads the pages among these that hold no text. A page that cannot be rendered or read stays as
    /// it is; `on_page` is told how many are done, of how many.
    pub(crate) async fn recognise(
        &self,
        path: &Path,
        mut pages: Vec<Page>,
        on_page: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Recognised, WorkError> {
        let without_text = pages.iter().filter(|page| !page.has_text).map(|page| page.number);
        let wanted: Vec<u32> = without_text.take(MOST_PAGES).collect();
        if wanted.is_empty() {
            return Ok((pages, None));
        }
        let (total, deadline) = (wanted.len() as u64, Instant::now() + MOST_TIME);
        on_page(0, total);
        let images = stream::unfold(self.pdf.render(path, wanted), |mut images| async move {
            let next = images.next().await?;
            Some((next, images))
        });
        let mut read = Box::pin(images.map(|(number, image)| self.read_page(number, image)).buffered(READ_AT_ONCE));
        let (mut done, mut failed) = (0, None);
        loop {
            match timeout_at(deadline, read.next()).await {
                Err(_) => {
                    tracing::warn!(done, total, "text recognition takes too long; the rest of the pages is left");
                    break;
                }
                Ok(None) => break,
                Ok(Some(Ok(page))) => {
                    if let Some(place) = pages.iter_mut().find(|known| known.number == page.number) {
                        *place = page;
                    }
                }
                Ok(Some(Err(error))) => {
                    let for_all =
                        matches!(error.failure, ProviderFailure::NotConfigured { .. } | ProviderFailure::Rejected(_));
                    failed = Some(error);
                    if for_all {
                        break;
                    }
                }
            }
            done += 1;
            on_page(done, total);
        }
        drop(read);
        conclude(pages, failed)
    }

    /// A page from its picture; without text where it cannot be rendered.
    async fn read_page(&self, number: u32, image: Result<PageImage, PdfError>) -> Result<Page, ProviderError> {
        let blank = || Page::new(number, Vec::new(), PageSource::None);
        let picture = match image {
            Ok(image) => Picture::from_grey(image.width, image.height, image.grey),
            Err(error) => {
                tracing::debug!(page = number, %error, "a page cannot be rendered");
                None
            }
        };
        let printed = picture.filter(|picture| picture.has_ink(&PixelBox::whole(picture.size())));
        let Some(picture) = printed else { return Ok(blank()) };
        let read = self.reader.read(Arc::new(picture)).await?;
        Ok(Page::from_text(number, &read.text, PageSource::Ocr))
    }
}

/// Where the reader failed for the moment and nothing could be read at all, it is worth another try.
fn conclude(pages: Vec<Page>, failed: Option<ProviderError>) -> Result<Recognised, WorkError> {
    if let Some(error) = &failed {
        tracing::warn!(code = error.code(), "pages without text could not all be read");
        let nothing = !pages.iter().any(|page| page.has_text);
        if nothing && error.is_passing() && !matches!(error.failure, ProviderFailure::Timeout) {
            return Err(WorkError::passing("text_recognition_failed", error.to_string()));
        }
    }
    Ok((pages, failed))
}
