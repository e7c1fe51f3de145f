//! Making pictures of pages: kept as they were drawn, marked when they are asked for.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use shared::documents::pdf::PdfError;
use shared::http::{ApiError, ApiResult};
use shared::objects::{ObjectError, ObjectKey};
use shared::page_boxes::PageBox;
use shared::page_pictures::{HEAVIEST, PagePicture, drawn_width};
use shared::store::{Document, DocumentStatus};
use tempfile::NamedTempFile;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;

use crate::State;
use crate::fields::LARGEST_FILE;

/// How long a request waits for its turn. A function may run for 29 seconds, and a page is drawn in twelve at most.
const PATIENCE: Duration = Duration::from_secs(10);
/// When a request that found no turn may come again, in seconds.
const AGAIN: u64 = 5;

/// The picture that somebody asks for.
pub(crate) struct Wanted {
    /// Where the picture is kept from which it is made.
    pub(crate) key: ObjectKey,
    pub(crate) page: u32,
    pub(crate) width: u32,
    pub(crate) marks: Vec<PageBox>,
    /// The tag of the file.
    pub(crate) file: String,
}

impl Wanted {
    /// Whether the picture is the one that is kept.
    fn is_plain(&self) -> bool {
        self.marks.is_empty() && self.width == drawn_width(self.width)
    }
}

impl State {
    /// The picture, as a WebP file. It is drawn where that has not been done before.
    pub(crate) async fn picture(&self, document: &Document, wanted: Wanted) -> ApiResult<Bytes> {
        let found = self.kept(&wanted.key).await?;
        if let Some(kept) = found.as_ref().filter(|_| wanted.is_plain()) {
            return Ok(kept.clone());
        }
        // Held until the work is done, even if nobody waits for it any more.
        let turn = Arc::new(self.turn().await?);
        let kept = match found {
            Some(kept) => kept,
            // Somebody else may have drawn it meanwhile.
            None => match self.kept(&wanted.key).await? {
                Some(kept) => kept,
                None => self.draw(document, &wanted, &turn).await?,
            },
        };
        if wanted.is_plain() {
            return Ok(kept);
        }
        let made = tokio::task::spawn_blocking(move || {
            let mut picture = PagePicture::from_webp(&kept)?.scaled_to(wanted.width);
            picture.mark(&wanted.marks);
            let made = picture.to_webp();
            drop(turn);
            made
        });
        Ok(made.await.map_err(ApiError::internal)?.map_err(ApiError::internal)?.into())
    }

    /// A turn among those who make pictures.
    async fn turn(&self) -> ApiResult<OwnedSemaphorePermit> {
        let turn = timeout(PATIENCE, Arc::clone(&self.pictures).acquire_owned()).await;
        let turn = turn.map_err(|_| {
            let message = "Many pages are being drawn at the moment. Please try again in a few seconds.";
            ApiError::unavailable("pictures_busy", message).retry_after(AGAIN)
        })?;
        turn.map_err(ApiError::internal)
    }

    async fn kept(&self, key: &ObjectKey) -> ApiResult<Option<Bytes>> {
        match self.context.objects.get(key, HEAVIEST as u64).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(ObjectError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Draws a page and keeps its picture.
    async fn draw(&self, document: &Document, wanted: &Wanted, turn: &Arc<OwnedSemaphorePermit>) -> ApiResult<Bytes> {
        let file = self.file(document, &wanted.file).await?;
        let page = self.pdf.draw(file.path(), wanted.page, drawn_width(wanted.width)).await.map_err(not_drawn)?;
        drop(file);
        let picture = PagePicture::of(page).ok_or_else(|| ApiError::internal("a page has lost pixels"))?;
        let turn = Arc::clone(turn);
        let written = tokio::task::spawn_blocking(move || {
            let written = picture.to_webp();
            drop(turn);
            written
        });
        let bytes = Bytes::from(written.await.map_err(ApiError::internal)?.map_err(ApiError::internal)?);
        let objects = &self.context.objects;
        objects.put(&wanted.key, "image/webp", bytes.clone()).await?;
        // A document that was deleted meanwhile leaves no picture.
        let now = self.context.store.document(&document.user_id, &document.id).await?;
        if now.is_none_or(|now| now.status == DocumentStatus::Deleting) {
            objects.delete(&wanted.key).await?;
            return Err(ApiError::not_found("Document"));
        }
        Ok(bytes)
    }

    /// The document's file on this machine, as it was when it was read.
    async fn file(&self, document: &Document, known: &str) -> ApiResult<NamedTempFile> {
        let file = tempfile::Builder::new().prefix("intellimaint-").suffix(".pdf").tempfile();
        let file = file.map_err(ApiError::internal)?;
        let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
        match self.context.objects.download(&key, file.path(), LARGEST_FILE).await {
            Ok(etag) if etag == known => Ok(file),
            // It was replaced; the new one is not kept either.
            Ok(_) | Err(ObjectError::NotFound) => Err(ApiError::not_found("File")),
            Err(error) => Err(error.into()),
        }
    }
}

/// What takes too long may be drawn when less is going on; what is damaged, or needs too much memory, never is.
fn not_drawn(error: PdfError) -> ApiError {
    if error == PdfError::TookTooLong {
        let message = "Drawing this page took too long. Please try again in a moment, or open the file itself.";
        return ApiError::unavailable("pictures_busy", message).retry_after(AGAIN).caused_by(error);
    }
    if error.is_permanent() {
        let message = "This page cannot be shown as a picture. Please open the file itself.";
        ApiError::conflict("page_not_drawable", message).caused_by(error)
    } else {
        ApiError::unavailable(error.code(), error.to_string()).caused_by(error)
    }
}
