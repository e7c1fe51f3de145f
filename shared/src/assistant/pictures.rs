//! The content of the pictures of a question.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::question::Image;
use crate::config::DocumentsConfig;
use crate::fetch::{FetchLimits, Fetcher, SetUpError};

/// How long fetching a picture, and likewise looking at it, may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(20);
/// The largest picture that is fetched, in bytes.
const LARGEST: u64 = 20 * 1024 * 1024;

/// Gives the content of pictures, wherever they are. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pictures {
    fetcher: Fetcher,
}

impl Pictures {
    /// For pictures on the configured hosts.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(config: &DocumentsConfig) -> Result<Self, SetUpError> {
        let limits =
            FetchLimits { bytes: LARGEST, total: PATIENCE, idle: Duration::from_secs(5), ..FetchLimits::default() };
        Ok(Self { fetcher: Fetcher::new(config, limits)? })
    }

    /// The picture as it was sent, or as it is found at its address.
    ///
    /// # Errors
    /// Why it cannot be had, as a sentence for the user.
    pub async fn bytes(&self, image: &Image) -> Result<Bytes, String> {
        let Some((_, encoded)) = image.url.strip_prefix("data:").and_then(|data| data.split_once(";base64,")) else {
            return self.fetcher.bytes(&image.url).await.map_err(|error| error.to_string());
        };
        let bytes = STANDARD.decode(encoded).map_err(|_| "The picture is not encoded as it should be.")?;
        Ok(bytes.into())
    }
}
