//! Object detection.

pub mod onnx;
mod openai;
#[cfg(feature = "aws")]
mod rekognition;

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

pub use self::onnx::OnnxDetector;
pub use self::openai::OpenAiDetector;
#[cfg(feature = "aws")]
pub use self::rekognition::Rekognition;
use super::{Picture, PixelBox};
use foundation::config::{Config, DetectionConfig};
use foundation::provider::{Cause, ProviderError};

/// The name that begins the sentences of errors.
const NAME: &str = "Object detection";

/// An object on a picture.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// What it is.
    pub label: String,
    /// Confidence of the detector, from 0 to 1.
    pub confidence: f32,
    /// Its area; for a classification, the whole picture.
    pub area: PixelBox,
}

/// Detects objects in pictures.
pub trait Detector: Debug + Send + Sync {
    /// What a picture shows, the surest first. Dropping the future stops the work.
    fn detect(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<Vec<Detection>, ProviderError>>;
}

/// The configured detector. Loading a model takes about a second.
///
/// # Errors
/// If the client of a service cannot be set up, because there are no root certificates or the key contains characters
/// that a header cannot; if the service is not part of this program.
pub async fn configured(config: &Config) -> Result<Arc<dyn Detector>, Cause> {
    Ok(match &config.vision.detection {
        DetectionConfig::Onnx(folder) => onnx::in_folder(folder.clone()).await,
        #[cfg(feature = "aws")]
        DetectionConfig::Rekognition(endpoint) => {
            Arc::new(Rekognition::new(&config.aws, endpoint.as_deref(), config.vision.timeout).await)
        }
        #[cfg(not(feature = "aws"))]
        DetectionConfig::Rekognition(_) => return Err(foundation::provider::NotBuilt("Amazon Rekognition").into()),
        DetectionConfig::OpenAi(openai) => Arc::new(OpenAiDetector::new(openai)?),
    })
}

/// Sorts by descending confidence.
fn sorted(mut detections: Vec<Detection>) -> Vec<Detection> {
    detections.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    detections
}
