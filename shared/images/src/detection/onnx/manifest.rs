//! `preprocess.json` and `labels.txt`.

use std::path::Path;

use serde::Deserialize;

use super::LoadError;

/// How pictures become the model's input, and what its output means. For a YOLO model of 640 by 640 pixels:
///
/// ```json
/// {"input": {"width": 640, "height": 640}, "output": {"kind": "yolo"}}
/// ```
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// The model's input.
    pub input: Input,
    /// The model's output.
    pub output: Output,
}

/// How a picture becomes the input. The values are `(sample × scale - mean) / std`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// The order of the axes.
    #[serde(default)]
    pub layout: Layout,
    /// The order of the colour channels.
    #[serde(default)]
    pub channels: Channels,
    /// The factor for samples from 0 to 255.
    #[serde(default = "one_of_255")]
    pub scale: f32,
    /// The mean that is subtracted then, for red, green and blue.
    #[serde(default)]
    pub mean: [f32; 3],
    /// The standard deviation to divide by then, for red, green and blue.
    #[serde(default = "ones")]
    pub std: [f32; 3],
    /// How to fit a picture with another aspect ratio.
    #[serde(default)]
    pub resize: Resize,
    /// The grey value around a letterboxed picture, from 0 to 255.
    #[serde(default = "grey")]
    pub fill: u8,
}

/// The order of the input's axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Layout {
    /// One plane for each colour (NCHW).
    #[default]
    #[serde(rename = "NCHW")]
    Planes,
    /// The colours of each pixel next to each other (NHWC).
    #[serde(rename = "NHWC")]
    Pixels,
}

/// The order of the colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
pub enum Channels {
    /// Red first.
    #[default]
    #[serde(rename = "RGB")]
    Rgb,
    /// Blue first.
    #[serde(rename = "BGR")]
    Bgr,
}

/// How to fit a picture with another aspect ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Resize {
    /// Keeps the aspect ratio, centred, with bars at the sides.
    #[default]
    Letterbox,
    /// Stretches it.
    Stretch,
}

/// What the output means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Output {
    /// The format.
    pub kind: OutputKind,
    /// Minimum confidence of a detection, from 0 to 1.
    #[serde(default = "quarter")]
    pub confidence: f32,
    /// Maximum overlap of two detections of a class, from 0 to 1. If they overlap more, the one with the lower
    /// confidence is dropped.
    #[serde(default = "nearly_half")]
    pub overlap: f32,
    /// Maximum number of detections.
    #[serde(default = "hundred")]
    pub most: usize,
    /// The unit of boxes. Default: pixels for `yolo`, shares for `ssd`.
    pub unit: Option<Unit>,
    /// `classification`: the activation that turns its values into probabilities.
    #[serde(default)]
    pub activation: Activation,
    /// `ssd`: the names of its outputs.
    #[serde(default)]
    pub names: SsdNames,
    /// `ssd`: the order of a box's coordinates.
    #[serde(default)]
    pub order: Order,
    /// `ssd`: the number of the first label's class. Models with a background class have 1.
    #[serde(default)]
    pub first_class: u32,
}

/// Formats of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    /// One output of boxes (centre, width, height) with a score for each class: `[1, n, 5 + classes]` with an
    /// additional score for the box (version 5), or `[1, 4 + classes, n]` (version 8).
    Yolo,
    /// Three outputs: boxes, scores and classes, after non-maximum suppression.
    Ssd,
    /// One output: a score for each class of the whole picture.
    Classification,
}

/// The unit of boxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Pixels of the input.
    Pixels,
    /// Shares of the input's width and height.
    Shares,
}

/// Turns the values of a classification into probabilities.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Activation {
    /// None: they are probabilities already.
    None,
    /// Softmax.
    #[default]
    Softmax,
}

/// The names of an SSD's outputs.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SsdNames {
    /// The boxes.
    pub boxes: String,
    /// Their scores.
    pub scores: String,
    /// Their classes.
    pub classes: String,
}

impl Default for SsdNames {
    fn default() -> Self {
        Self {
            boxes: "detection_boxes".to_owned(),
            scores: "detection_scores".to_owned(),
            classes: "detection_classes".to_owned(),
        }
    }
}

/// The order of a box's coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// Top, left, bottom, right.
    #[default]
    Yxyx,
    /// Left, top, right, bottom.
    Xyxy,
}

fn one_of_255() -> f32 {
    1.0 / 255.0
}

fn ones() -> [f32; 3] {
    [1.0; 3]
}

fn grey() -> u8 {
    114
}

fn quarter() -> f32 {
    0.25
}

fn nearly_half() -> f32 {
    0.45
}

fn hundred() -> usize {
    100
}

/// Supported lengths of the input's sides in pixels.
const SIDES: std::ops::RangeInclusive<u32> = 8..=2_048;
/// Upper limit of the number of detections.
const MOST_DETECTIONS: usize = 1_000;

impl Preprocess {
    /// Reads and checks `preprocess.json`.
    ///
    /// # Errors
    /// [`LoadError::File`] if the file cannot be read, [`LoadError::Preprocess`] if it is malformed or has invalid
    /// values.
    pub fn read(folder: &Path) -> Result<Self, LoadError> {
        let file = "preprocess.json";
        let text = std::fs::read_to_string(folder.join(file)).map_err(|cause| LoadError::File { file, cause })?;
        let read: Self = serde_json::from_str(&text).map_err(|error| LoadError::Preprocess(error.to_string()))?;
        read.check().map_err(|problem| LoadError::Preprocess(problem.to_owned()))?;
        Ok(read)
    }

    fn check(&self) -> Result<(), &'static str> {
        let (input, output) = (&self.input, &self.output);
        let share = |value: f32| (0.0..=1.0).contains(&value);
        if !SIDES.contains(&input.width) || !SIDES.contains(&input.height) {
            return Err("width and height of the input must be from 8 to 2048 pixels");
        }
        if input.std.iter().any(|value| !value.is_normal()) || !input.scale.is_normal() {
            return Err("scale and std must not be zero");
        }
        if !share(output.confidence) || !share(output.overlap) {
            return Err("confidence and overlap must be from 0 to 1");
        }
        if !(1..=MOST_DETECTIONS).contains(&output.most) {
            return Err("most must be from 1 to 1000");
        }
        Ok(())
    }
}

/// Reads `labels.txt`: one name per line.
///
/// # Errors
/// [`LoadError::File`] if the file cannot be read, [`LoadError::Labels`] if it has an empty line.
pub fn read_labels(folder: &Path) -> Result<Vec<String>, LoadError> {
    let file = "labels.txt";
    let text = std::fs::read_to_string(folder.join(file)).map_err(|cause| LoadError::File { file, cause })?;
    let labels: Vec<String> = text.trim_end().lines().map(|line| line.trim().to_owned()).collect();
    if labels.iter().any(String::is_empty) {
        return Err(LoadError::Labels("it must hold one name per line and no empty lines".to_owned()));
    }
    Ok(labels)
}
