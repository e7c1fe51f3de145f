//! Fetches the pictures of a question.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::question::{Image, ImageSource};
use foundation::config::DocumentsConfig;
use foundation::fetch::{FetchLimits, Fetcher, SetUpError};
use images::memory::MemoryPermit;
use images::{PictureFile, PictureMemory};
use shared::objects::Objects;

/// Timeout for fetching a picture, and for analysing it, including the wait for memory.
pub(super) const PICTURE_TIMEOUT: Duration = Duration::from_secs(20);
/// Maximum size of a picture in bytes.
const LARGEST: u64 = 20 * 1024 * 1024;
/// Copies in memory: a file and the copy of its receiver.
const RECEIVED: u64 = 2;

/// Fetches the content of pictures, wherever they are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pictures {
    fetcher: Fetcher,
    objects: Objects,
}

impl Pictures {
    /// For pictures in the bucket and on the configured hosts.
    ///
    /// # Errors
    /// If TLS cannot be set up.
    pub fn new(config: &DocumentsConfig, objects: Objects) -> Result<Self, SetUpError> {
        let limits = FetchLimits {
            bytes: LARGEST,
            total: PICTURE_TIMEOUT,
            idle: Duration::from_secs(5),
            ..FetchLimits::default()
        };
        Ok(Self { fetcher: Fetcher::new(config, limits)?, objects })
    }

    /// Waits for memory for `copies` copies of all pictures at once. Reserving it one by one could deadlock with
    /// another request.
    pub(super) async fn room(&self, images: &[Image], copies: u64) -> MemoryPermit {
        let bytes = images.iter().map(size).sum::<u64>();
        PictureMemory::of_process().for_file(copies.saturating_mul(bytes)).await
    }

    /// The content of a picture. The caller must hold [memory](Self::room) for it.
    ///
    /// # Errors
    /// If the picture cannot be fetched. The error is a sentence for the user.
    pub(super) async fn bytes(&self, image: &Image) -> Result<Bytes, String> {
        match &image.source {
            ImageSource::Stored { key, .. } => self.objects.get(key, LARGEST).await.map_err(|error| {
                tracing::error!(%error, "a picture of a question could not be read");
                "The picture could not be read. Please ask again in a moment.".to_owned()
            }),
            ImageSource::Address(url) => match sent_along(url) {
                Some(encoded) => {
                    let bytes = STANDARD.decode(encoded).map_err(|_| "The picture is not encoded as it should be.")?;
                    Ok(bytes.into())
                }
                None => self.fetcher.bytes(url).await.map_err(|error| error.to_string()),
            },
        }
    }

    /// The content, once there is memory for it. The file holds the memory.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub(super) async fn file(&self, image: &Image) -> Result<PictureFile, String> {
        let mut room = self.room(std::slice::from_ref(image), RECEIVED).await;
        let bytes = self.bytes(image).await?;
        room.shrink_to(bytes.len() as u64);
        Ok(PictureFile::held(bytes, room))
    }
}

/// The size of a picture in bytes, as far as known before it is fetched.
fn size(image: &Image) -> u64 {
    match &image.source {
        ImageSource::Stored { size, .. } => (*size).min(LARGEST),
        ImageSource::Address(url) => sent_along(url).map_or(LARGEST, |encoded| encoded.len() as u64),
    }
}

/// The base64 content of a `data:` URL.
fn sent_along(url: &str) -> Option<&str> {
    let (_, encoded) = url.strip_prefix("data:")?.split_once(";base64,")?;
    Some(encoded)
}
