//! The network of a voice: phonemes to samples.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use inference::rten::{self, Weights};
use inference::{Network, NetworkError, Tensor, read_json};
use serde::Deserialize;

use crate::audio::Pcm;

/// The most phonemes that are spoken in one go: about half a minute. What it takes grows with their number.
const MOST_PHONEMES: usize = 400;
/// How much louder a voice is made, as training data are quieter than other sound. Peaks reach 0.9 at most.
const PEAK: f32 = 0.9;

/// A voice.
#[derive(Debug)]
pub(super) struct Voice {
    network: Arc<dyn Network>,
    description: Description,
}

/// The description that comes with every Piper voice.
#[derive(Debug, Deserialize)]
struct Description {
    audio: Audio,
    espeak: EspeakVoice,
    #[serde(default)]
    inference: Inference,
    phoneme_id_map: HashMap<String, Vec<i32>>,
}

#[derive(Debug, Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Debug, Deserialize)]
struct EspeakVoice {
    voice: String,
}

#[derive(Debug, Deserialize)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Default for Inference {
    fn default() -> Self {
        Self { noise_scale: 0.667, length_scale: 1.0, noise_w: 0.8 }
    }
}

impl Voice {
    /// Loads a folder.
    pub(super) fn load(folder: &Path) -> Result<Self, NetworkError> {
        let description = read_json(&folder.join("voice.json"))?;
        let network = rten::load(&folder.join("model.onnx"), Weights::AsTheyAre, &[])?;
        let names: Vec<&str> = network.inputs().iter().map(|port| port.name.as_str()).collect();
        if names != ["input", "input_lengths", "scales"] {
            return Err(NetworkError::new("loading a voice", "it is not a Piper voice of one speaker"));
        }
        Ok(Self { network, description })
    }

    /// The name that eSpeak NG has for the language.
    pub(super) fn language(&self) -> &str {
        &self.description.espeak.voice
    }

    /// Speaks clauses of phonemes. Stops early once `is_gone`.
    pub(super) fn speak(
        &self,
        clauses: &[String],
        speed: f32,
        is_gone: &dyn Fn() -> bool,
    ) -> Result<Pcm, NetworkError> {
        let mut samples = Vec::new();
        for part in parts(clauses) {
            if is_gone() {
                break;
            }
            samples.extend(self.speak_part(&part, speed)?);
        }
        let loudest = samples.iter().fold(0.0_f32, |loudest, sample| loudest.max(sample.abs()));
        let louder = if loudest > 0.0 { PEAK / loudest * f32::from(i16::MAX) } else { 0.0 };
        #[expect(clippy::cast_possible_truncation, reason = "within PEAK")]
        let samples = samples.into_iter().map(|sample| (sample * louder) as i16).collect();
        Ok(Pcm { rate: self.description.audio.sample_rate, samples })
    }

    fn speak_part(&self, phonemes: &str, speed: f32) -> Result<Vec<f32>, NetworkError> {
        let ids = self.ids(phonemes);
        let Inference { noise_scale, length_scale, noise_w } = self.description.inference;
        let scales = vec![noise_scale, length_scale / speed.clamp(0.5, 2.0), noise_w];
        let length = i32::try_from(ids.len()).unwrap_or(i32::MAX);
        let inputs = vec![
            Tensor::new([1, ids.len()], ids).into(),
            Tensor::new([1], vec![length]).into(),
            Tensor::new([3], scales).into(),
        ];
        Ok(self.network.run(inputs)?.into_iter().next().and_then(Tensor::into_floats).unwrap_or_default())
    }

    /// The numbers of the phonemes, between marks of begin and end and apart by blanks, as voices are trained.
    fn ids(&self, phonemes: &str) -> Vec<i32> {
        let of = |name: &str| self.description.phoneme_id_map.get(name).cloned().unwrap_or_default();
        let blank = of("_");
        let mut ids = [of("^"), blank.clone()].concat();
        for phoneme in phonemes.chars() {
            let numbers = of(phoneme.encode_utf8(&mut [0; 4]));
            if !numbers.is_empty() {
                ids.extend(numbers);
                ids.extend(&blank);
            }
        }
        ids.extend(of("$"));
        ids
    }
}

/// The clauses, joined to parts of at most [`MOST_PHONEMES`]. A longer clause is split at its words, a longer word
/// anywhere.
fn parts(clauses: &[String]) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut length = 0;
    for word in clauses.iter().flat_map(|clause| clause.split_whitespace()) {
        let phonemes: Vec<char> = word.chars().collect();
        for piece in phonemes.chunks(MOST_PHONEMES) {
            match parts.last_mut() {
                Some(part) if length + piece.len() < MOST_PHONEMES => {
                    part.push(' ');
                    part.extend(piece);
                    length += 1 + piece.len();
                }
                _ => {
                    parts.push(piece.iter().collect());
                    length = piece.len();
                }
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_part_is_too_long_and_nothing_is_lost() {
        let clauses = ["a b,".to_owned(), "c ".repeat(500), "d".repeat(1_000), "e.".to_owned()];
        let parts = parts(&clauses);
        assert!(parts.iter().all(|part| (1..=MOST_PHONEMES).contains(&part.chars().count())), "{parts:?}");
        let plain = |text: String| text.replace(' ', "");
        assert_eq!(plain(parts.concat()), plain(clauses.concat()));
        assert_eq!(super::parts(&[]), Vec::<String>::new());
    }
}
