//! The networks: an encoder from samples to what the decoder attends to, and a decoder that writes a token at a time.

use std::path::Path;
use std::sync::Arc;

use inference::rten::{self, Weights};
use inference::{Input, Network, NetworkError, Tensor, read_json};
use serde::Deserialize;

use super::super::vocabulary::Vocabulary;
use super::correction;
use super::tokens::Tokens;
use crate::audio::RECOGNISED_RATE;

/// The least sound that the encoder can take, in samples.
const SHORTEST: usize = 1_280;

/// Number of equal sequences of tokens from which a repetition is the model's, not the speaker's.
const CIRCLES: usize = 3;
/// Number of tokens that such a repetition has at least: numbers have many zeros.
const LEAST_REPEATED: usize = 12;

/// A Moonshine model.
#[derive(Debug)]
pub(super) struct Model {
    encoder: Arc<dyn Network>,
    decoder: Arc<dyn Network>,
    pub(super) tokens: Tokens,
    description: Description,
}

/// `model.json`, as `scripts/models` writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Description {
    layers: usize,
    heads: usize,
    head_width: usize,
    /// The token before the first, and the one after the last.
    begin: u32,
    end: u32,
    /// The most tokens that a second of speech has.
    tokens_per_second: f32,
    /// The language as a BCP 47 tag.
    language: String,
}

/// A word, and how sure the model is of it, from 0 to 1: the probability of its least likely token.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) certainty: f32,
}

/// What the decoder has written so far.
#[derive(Debug, Clone)]
pub(super) struct Written {
    position: i32,
    /// The keys and values of each layer.
    past: Vec<Tensor>,
    /// The scores of all tokens that may follow.
    scores: Vec<f32>,
}

impl Model {
    /// Loads a folder.
    pub(super) fn load(folder: &Path) -> Result<Self, NetworkError> {
        let description: Description = read_json(&folder.join("model.json"))?;
        let layers = 0..description.layers;
        let each = |names: &[&str]| -> Vec<String> {
            layers.clone().flat_map(|layer| names.iter().map(move |name| format!("{name}.{layer}"))).collect()
        };
        let encoded = each(&["cross_key", "cross_value"]);
        let kept = each(&["key", "value"]);
        let written: Vec<&str> = std::iter::once("logits").chain(kept.iter().map(String::as_str)).collect();
        let encoded: Vec<&str> = encoded.iter().map(String::as_str).collect();
        let encoder = rten::load(&folder.join("encoder.onnx"), Weights::Prepared, &encoded)?;
        let decoder = rten::load(&folder.join("decoder.onnx"), Weights::AsTheyAre, &written)?;
        let expected = each(&["past_key", "past_value", "cross_key", "cross_value"]);
        let expected = ["token", "position"].into_iter().chain(expected.iter().map(String::as_str));
        if !decoder.inputs().iter().map(|port| port.name.as_str()).eq(expected) {
            return Err(NetworkError::new("loading decoder.onnx", "its inputs are not those of a Moonshine decoder"));
        }
        Ok(Self { encoder, decoder, tokens: Tokens::read(&folder.join("tokens.json"))?, description })
    }

    /// The language as a BCP 47 tag.
    pub(super) fn language(&self) -> &str {
        &self.description.language
    }

    /// The words that are spoken in samples from -1 to 1 at [`RECOGNISED_RATE`]. Of those that the model is not sure of,
    /// some may be replaced by terms of `vocabulary`. `wanted` is asked before each token.
    pub(super) fn words(
        &self,
        samples: &[f32],
        vocabulary: &Vocabulary,
        wanted: &dyn Fn() -> bool,
    ) -> Result<Vec<Word>, NetworkError> {
        if samples.len() < SHORTEST || !wanted() {
            return Ok(Vec::new());
        }
        let sound = self.encoder.run(vec![Tensor::new([1, samples.len()], samples.to_vec()).into()])?;
        let writer = Writer { model: self, sound, most: self.most_tokens(samples.len()), wanted };
        let steps = writer.write_on(Vec::new(), writer.begin()?)?;
        let steps = correction::corrected(&writer, steps, vocabulary)?;
        Ok(self.tokens.words(&steps.iter().map(|step| (step.token, step.certainty)).collect::<Vec<_>>()))
    }

    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small")]
    fn most_tokens(&self, samples: usize) -> usize {
        (samples as f32 / RECOGNISED_RATE as f32 * self.description.tokens_per_second) as usize + 4
    }

    fn nothing_written(&self) -> Written {
        let Description { layers, heads, head_width, .. } = self.description;
        Written { position: 0, past: vec![Tensor::zeros([1, heads, 0, head_width]); 2 * layers], scores: Vec::new() }
    }
}

/// Writes down what is spoken in one sound.
pub(super) struct Writer<'a> {
    pub(super) model: &'a Model,
    sound: Vec<Tensor>,
    most: usize,
    wanted: &'a dyn Fn() -> bool,
}

