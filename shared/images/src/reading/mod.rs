//! Text recognition.

mod contrast;
mod left_over;
mod letters;
mod none;
mod openai;
mod paddle;
mod plate;
mod prepare;
mod rules;
mod skew;
mod tesseract;
mod text;
#[cfg(feature = "aws")]
mod textract;
mod tsv;
mod turn;

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

pub use self::openai::OpenAiReader;
pub use self::paddle::Paddle;
pub use self::plate::{PlateEntry, PlateEntryKind, plate_entries};
pub use self::tesseract::Tesseract;
pub use self::text::{ReadLine, ReadText, ReadWord};
#[cfg(feature = "aws")]
pub use self::textract::Textract;
use super::{Picture, PictureMemory, PixelBox};
use foundation::config::{Config, ReadingConfig};
use foundation::program::is_installed;
use foundation::provider::{Cause, ProviderError};

impl Picture {
    /// The number of letters in an area that have neighbours, as in words. Lines of a drawing seldom do.
    #[must_use]
    pub fn letters_in_words(&self, area: &PixelBox) -> usize {
        self.crop(area).map_or(0, |part| {
            let (level, on_end) = letters_in_words(&part);
            level.max(on_end)
        })
    }
}

/// The number of letters with a neighbour beside them, and with one above or below.
fn letters_in_words(picture: &Picture) -> (usize, usize) {
    letters::find(&contrast::ink(&image::imageops::grayscale(&picture.pixels))).in_words()
}

/// Reads the text on pictures.
pub trait TextReader: Debug + Send + Sync {
    /// What is written on a picture. Dropping the future stops the work.
    fn read(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>>;
}

/// The readers of a process. Clones share them.
#[derive(Debug, Clone)]
pub struct Readers {
    /// Reads pictures.
    pub pictures: Arc<dyn TextReader>,
    /// Reads scanned pages. The same, but for PP-OCR: there it is Tesseract, if that is installed, which reads clean print
    /// better and sooner, while PP-OCR reads photos, plates and displays that Tesseract cannot.
    pub pages: Arc<dyn TextReader>,
}

/// The configured readers.
///
/// # Errors
/// If the client of a service cannot be set up, because there are no root certificates or the key contains characters
/// that a header cannot; if the service is not part of this program.
#[cfg_attr(not(feature = "aws"), expect(clippy::unused_async, reason = "for Textract alone"))]
pub async fn configured(config: &Config) -> Result<Readers, Cause> {
    PictureMemory::set_for_process(config.vision.picture_memory);
    let timeout = config.vision.timeout;
    let tesseract = || Arc::new(Tesseract::new(&config.vision.tesseract_languages, timeout));
    let pictures: Arc<dyn TextReader> = match &config.vision.reading {
        ReadingConfig::None => Arc::new(none::NoReader),
        ReadingConfig::Paddle(folder) => Arc::new(Paddle::new(folder, timeout)),
        ReadingConfig::Tesseract => tesseract(),
        #[cfg(feature = "aws")]
        ReadingConfig::Textract(endpoint) => Arc::new(Textract::new(&config.aws, endpoint.as_deref(), timeout).await),
        #[cfg(not(feature = "aws"))]
        ReadingConfig::Textract(_) => return Err(foundation::provider::NotBuilt("Amazon Textract").into()),
        ReadingConfig::OpenAi(openai) => Arc::new(OpenAiReader::new(openai)?),
    };
    let pages = match &config.vision.reading {
        ReadingConfig::Paddle(_) if is_installed(tesseract::PROGRAM) => tesseract(),
        _ => pictures.clone(),
    };
    Ok(Readers { pictures, pages })
}
