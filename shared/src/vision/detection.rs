//! The objects on a picture.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::{Picture, PixelBox};
use crate::provider::ProviderError;

/// An object on a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// What it is.
    pub label: String,
    /// How sure the detector is, from 0 to 1.
    pub confidence: f32,
    /// Where it is; the whole picture for a classification.
    pub area: PixelBox,
}

/// Finds objects on pictures.
pub trait Detector: Debug + Send + Sync {
    /// The name that logs and the start banner show.
    fn name(&self) -> &str;

    /// What a picture shows, the surest first. Dropping the future stops the work.
    fn detect(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<Vec<Detection>, ProviderError>>;
}
