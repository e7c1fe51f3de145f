//! A detector of one's own: an ONNX model in a folder, run inside the process by tract.
//!
//! The folder holds `model.onnx`, `labels.txt` (one name per line, in the order of the model's classes)
//! and `preprocess.json`, which says how a picture becomes the model's input and what its output means:
//! see [`Preprocess`]. Everything about the folder that cannot work is said when it is loaded: the model
//! is run once then.

mod decode;
mod input;
mod manifest;
mod model;
#[cfg(test)]
mod tests;
mod worker;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures::FutureExt;
use futures::future::BoxFuture;

pub use self::manifest::{Preprocess, read_labels};
use self::model::Model;
use self::worker::Worker;
use super::{Detection, Detector, NAME};
use crate::Picture;
use foundation::provider::{ProviderError, ProviderFailure};

/// Why a folder's model cannot be used. Its text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file of the folder cannot be read.
    #[error("{file} cannot be read: {cause}")]
    File {
        /// The file's name.
        file: &'static str,
        /// The system's own word.
        cause: std::io::Error,
    },
    /// `preprocess.json` is not what it should be.
    #[error("preprocess.json: {0}")]
    Preprocess(String),
    /// `labels.txt` is not what it should be.
    #[error("labels.txt: {0}")]
    Labels(String),
    /// The model cannot be loaded or run, or gives something else than `preprocess.json` says.
    #[error("model.onnx: {0}")]
    Model(String),
}

/// An ONNX model on a thread of its own.
#[derive(Debug)]
pub struct OnnxDetector {
    name: String,
    worker: Worker,
}

impl OnnxDetector {
    /// Loads the model of a folder and runs it once. Takes a second or so and blocks: call it through
    /// `spawn_blocking`.
    ///
    /// # Errors
    /// [`LoadError`].
    pub fn load(folder: &Path) -> Result<Self, LoadError> {
        let model = Model::load(folder)?;
        let name = folder.file_name().map_or_else(|| "onnx".to_owned(), |name| name.to_string_lossy().into_owned());
        let worker = Worker::start(model).map_err(|error| LoadError::Model(error.to_string()))?;
        Ok(Self { name, worker })
    }
}

impl Detector for OnnxDetector {
    fn detect(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<Vec<Detection>, ProviderError>> {
        self.worker.detect(picture).boxed()
    }
}

/// The detector of a folder. Without a model there, or with one that cannot be used, every call says
/// so; the log says what is wrong with it.
pub(super) async fn in_folder(folder: PathBuf) -> Arc<dyn Detector> {
    if !folder.join("model.onnx").is_file() {
        return Arc::new(Missing::NotThere);
    }
    match tokio::task::spawn_blocking(move || OnnxDetector::load(&folder)).await {
        Ok(Ok(detector)) => {
            tracing::info!(model = detector.name, "detection model loaded");
            Arc::new(detector)
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "object detection is off: its model cannot be used");
            Arc::new(Missing::Unusable)
        }
        Err(error) => {
            tracing::error!(%error, "object detection is off: loading its model broke off");
            Arc::new(Missing::Unusable)
        }
    }
}

/// No detector.
#[derive(Debug, Clone, Copy)]
enum Missing {
    NotThere,
    Unusable,
}

impl Detector for Missing {
    fn detect(&self, _: Arc<Picture>) -> BoxFuture<'_, Result<Vec<Detection>, ProviderError>> {
        let (code, advice) = match self {
            Self::NotThere => (
                "vision_model_not_configured",
                "There is no model for object detection. Put model.onnx, labels.txt and preprocess.json into the \
                 folder that DETECTION_MODEL_DIR names (models/detection), or set OBJECT_DETECTION to rekognition or \
                 openai.",
            ),
            Self::Unusable => (
                "vision_model_unusable",
                "The model for object detection cannot be used. The log says what is wrong with its folder.",
            ),
        };
        let failure = ProviderFailure::NotConfigured { code, advice: advice.to_owned() };
        let error = ProviderError::new(NAME, failure);
        async { Err(error) }.boxed()
    }
}
