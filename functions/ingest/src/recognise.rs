//! Reading pages that are pictures, wholly or in part: rendered in a child process, one page after the
//! other, and read as they come, within bounds on pages and time.

use std::path::Path;
use std::time::Duration;

use ::documents::pdf::{PageImage, PdfError};
use documents::Page;
use foundation::provider::{ProviderError, ProviderFailure};
use futures::{StreamExt, stream};
use images::recognition;
use tokio::time::{Instant, timeout_at};

use crate::App;
use crate::failure::WorkError;

/// Pages of a document that are read so; those beyond stay without text.
const MOST_PAGES: usize = 500;
/// Time for all of them, out of the quarter of an hour that a function may run.
const MOST_TIME: Duration = Duration::from_mins(8);
/// Pages that are read at the same time, while the next is rendered.
const READ_AT_ONCE: usize = 2;

/// Pages, some of them read now, and why the others could not be, where the reader failed.
type Recognised = (Vec<Page>, Option<ProviderError>);

impl App {
    /// Reads what the text layers of these pages leave out. A page that cannot be rendered or read stays
    /// as it is; `on_page` is told how many are done, of how many.
    pub(crate) async fn recognise(
        &self,
        path: &Path,
        mut pages: Vec<Page>,
        on_page: &(dyn Fn(u64, u64) + Sync),
    ) -> Result<Recognised, WorkError> {
        // Those without any text first: on the others, little is missing.
        let mut wanted: Vec<Page> = pages.iter().filter(|page| recognition::wanted(page)).cloned().collect();
        wanted.sort_by_key(|page| page.has_text);
        wanted.truncate(MOST_PAGES);
        if wanted.is_empty() {
            return Ok((pages, None));
        }
        let (total, deadline) = (wanted.len() as u64, Instant::now() + MOST_TIME);
        on_page(0, total);
        let numbers: Vec<u32> = wanted.iter().map(|page| page.number).collect();
        let images = stream::unfold(self.pdf.render(path, numbers), |mut images| async move {
            let next = images.next().await?;
            Some((next, images))
        });
        let images = images.zip(stream::iter(wanted));
        let mut read = Box::pin(images.map(|((_, image), page)| self.read_page(page, image)).buffered(READ_AT_ONCE));
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

    /// A page with what its picture shows; as it is where it cannot be rendered.
    async fn read_page(&self, page: Page, image: Result<PageImage, PdfError>) -> Result<Page, ProviderError> {
        match image {
            Ok(image) => recognition::read(self.reader.as_ref(), page, image).await,
            Err(error) => {
                tracing::debug!(page = page.number, %error, "a page cannot be rendered");
                Ok(page)
            }
        }
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
