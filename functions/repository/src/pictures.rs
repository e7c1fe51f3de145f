//! Making pictures of pages. A page is drawn once and its plain picture is stored; marks are added for each request.

use std::sync::Arc;
use std::time::Duration;

use ::documents::page_pictures::{HEAVIEST, PagePicture, drawn_width};
use ::documents::pdf::PdfError;
use bytes::Bytes;
use foundation::fetch::LARGEST_DOCUMENT;
use foundation::{ApiError, ApiResult};
use shared::objects::{ObjectError, ObjectKey};
use shared::store::{Document, DocumentStatus};
use tempfile::NamedTempFile;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::App;
use crate::wish::Wish;

/// How long a request may take in all: the function is ended after 29 seconds.
const ANSWERED_IN: Duration = Duration::from_secs(25);
/// How long it waits for a permit.
const PERMIT_IN: Duration = Duration::from_secs(10);
/// `Retry-After` of a request that got no permit or took too long, in seconds.
const AGAIN: u64 = 5;

impl App {
    /// The picture as a WebP file. The page is drawn if no picture of it is stored. `file` is the `ETag` of the
    /// document's file.
    pub(crate) async fn picture(&self, document: &Document, file: &str, wish: Wish) -> ApiResult<Bytes> {
        let made = timeout(ANSWERED_IN, self.made(document, file, wish)).await;
        made.unwrap_or_else(|late| Err(took_too_long().caused_by(late)))
    }

    async fn made(&self, document: &Document, file: &str, wish: Wish) -> ApiResult<Bytes> {
        let key = wish.key(document, file);
        let mut kept = self.kept(&key).await?;
        if let Some(kept) = kept.as_ref().filter(|_| wish.is_plain()) {
            return Ok(kept.clone());
        }
        // Blocking work goes on after the client has left, and holds the permit until it ends.
        let (permit, has_waited) = self.permit().await?;
        let permit = Arc::new(permit);
        if kept.is_none() && has_waited {
            // Another request may have drawn the page meanwhile. Two that begin at once may both draw it, and store
            // the same picture.
            kept = self.kept(&key).await?;
        }
        let (drawn, file) = if let Some(kept) = kept {
            (None, kept)
        } else {
            let (drawn, written) = self.draw(document, file, &wish, &permit).await?;
            (Some(drawn), written)
        };
        if wish.is_plain() {
            return Ok(file);
        }
        let made = tokio::task::spawn_blocking(move || {
            let whole = match drawn {
                Some(drawn) => drawn,
                None => PagePicture::from_webp(&file)?,
            };
            let mut picture = whole.scaled_to(wish.width);
            picture.mark(&wish.marks);
            let made = picture.into_webp();
            drop(permit);
            made
        });
        let (_, made) = made.await.map_err(ApiError::internal)?.map_err(ApiError::internal)?;
        Ok(made.into())
    }

    /// A permit to make a picture, and whether the request had to wait for it.
    async fn permit(&self) -> ApiResult<(OwnedSemaphorePermit, bool)> {
        if let Ok(permit) = Arc::clone(&self.pictures).try_acquire_owned() {
            return Ok((permit, false));
        }
        let permit = timeout(PERMIT_IN, Arc::clone(&self.pictures).acquire_owned()).await;
        let permit =
            permit.map_err(|_| busy("Many pages are being drawn at the moment. Please try again in a few seconds."))?;
        Ok((permit.map_err(ApiError::internal)?, true))
    }

    async fn kept(&self, key: &ObjectKey) -> ApiResult<Option<Bytes>> {
        match self.context.objects.get(key, HEAVIEST as u64).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ObjectError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Draws a page and stores its picture. Returns its pixels, and the file that holds them.
    async fn draw(
        &self,
        document: &Document,
        known: &str,
        wish: &Wish,
        permit: &Arc<OwnedSemaphorePermit>,
    ) -> ApiResult<(PagePicture, Bytes)> {
        let file = self.file(document, known).await?;
        let page = self.pdf.draw(file.path(), wish.page, drawn_width(wish.width)).await.map_err(not_drawn)?;
        drop(file);
        let picture = PagePicture::of(page).ok_or_else(|| ApiError::internal("a page has lost pixels"))?;
        let permit = Arc::clone(permit);
        let written = tokio::task::spawn_blocking(move || {
            let written = picture.into_webp();
            drop(permit);
            written
        });
        let (picture, bytes) = written.await.map_err(ApiError::internal)?.map_err(not_drawable)?;
        let (bytes, key) = (Bytes::from(bytes), wish.key(document, known));
        let objects = &self.context.objects;
        objects.put(&key, "image/webp", bytes.clone()).await?;
        // A document that was deleted meanwhile leaves no picture.
        let now = self.context.store.document(&document.user_id, &document.id).await?;
        if now.is_none_or(|now| now.status == DocumentStatus::Deleting) {
            objects.delete(&key).await?;
            return Err(ApiError::not_found("Document"));
        }
        Ok((picture, bytes))
    }

    /// The document's file on this machine, as it was when it was read.
    async fn file(&self, document: &Document, known: &str) -> ApiResult<NamedTempFile> {
        let file = tempfile::Builder::new().prefix("intellimaint-").suffix(".pdf").tempfile();
        let file = file.map_err(ApiError::internal)?;
        let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
        match self.context.objects.download(&key, file.path(), LARGEST_DOCUMENT).await {
            Ok(etag) if etag == known => Ok(file),
            // It was replaced: the page numbers and places are those of the file before.
            Ok(_) | Err(ObjectError::NotFound) => Err(ApiError::not_found("File")),
            Err(error) => Err(error.into()),
        }
    }
}

/// A page that took too long may be drawn when the machine is less busy. One that is damaged, or needs too much memory,
/// never is.
fn not_drawn(error: PdfError) -> ApiError {
    match error {
        PdfError::TookTooLong => took_too_long().caused_by(error),
        error if error.is_permanent() => not_drawable(error),
        error => {
            let message =
                "Pages cannot be shown as pictures at the moment. Please open the file itself, or try again later.";
            let refused = ApiError::unavailable(error.code(), message);
            match error {
                // Its own message leaves the reason out.
                PdfError::Reader(reason) => refused.caused_by(reason),
                error => refused.caused_by(error),
            }
        }
    }
}

fn not_drawable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ApiError {
    let message = "This page cannot be shown as a picture. Please open the file itself.";
    ApiError::conflict("page_not_drawable", message).caused_by(cause)
}

fn took_too_long() -> ApiError {
    busy("Drawing this page took too long. Please try again in a moment, or open the file itself.")
}

fn busy(message: &'static str) -> ApiError {
    ApiError::unavailable("pictures_busy", message).retry_after(AGAIN)
}
