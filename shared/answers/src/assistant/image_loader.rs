//! The content of the pictures of a question.

use std::time::Duration;

use bytes::Bytes;
use futures::{StreamExt, stream};
use tokio::time::{Instant, timeout, timeout_at};

use super::question::{Image, ImageSource};
use foundation::config::DocumentsConfig;
use foundation::fetch::{FetchError, FetchLimits, Fetcher, SetUpError};
use foundation::provider::Cause;
use images::memory::MemoryPermit;
use images::{PictureFile, PictureMemory};

/// How long fetching a picture, and likewise looking at it, may take, waiting for room included.
pub(super) const PICTURE_TIMEOUT: Duration = Duration::from_secs(20);
/// The largest picture that is fetched, in bytes.
const LARGEST: u64 = 20 * 1024 * 1024;
/// Pictures that a model gets are fetched so many at a time, which bounds the memory for those that are made smaller.
const AT_ONCE: usize = 4;
/// A file of unknown size, and the copy of it that is made while it grows.
const RECEIVED: u64 = 2;

/// Gives the content of pictures, wherever they are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct ImageLoader(Fetcher);

impl ImageLoader {
    /// For pictures on the configured hosts.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: &DocumentsConfig) -> Result<Self, SetUpError> {
        let limits = FetchLimits {
            bytes: LARGEST,
            total: PICTURE_TIMEOUT,
            idle: Duration::from_secs(5),
            ..FetchLimits::default()
        };
        Fetcher::new(config, limits).map(Self)
    }

    /// Waits for memory for so many copies of all these pictures together: two questions that waited for one picture
    /// after the other could each hold some and wait for each other. Returns `None`, and logs it, if there is no room
    /// within [`PICTURE_TIMEOUT`]. The question is then asked without its pictures.
    pub(super) async fn room(&self, images: impl IntoIterator<Item = &Image>, copies: u64) -> Option<MemoryPermit> {
        let sizes = images.into_iter().map(|image| image.source.size().map_or(LARGEST, |size| size as u64));
        let room = PictureMemory::of_process().for_file(copies.saturating_mul(sizes.sum()));
        let room = timeout(PICTURE_TIMEOUT, room).await.ok();
        if room.is_none() {
            tracing::warn!("the pictures of a question are left out: too many are sent at the moment");
        }
        room
    }

    /// The picture as it was sent, or as it is found at its address. There must be [room](Self::room) for it.
    ///
    /// # Errors
    /// When it cannot be fetched from its address.
    pub(super) async fn bytes(&self, image: &Image) -> Result<Bytes, FetchError> {
        match &image.source {
            ImageSource::Bytes(_, bytes) => Ok(bytes.clone()),
            ImageSource::Address(url) => self.0.bytes(url.as_str()).await,
        }
    }

    /// The same, as soon as there is room for it. The room is given back with the file. A server says how large its
    /// picture is before it is read, so that only the largest pictures have to be fetched one after the other.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub(super) async fn file(&self, image: &Image) -> Result<PictureFile, FetchError> {
        let memory = PictureMemory::of_process();
        let url = match &image.source {
            ImageSource::Bytes(_, bytes) => {
                let room = memory.for_file(bytes.len() as u64).await;
                return Ok(PictureFile::held(bytes.clone(), room));
            }
            ImageSource::Address(url) => url,
        };
        let offered = self.0.open(url.as_str()).await?;
        let mut room = memory.for_file(offered.size().unwrap_or(RECEIVED * LARGEST)).await;
        let bytes = offered.bytes().await?;
        room.shrink_to(bytes.len() as u64);
        Ok(PictureFile::held(bytes, room))
    }
}

/// The pictures as `prepare` makes them, all within [`PICTURE_TIMEOUT`]. One that fails is left out and logged, since the
/// question may be answered without it.
pub(super) async fn prepare_each<'i, T, F>(images: &'i [Image], prepare: impl Fn(&'i Image) -> F) -> Vec<T>
where
    F: Future<Output = Result<T, Cause>>,
{
    let deadline = Instant::now() + PICTURE_TIMEOUT;
    let within = |prepared| async move { timeout_at(deadline, prepared).await.unwrap_or_else(|late| Err(late.into())) };
    let pictures: Vec<_> = images.iter().map(|image| within(prepare(image))).collect();
    let pictures: Vec<_> = stream::iter(pictures).buffered(AT_ONCE).collect().await;
    let logged = |error: &Cause| tracing::warn!(%error, "a picture is left out of the question");
    pictures.into_iter().filter_map(|picture| picture.inspect_err(logged).ok()).collect()
}