/// A token that was written.
#[derive(Debug, Clone)]
pub(super) struct Step {
    pub(super) token: u32,
    /// Its probability.
    pub(super) certainty: f32,
    /// What it was written after.
    pub(super) before: Arc<Written>,
}

impl Writer<'_> {
    /// What is written before the first token.
    pub(super) fn begin(&self) -> Result<Arc<Written>, NetworkError> {
        let mut written = self.write(&self.model.nothing_written(), self.model.description.begin)?;
        // There is speech: the first token is not the end.
        if let Some(end) = written.scores.get_mut(self.end() as usize) {
            *end = f32::MIN;
        }
        Ok(Arc::new(written))
    }

    /// Writes the likeliest tokens from here on, up to the end. That is the last one, unless there are too many.
    pub(super) fn write_on(&self, mut steps: Vec<Step>, mut written: Arc<Written>) -> Result<Vec<Step>, NetworkError> {
        while steps.len() < self.most && (self.wanted)() {
            let (token, certainty) = written.likeliest();
            steps.push(Step { token, certainty, before: written.clone() });
            if token == self.end() {
                break;
            }
            if let Some(length) = before_repetition(&steps) {
                steps.truncate(length);
                break;
            }
            written = Arc::new(self.write(&written, token)?);
        }
        Ok(steps)
    }

    /// The token after the last.
    pub(super) fn end(&self) -> u32 {
        self.model.description.end
    }

    /// Whether the result is still wanted.
    pub(super) fn is_wanted(&self) -> bool {
        (self.wanted)()
    }

    /// Adds a token.
    pub(super) fn write(&self, written: &Written, token: u32) -> Result<Written, NetworkError> {
        let token = i32::try_from(token).unwrap_or(0);
        let mut inputs: Vec<Input<'_>> =
            vec![Tensor::new([1, 1], vec![token]).into(), Tensor::new([1], vec![written.position]).into()];
        let mut past = written.past.iter();
        for layer in self.sound.chunks_exact(2) {
            inputs.extend(past.by_ref().take(2).map(Input::from));
            inputs.extend(layer.iter().map(Input::from));
        }
        let mut outputs = self.model.decoder.run(inputs)?.into_iter();
        let scores = outputs.next().and_then(Tensor::into_floats).unwrap_or_default();
        Ok(Written { position: written.position + 1, past: outputs.collect(), scores })
    }
}

impl Written {
    /// The token with the highest score, and its probability.
    fn likeliest(&self) -> (u32, f32) {
        let (mut best, mut highest) = (0, f32::MIN);
        for (token, score) in (0_u32..).zip(&self.scores) {
            if *score > highest {
                (best, highest) = (token, *score);
            }
        }
        (best, self.likelihood(best).exp())
    }

    /// The logarithm of the probability of a token.
    pub(super) fn likelihood(&self, token: u32) -> f32 {
        let highest = self.scores.iter().copied().fold(f32::MIN, f32::max);
        let sum: f32 = self.scores.iter().map(|score| (score - highest).exp()).sum();
        self.scores.get(token as usize).map_or(f32::MIN, |score| score - highest - sum.ln())
    }
}

/// Where a sequence of tokens begins to go round in a circle, as the model does when sound ends in the middle of a word:
/// after the first of [`CIRCLES`] equal sequences. A speaker may well say something twice.
fn before_repetition(steps: &[Step]) -> Option<usize> {
    let token = |place: usize| steps.get(place).map(|step| step.token);
    let is_circle = |period: &usize| {
        let repeated = (CIRCLES * period).max(LEAST_REPEATED) - period;
        let Some(begin) = steps.len().checked_sub(repeated + period) else { return false };
        (begin..begin + repeated).all(|place| token(place) == token(place + period))
    };
    let period = (1..=steps.len() / CIRCLES).find(is_circle)?;
    let circle = (0..steps.len() - period).rev().take_while(|place| token(*place) == token(place + period)).count();
    Some(steps.len() - circle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(tokens: &[u32]) -> Option<usize> {
        let before = Arc::new(Written { position: 0, past: Vec::new(), scores: Vec::new() });
        let step = |token: &u32| Step { token: *token, certainty: 1.0, before: before.clone() };
        before_repetition(&tokens.iter().map(step).collect::<Vec<_>>())
    }

    #[test]
    fn what_goes_round_in_a_circle_is_left_out() {
        assert_eq!(kept(&[7, 1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4]), Some(5));
        assert_eq!(kept(&[&[5, 6][..], &[0; 12]].concat()), Some(3));
        assert_eq!(kept(&[1, 2, 3, 4, 1, 2, 3, 4]), None, "said twice");
        assert_eq!(kept(&[&[1][..], &[0; 9]].concat()), None, "a number");
        assert_eq!(kept(&[1, 2, 3, 1, 2, 3, 1, 2, 4, 1, 2, 3]), None);
        assert_eq!(kept(&[]), None);
    }
}
