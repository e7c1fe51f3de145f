//! The configured reader, detector and model for pictures, in one place.

use std::sync::Arc;

use bytes::Bytes;

use super::Multimodal;
use super::detection::{self, Detection, Detector};
use super::memory::{MemoryPermit, PictureMemory};
use super::picture::{Outline, Picture, PictureError, PictureLimits};
use super::reading::{self, ReadText, Readers, TextReader};
use foundation::config::Config;
use foundation::provider::{Cause, ProviderError};

/// A picture as a file, with the memory reserved for it.
#[derive(Debug)]
pub struct PictureFile {
    bytes: Bytes,
    /// `None` if the file's memory is accounted for elsewhere, as in a request body.
    room: Option<MemoryPermit>,
}

impl PictureFile {
    /// A file with its memory.
    #[must_use]
    pub fn held(bytes: Bytes, room: MemoryPermit) -> Self {
        Self { bytes, room: Some(room) }
    }

    /// Its content.
    #[must_use]
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }

    /// Its content and its memory.
    #[must_use]
    pub fn into_parts(self) -> (Bytes, Option<MemoryPermit>) {
        (self.bytes, self.room)
    }
}

impl From<Bytes> for PictureFile {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, room: None }
    }
}

/// Text recognition, object detection and explanation of pictures. Build it once per process; clones share it.
#[derive(Debug, Clone)]
pub struct Vision(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    readers: Readers,
    detector: Arc<dyn Detector>,
    explainer: Option<Multimodal>,
    limits: PictureLimits,
}

/// The text and objects on a picture. A part that is not configured or failed is an error.
#[derive(Debug)]
pub struct VisionResult {
    /// The text.
    pub text: Result<ReadText, ProviderError>,
    /// The objects.
    pub objects: Result<Vec<Detection>, ProviderError>,
}

/// Decodes a picture on a blocking thread, once there is [memory](PictureMemory) for it. The picture holds the memory
/// for its lifetime. Dropping the future stops waiting.
///
/// # Errors
/// If the file is empty, unsupported, damaged or too large.
pub async fn decode(file: impl Into<PictureFile>, limits: PictureLimits) -> Result<Arc<Picture>, PictureError> {
    let file = file.into();
    let outline = Outline::of(&file.bytes, limits)?;
    let mut room = PictureMemory::of_process().for_pixels(outline.peak_bytes()).await;
    let decoded = tokio::task::spawn_blocking(move || {
        let picture = Picture::decode_outlined(&file.bytes, outline, limits)?;
        // With its room.
        drop(file);
        room.shrink_to(outline.held_bytes());
        Ok(Arc::new(picture.holding(room)))
    });
    decoded.await.unwrap_or_else(|error| {
        tracing::error!(%error, "decoding a picture broke off");
        Err(PictureError::Damaged)
    })
}

impl Vision {
    /// Creates the configured parts. Loading a detection model takes about a second.
    ///
    /// # Errors
    /// If the client of a service cannot be set up, because there are no root certificates or the key contains
    /// characters that a header cannot.
    pub async fn configured(config: &Config) -> Result<Self, Cause> {
        let explainer = config.vision.explanation.as_ref();
        Ok(Self(Arc::new(Inner {
            readers: reading::configured(config).await?,
            detector: detection::configured(config).await?,
            explainer: explainer.map(|openai| Multimodal::new("The explanation of pictures", openai)).transpose()?,
            limits: PictureLimits { most_pixels: config.vision.most_pixels },
        })))
    }

    /// Decodes a picture: see [`decode`].
    ///
    /// # Errors
    /// If the file is empty, unsupported, damaged or too large.
    pub async fn decode(&self, file: impl Into<PictureFile>) -> Result<Arc<Picture>, PictureError> {
        decode(file, self.0.limits).await
    }

    /// The text reader.
    #[must_use]
    pub fn reader(&self) -> &Arc<dyn TextReader> {
        &self.0.readers.pictures
    }

    /// The text reader for scanned pages.
    #[must_use]
    pub fn page_reader(&self) -> &Arc<dyn TextReader> {
        &self.0.readers.pages
    }

    /// The object detector.
    #[must_use]
    pub fn detector(&self) -> &Arc<dyn Detector> {
        &self.0.detector
    }

    /// The multimodal model that explains pictures, if there is one.
    #[must_use]
    pub fn explainer(&self) -> Option<&Multimodal> {
        self.0.explainer.as_ref()
    }

    /// Reads the text and detects the objects on a picture. Dropping the future stops the work.
    pub async fn look(&self, picture: Arc<Picture>) -> VisionResult {
        let (text, objects) =
            tokio::join!(self.0.readers.pictures.read(picture.clone()), self.0.detector.detect(picture));
        for error in [text.as_ref().err(), objects.as_ref().err()].into_iter().flatten() {
            tracing::debug!(code = error.code(), "a part of looking at a picture is missing");
        }
        VisionResult { text, objects }
    }
}
