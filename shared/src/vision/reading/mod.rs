//! The text on a picture.

mod none;
mod openai;
mod prepare;
mod skew;
mod tesseract;
mod textract;
mod tsv;

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

pub use self::openai::OpenAiReader;
pub use self::tesseract::Tesseract;
pub use self::textract::Textract;
use super::{Picture, PixelBox};
use crate::config::{Config, ReadingConfig};
use crate::provider::{Cause, ProviderError};

/// What is written on a picture.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadText {
    /// All of it, line by line; empty where nothing is written.
    pub text: String,
    /// Its lines in reading order.
    pub lines: Vec<ReadLine>,
}

impl ReadText {
    /// The text of these lines, which come in reading order.
    #[must_use]
    pub fn of(lines: Vec<ReadLine>) -> Self {
        let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
        Self { text: texts.join("\n"), lines }
    }
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

/// The configured reader.
///
/// # Errors
/// When the client of a service cannot be set up (no root certificates, a key that no header takes).
pub async fn configured(config: &Config) -> Result<Arc<dyn TextReader>, Cause> {
    let patience = config.vision.patience;
    Ok(match &config.vision.reading {
        ReadingConfig::None => Arc::new(none::NoReader),
        ReadingConfig::Tesseract(languages) => Arc::new(Tesseract::new(languages, patience)),
        ReadingConfig::Textract(endpoint) => Arc::new(Textract::new(&config.aws, endpoint.as_deref(), patience).await),
        ReadingConfig::OpenAi(openai) => Arc::new(OpenAiReader::new(openai)?),
    })
}
