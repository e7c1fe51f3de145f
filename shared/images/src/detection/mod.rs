//! The objects on a picture.

pub mod onnx;
mod openai;
mod rekognition;

use std::fmt::Debug;
use std::sync::Arc;

use futures::future::BoxFuture;

pub use self::onnx::OnnxDetector;
pub use self::openai::OpenAiDetector;
pub use self::rekognition::Rekognition;
use super::{Picture, PixelBox};
use foundation::config::{Config, DetectionConfig};
use foundation::provider::{Cause, ProviderError};

/// Who a detector is in the sentences of its errors.
const NAME: &str = "Object detection";

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

/// The configured detector. Loading a model takes about a second.
///
/// # Errors
/// When the client of a service cannot be set up (no root certificates, a key that no header takes).
pub async fn configured(config: &Config) -> Result<Arc<dyn Detector>, Cause> {
    Ok(match &config.vision.detection {
        DetectionConfig::Onnx(folder) => onnx::in_folder(folder.clone()).await,
        DetectionConfig::Rekognition(endpoint) => {
            Arc::new(Rekognition::new(&config.aws, endpoint.as_deref(), config.vision.timeout).await)
        }
        DetectionConfig::OpenAi(openai) => Arc::new(OpenAiDetector::new(openai)?),
    })
}

/// The surest first.
fn sorted(mut detections: Vec<Detection>) -> Vec<Detection> {
    detections.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
    detections
}
