//! Converts the output of a model to detections.

use super::input::Placement;
use super::manifest::{Activation, Order, Output, OutputKind, Unit};
use crate::Detection;

/// Maximum number of candidates that are compared with each other.
const MOST_CANDIDATES: usize = 3_000;

/// One output of the model.
#[derive(Debug)]
pub(super) struct Values {
    pub(super) name: String,
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// A box that may be an object: left, top, right and bottom in pixels of the input.
struct Candidate {
    class: usize,
    confidence: f32,
    sides: [f32; 4],
}

/// Interprets the output of a model.
pub(super) struct Decoder<'a> {
    pub(super) output: &'a Output,
    pub(super) labels: &'a [String],
    /// Width and height of the input.
    pub(super) input: (f32, f32),
}

impl Decoder<'_> {
    /// The detections, by descending confidence.
    ///
    /// # Errors
    /// If the output does not match `preprocess.json` or `labels.txt`. The error says why.
    pub(super) fn decode(&self, outputs: &[Values], placement: &Placement) -> Result<Vec<Detection>, String> {
        match self.output.kind {
            OutputKind::Classification => self.classes(outputs, placement),
            OutputKind::Yolo => Ok(self.chosen(self.yolo(outputs)?, placement)),
            OutputKind::Ssd => Ok(self.chosen(self.ssd(outputs)?, placement)),
        }
    }

    fn yolo(&self, outputs: &[Values]) -> Result<Vec<Candidate>, String> {
        let output = outputs.first().ok_or("it has no output")?;
        let classes = self.labels.len();
        let (rows, columns) = match output.shape.as_slice() {
            [1, rows, columns] => (*rows, *columns),
            shape => return Err(format!("a YOLO's output has three axes, [1, boxes, values]; this one is {shape:?}")),
        };
        // Version 8 has its boxes side by side; version 5 one below the other, with a score of the box.
        let (boxes, along, across, scored) = match (rows, columns) {
            (boxes, width) if width == classes + 5 => (boxes, width, 1, true),
            (height, boxes) if height == classes + 4 => (boxes, 1, boxes, false),
            (boxes, width) if width == classes + 4 => (boxes, width, 1, false),
            _ => {
                return Err(format!(
                    "labels.txt has {classes} names, but a YOLO with an output of {:?} has another number of classes",
                    output.shape
                ));
            }
        };
        let unit = self.unit(Unit::Pixels);
        let value = |at: usize, which: usize| output.values.get(at * along + which * across).copied().unwrap_or(0.0);
        let first = if scored { 5 } else { 4 };
        let candidates = (0..boxes).filter_map(|at| {
            let (class, score) = best((0..classes).map(|class| value(at, first + class)))?;
            let confidence = if scored { score * value(at, 4) } else { score };
            let (x, y, width, height) = (value(at, 0), value(at, 1), value(at, 2), value(at, 3));
            let sides = [x - width / 2.0, y - height / 2.0, x + width / 2.0, y + height / 2.0];
            Some(Candidate { class, confidence, sides: in_pixels(sides, unit) })
        });
        Ok(candidates.filter(|candidate| candidate.confidence >= self.output.confidence).collect())
    }

    fn ssd(&self, outputs: &[Values]) -> Result<Vec<Candidate>, String> {
        let names = &self.output.names;
        let named = |name: &str| {
            let known = || outputs.iter().map(|output| output.name.as_str()).collect::<Vec<_>>().join(", ");
            let found = outputs.iter().find(|output| output.name == name);
            found.ok_or_else(|| format!("it has no output called {name}; there are: {}", known()))
        };
        let (boxes, scores, classes) = (named(&names.boxes)?, named(&names.scores)?, named(&names.classes)?);
        if boxes.values.len() != scores.values.len() * 4 || classes.values.len() != scores.values.len() {
            return Err(format!(
                "its outputs do not belong together: boxes {:?}, scores {:?}, classes {:?}",
                boxes.shape, scores.shape, classes.shape
            ));
        }
        let unit = self.unit(Unit::Shares);
        let rows = boxes.values.as_chunks::<4>().0.iter().zip(&scores.values).zip(&classes.values);
        let candidates = rows.filter_map(|((sides, confidence), class)| {
            let sides = match (self.output.order, *sides) {
                (Order::Xyxy, sides) => sides,
                (Order::Yxyx, [top, left, bottom, right]) => [left, top, right, bottom],
            };
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number")]
            let class = (class.round().max(0.0) as usize).checked_sub(self.output.first_class as usize)?;
            Some(Candidate { class, confidence: *confidence, sides: in_pixels(sides, unit) })
        });
        Ok(candidates.filter(|candidate| candidate.confidence >= self.output.confidence).collect())
    }

    fn classes(&self, outputs: &[Values], placement: &Placement) -> Result<Vec<Detection>, String> {
        let output = outputs.first().ok_or("it has no output")?;
        if output.values.len() != self.labels.len() {
            return Err(format!(
                "labels.txt has {} names, but the model gives {} scores",
                self.labels.len(),
                output.values.len()
            ));
        }
        let scores = match self.output.activation {
            Activation::None => output.values.clone(),
            Activation::Softmax => softmax(&output.values),
        };
        let detections = self.labels.iter().zip(scores).filter(|(_, score)| *score >= self.output.confidence);
        let detections = detections.map(|(label, score)| Detection {
            label: label.clone(),
            confidence: score.clamp(0.0, 1.0),
            area: placement.whole(),
        });
        let mut detections = super::super::sorted(detections.collect());
        detections.truncate(self.output.most);
        Ok(detections)
    }

    /// Non-maximum suppression: of overlapping detections of a class, keeps the one with the highest confidence.
    fn chosen(&self, mut candidates: Vec<Candidate>, placement: &Placement) -> Vec<Detection> {
        candidates.sort_by(|one, other| other.confidence.total_cmp(&one.confidence));
        let mut chosen: Vec<Detection> = Vec::new();
        for candidate in candidates.into_iter().take(MOST_CANDIDATES) {
            if chosen.len() >= self.output.most {
                break;
            }
            let Some(area) = placement.on_picture(candidate.sides) else { continue };
            let label = self.labels.get(candidate.class).cloned();
            let label = label.unwrap_or_else(|| format!("class {}", candidate.class));
            let covered =
                chosen.iter().any(|other| other.label == label && other.area.overlap(&area) > self.output.overlap);
            if !covered {
                chosen.push(Detection { label, confidence: candidate.confidence.clamp(0.0, 1.0), area });
            }
        }
        chosen
    }

    /// Pixels of the input per unit of the boxes.
    fn unit(&self, usual: Unit) -> (f32, f32) {
        match self.output.unit.unwrap_or(usual) {
            Unit::Pixels => (1.0, 1.0),
            Unit::Shares => self.input,
        }
    }
}

fn in_pixels([left, top, right, bottom]: [f32; 4], (across, down): (f32, f32)) -> [f32; 4] {
    [left * across, top * down, right * across, bottom * down]
}

/// Index and value of the maximum.
fn best(values: impl Iterator<Item = f32>) -> Option<(usize, f32)> {
    values.enumerate().max_by(|one, other| one.1.total_cmp(&other.1))
}

fn softmax(values: &[f32]) -> Vec<f32> {
    let largest = values.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = values.iter().map(|value| (value - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.into_iter().map(|power| power / sum).collect()
}
