//! What a line says: a network that reads a line from left to right.

use std::path::Path;
use std::sync::Arc;

use image::RgbImage;
use inference::rten::{self, Weights};
use inference::{Network, NetworkError, read_json};

use super::detector::planes;
use super::spaces::wide_gaps;
use crate::measure::median;

/// The height of lines that the network reads, in pixels.
pub(super) const HEIGHT: u32 = 48;

/// The network.
#[derive(Debug)]
pub(super) struct Recogniser {
    network: Arc<dyn Network>,
    characters: Vec<String>,
}

/// A word of a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FoundWord {
    pub(super) text: String,
    /// From 0 to 1.
    pub(super) confidence: f32,
    /// Where it begins and ends, in shares of the line's width.
    pub(super) from: f32,
    pub(super) to: f32,
}

/// A character, how sure the network is of it, and where it is in shares of the line's width.
struct FoundCharacter<'a> {
    text: &'a str,
    confidence: f32,
    at: f32,
}

impl Recogniser {
    pub(super) fn load(file: &Path, characters: &Path) -> Result<Self, NetworkError> {
        let characters = read_json(characters)?;
        Ok(Self { network: rten::load(file, Weights::Prepared, &[])?, characters })
    }

    /// The words of a line, which is [`HEIGHT`] high.
    pub(super) fn words(&self, line: &RgbImage) -> Result<Vec<FoundWord>, NetworkError> {
        let output = self.network.run(vec![planes(line).into()])?;
        let Some(output) = output.first() else { return Ok(Vec::new()) };
        let classes = self.characters.len() + 1;
        let scores = output.floats().unwrap_or_default();
        Ok(words(&spaced(self.characters_of(scores, classes), line)))
    }

    /// The characters by the most likely class of each step. Class 0 is none; the same class in steps that follow each
    /// other is one character.
    fn characters_of(&self, scores: &[f32], classes: usize) -> Vec<FoundCharacter<'_>> {
        #[expect(clippy::cast_precision_loss, reason = "steps of a line")]
        let steps = (scores.len() / classes).max(1) as f32;
        let mut found: Vec<FoundCharacter<'_>> = Vec::new();
        let mut before = 0;
        for (step, scores) in (0_u16..).zip(scores.chunks_exact(classes)) {
            let (best, confidence) = scores
                .iter()
                .copied()
                .enumerate()
                .fold((0, 0.0), |best, (class, score)| if score > best.1 { (class, score) } else { best });
            let at = (f32::from(step) + 0.5) / steps;
            if best != 0 && best == before {
                if let Some(last) = found.last_mut() {
                    last.confidence = last.confidence.max(confidence);
                }
            } else if let Some(text) = best.checked_sub(1).and_then(|best| self.characters.get(best)) {
                found.push(FoundCharacter { text, confidence, at });
            }
            before = best;
        }
        found
    }
}

/// The characters with the spaces that the network has left out.
fn spaced<'a>(characters: Vec<FoundCharacter<'a>>, line: &RgbImage) -> Vec<FoundCharacter<'a>> {
    let seen: Vec<f32> = characters.iter().filter(|one| is_space(one)).map(|one| one.at).collect();
    // The network places characters to about a character: the space beside a gap is the gap's.
    let steps = characters.iter().zip(characters.iter().skip(1)).map(|(one, next)| next.at - one.at);
    let near = 1.5 * median(steps);
    let mut gaps = wide_gaps(line, &seen);
    gaps.retain(|gap| !seen.iter().any(|at| (at - gap.middle()).abs() < near));
    let mut spaced: Vec<FoundCharacter<'a>> = Vec::with_capacity(characters.len());
    for character in characters {
        let missing = spaced
            .last()
            .filter(|last| !is_space(last) && !is_space(&character))
            .and_then(|last| gaps.iter().find(|gap| (last.at..character.at).contains(&gap.middle())));
        if let Some(gap) = missing {
            spaced.push(FoundCharacter { text: " ", confidence: 1.0, at: gap.middle() });
        }
        spaced.push(character);
    }
    spaced
}

fn is_space(character: &FoundCharacter<'_>) -> bool {
    character.text.trim().is_empty()
}

/// Splits characters into words at spaces.
fn words(characters: &[FoundCharacter<'_>]) -> Vec<FoundWord> {
    let mut words = Vec::new();
    let mut from = 0.0;
    for (number, word) in characters.split(is_space).enumerate() {
        // The space after the word, and the end of the line after the last.
        let taken: usize = characters.split(is_space).take(number + 1).map(|word| word.len() + 1).sum();
        let to = characters.get(taken - 1).map_or(1.0, |space| space.at);
        if let (Some(first), Some(last)) = (word.first(), word.last()) {
            // A word ends half a character beyond the middle of its last one.
            #[expect(clippy::cast_precision_loss, reason = "characters of a word")]
            let half =
                if word.len() > 1 { (last.at - first.at) / (word.len() - 1) as f32 / 2.0 } else { (to - from) / 2.0 };
            let text: String = word.iter().map(|character| character.text).collect();
            #[expect(clippy::cast_precision_loss, reason = "characters of a word")]
            let confidence = word.iter().map(|character| character.confidence).sum::<f32>() / word.len() as f32;
            words.push(FoundWord { text, confidence, from: (first.at - half).max(from), to: (last.at + half).min(to) });
        }
        from = to;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_become_words_with_their_places() {
        let line = |text: &'static str| -> Vec<FoundCharacter<'static>> {
            let steps = 0_u8..;
            let characters = text.char_indices().zip(steps).map(|((at, character), step)| FoundCharacter {
                text: &text[at..at + character.len_utf8()],
                confidence: 0.9,
                at: (f32::from(step) + 0.5) / 10.0,
            });
            characters.collect()
        };
        let places = |text: &'static str| -> Vec<(String, f32, f32)> {
            let round = |share: f32| (share * 100.0).round() / 100.0;
            words(&line(text)).into_iter().map(|word| (word.text, round(word.from), round(word.to))).collect()
        };
        assert_eq!(places("MODEL 7"), [("MODEL".to_owned(), 0.0, 0.5), ("7".to_owned(), 0.55, 0.88)]);
        assert_eq!(places("ABCDEFGHIJ"), [("ABCDEFGHIJ".to_owned(), 0.0, 1.0)]);
        assert_eq!(places("  AB  CD"), [("AB".to_owned(), 0.2, 0.4), ("CD".to_owned(), 0.6, 0.8)]);
        assert_eq!(places("  "), []);
    }
}
