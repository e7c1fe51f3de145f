//! The text on a picture.

mod contrast;
mod left_over;
mod letters;
mod none;
mod openai;
mod prepare;
mod rules;
mod skew;
mod tesseract;
mod text;
mod textract;
mod tsv;
mod turn;

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

pub use self::openai::OpenAiReader;
pub use self::tesseract::Tesseract;
pub use self::text::{ReadLine, ReadText, ReadWord};
pub use self::textract::Textract;
use super::{Picture, PictureMemory, PixelBox};
use foundation::config::{Config, ReadingConfig};
use foundation::provider::{Cause, ProviderError};

impl Picture {
    /// How many letters an area holds that have others beside them, as in words; few lines of a drawing do.
    #[must_use]
    pub fn letters_in_words(&self, area: &PixelBox) -> usize {
        self.crop(area).map_or(0, |part| {
            let (level, on_end) = letters_in_words(&part);
            level.max(on_end)
        })
    }
}

/// How many letters on a picture have another beside them, and how many have one above or below them.
fn letters_in_words(picture: &Picture) -> (usize, usize) {
    letters::find(&contrast::ink(&image::imageops::grayscale(&picture.pixels))).in_words()
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
    PictureMemory::set_for_process(config.vision.picture_memory);
    let timeout = config.vision.timeout;
    Ok(match &config.vision.reading {
        ReadingConfig::None => Arc::new(none::NoReader),
        ReadingConfig::Tesseract(languages) => Arc::new(Tesseract::new(languages, timeout)),
        ReadingConfig::Textract(endpoint) => Arc::new(Textract::new(&config.aws, endpoint.as_deref(), timeout).await),
        ReadingConfig::OpenAi(openai) => Arc::new(OpenAiReader::new(openai)?),
    })
}
