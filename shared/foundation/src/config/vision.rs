//! Text recognition and object detection.

use std::path::PathBuf;
use std::time::Duration;

use strum::{EnumString, VariantNames};

use super::language_model::{LanguageModelKind, OpenAiConfig};
use super::reader::Reader;
use super::variables as var;

/// Text recognition and object detection.
#[derive(Debug, Clone)]
pub struct VisionConfig {
    /// The text reader (`OCR`).
    pub reading: ReadingConfig,
    /// The languages that Tesseract reads (`TESSERACT_LANGUAGES`).
    pub tesseract_languages: String,
    /// The object detector (`OBJECT_DETECTION`).
    pub detection: DetectionConfig,
    /// The multimodal model that explains pictures, if `LANGUAGE_MODEL` is `openai`.
    pub explanation: Option<OpenAiConfig>,
    /// The largest picture that is decoded, in pixels (`MAX_PICTURE_MEGAPIXELS`).
    pub most_pixels: u64,
    /// Memory in bytes that all pictures of a process may take together (`PICTURE_MEMORY_MIB`).
    pub picture_memory: u64,
    /// The timeout for reading one picture (`OCR_SECONDS`).
    pub timeout: Duration,
}

/// A reader of text on pictures.
#[derive(Debug, Clone)]
pub enum ReadingConfig {
    /// None: text recognition responds that it is not configured.
    None,
    /// PP-OCR, offline, with the folder of its networks (`OCR_MODEL_DIR`).
    Paddle(PathBuf),
    /// Tesseract, offline.
    Tesseract,
    /// Amazon Textract, with a custom endpoint if one is set.
    Textract(Option<String>),
    /// A multimodal model (`OPENAI_VISION_MODEL`).
    OpenAi(OpenAiConfig),
}

/// A detector of objects on pictures.
#[derive(Debug, Clone)]
pub enum DetectionConfig {
    /// An ONNX model in this folder (`DETECTION_MODEL_DIR`). If the folder has no model, detection is not configured.
    Onnx(PathBuf),
    /// Amazon Rekognition, with a custom endpoint if one is set.
    Rekognition(Option<String>),
    /// A multimodal model (`OPENAI_VISION_MODEL`).
    OpenAi(OpenAiConfig),
}

/// The word of `OCR`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum Ocr {
    #[default]
    None,
    Paddle,
    Tesseract,
    Textract,
    OpenAi,
}

/// The word of `OBJECT_DETECTION`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum ObjectDetection {
    #[default]
    Onnx,
    Rekognition,
    OpenAi,
}

impl VisionConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let reading = match reader.choice(&var::OCR) {
            Ocr::Paddle => ReadingConfig::Paddle(reader.model_folder(&var::OCR_MODEL_DIR, "pp-ocr-v6-small")),
            Ocr::Tesseract => ReadingConfig::Tesseract,
            Ocr::Textract => ReadingConfig::Textract(reader.optional(&var::AWS_ENDPOINT_URL_TEXTRACT)),
            Ocr::OpenAi => vision_endpoint(reader).map_or(ReadingConfig::None, ReadingConfig::OpenAi),
            Ocr::None => ReadingConfig::None,
        };
        let onnx = DetectionConfig::Onnx(reader.model_folder(&var::DETECTION_MODEL_DIR, "detection"));
        let detection = match reader.choice(&var::OBJECT_DETECTION) {
            ObjectDetection::Rekognition => {
                DetectionConfig::Rekognition(reader.optional(&var::AWS_ENDPOINT_URL_REKOGNITION))
            }
            ObjectDetection::OpenAi => vision_endpoint(reader).map_or(onnx, DetectionConfig::OpenAi),
            ObjectDetection::Onnx => onnx,
        };
        let multimodal = reader.choice::<LanguageModelKind>(&var::LANGUAGE_MODEL) == LanguageModelKind::OpenAi;
        Self {
            reading,
            tesseract_languages: reader.text(&var::TESSERACT_LANGUAGES),
            detection,
            explanation: if multimodal { vision_endpoint(reader) } else { None },
            most_pixels: reader.number::<u64>(&var::MAX_PICTURE_MEGAPIXELS, 1, 1_000) * 1_000_000,
            picture_memory: reader.number::<u64>(&var::PICTURE_MEMORY_MIB, 16, 65_536) * 1024 * 1024,
            timeout: Duration::from_secs(reader.number(&var::OCR_SECONDS, 1, 900)),
        }
    }
}

/// The endpoint of the language model, with the model for pictures.
fn vision_endpoint(reader: &mut Reader<'_>) -> Option<OpenAiConfig> {
    let endpoint = OpenAiConfig::read(reader)?;
    let model = reader.optional(&var::OPENAI_VISION_MODEL).unwrap_or(endpoint.model);
    Some(OpenAiConfig { model, ..endpoint })
}
