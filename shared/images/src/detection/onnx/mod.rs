//! An object detector of the operator's own: an ONNX model in a folder, run in this process by tract.
//!
//! The folder contains `model.onnx`, `labels.txt` (one name per line, in the order of the model's classes) and
//! `preprocess.json`, which describes the model's input and output: see [`Preprocess`]. Loading reports everything that
//! cannot work, since it runs the model once.

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

/// Why a model cannot be used. The text says what to change.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// A file of the folder cannot be read.
    #[error("{file} cannot be read: {cause}")]
    File {
        /// The file's name.
        file: &'static str,
        /// The system's error.
        cause: std::io::Error,
    },
    /// `preprocess.json` is invalid.
    #[error("preprocess.json: {0}")]
    Preprocess(String),
    /// `labels.txt` is invalid.
    #[error("labels.txt: {0}")]
    Labels(String),
    /// The model cannot be loaded or run, or its output does not match `preprocess.json`.
    #[error("model.onnx: {0}")]
    Model(String),
}

/// An ONNX model that runs on a thread of its own.
#[derive(Debug)]
pub struct OnnxDetector {
    name: String,
    worker: Worker,
}

impl OnnxDetector {
    /// Loads the model of a folder and runs it once. Blocks for about a second: call it in `spawn_blocking`.
    ///
    /// # Errors
    /// If a file is missing or invalid, or the model cannot be run.
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

/// The detector in a folder. If there is no model, or it cannot be used, every call says so; the log has the reason.
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
