//! The text on a picture.

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

use super::{Picture, PixelBox};
use crate::provider::ProviderError;

/// What is written on a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadText {
    /// All of it, line by line; empty where nothing is written.
    pub text: String,
    /// Its lines in reading order.
    pub lines: Vec<ReadLine>,
}

/// A line of text on a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadLine {
    /// The text.
    pub text: String,
    /// How sure the reader is, from 0 to 1.
    pub confidence: f32,
    /// Where it stands.
    pub area: PixelBox,
}

/// Reads text on pictures.
pub trait TextReader: Debug + Send + Sync {
    /// The name that logs and the start banner show.
    fn name(&self) -> &str;

    /// What is written on a picture. Dropping the future stops the work.
    fn read(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>>;
}
