//! Detects the orientation in which to read a picture.
//!
//! Letters that are upside down or sideways are read as other letters with low confidence. Of vertical lines Tesseract
//! reads some, whose words are then higher than wide. Only in these cases is it asked for the orientation, and, if it
//! cannot tell, the orientations are tried in which the letters would form lines. A clean upright page costs nothing.

use std::sync::Arc;

use tokio::time::Instant;

use super::tesseract::{Attempt, Tesseract};
use crate::Picture;
use crate::picture::QuarterTurn;

/// Runs orientation detection only, for which Tesseract has a separate model. Few letters are enough, since a wrong
/// result is noticed later.
const DETECTION: [&str; 6] = ["-l", "osd", "--psm", "0", "-c", "min_characters_to_try=20"];
/// If the average confidence of words is lower, the picture may be upside down.
const DOUBTFUL: f32 = 0.65;
/// An orientation is right if its words reach this confidence,
const CLEAR: f32 = 0.75;
/// and if they contain this many times more than those of the first one.
const BETTER: f32 = 1.3;
/// Minimum number of readable letters and digits.
const LEAST_CHARACTERS: usize = 8;
/// Minimum confidence of a detected orientation to be used without trying others.
const BELIEVED: f32 = 2.0;

impl Tesseract {
    /// The picture read in another orientation, if that is better.
    pub(super) async fn other_way_up(
        &self,
        picture: &Arc<Picture>,
        first: &Attempt,
        deadline: Instant,
    ) -> Option<Attempt> {
        let seen = first.found.seen;
        let is_standing = seen.standing > 0;
        if !first.prepared.has_words() || (seen.confidence >= DOUBTFUL && !is_standing) {
            return None;
        }
        for turn in self.turns(first, deadline).await {
            // What was read the first way up is better than nothing.
            let Ok(attempt) = self.look(picture, turn, deadline).await else { return None };
            let found = &attempt.found;
            let is_clear = found.seen.confidence >= CLEAR && found.characters >= LEAST_CHARACTERS;
            let is_better = is_standing || found.weight > BETTER * first.found.weight;
            if is_clear && is_better && found.seen.standing <= 0 {
                return Some(attempt);
            }
        }
        None
    }

    /// The orientations worth trying, most likely first.
    async fn turns(&self, first: &Attempt, deadline: Instant) -> Vec<QuarterTurn> {
        let seen = first.found.seen;
        let level = if seen.downwards > 0 { QuarterTurn::Left } else { QuarterTurn::Right };
        if seen.standing > 0 && seen.confidence >= CLEAR {
            return vec![level];
        }
        let detected = self.run(&first.prepared.pgm(), &DETECTION, deadline).await;
        let detected = detected.ok().and_then(|output| orientation(&output));
        match detected {
            Some((turn, confidence)) if confidence >= BELIEVED => {
                return if turn == QuarterTurn::None { Vec::new() } else { vec![turn] };
            }
            _ => {}
        }
        let detected = detected.map(|(turn, _)| turn).filter(|turn| *turn != QuarterTurn::None);
        let mut turns: Vec<QuarterTurn> = detected.into_iter().collect();
        if first.prepared.on_end > first.prepared.level {
            turns.extend([QuarterTurn::Right, QuarterTurn::Left]);
        } else {
            turns.push(QuarterTurn::Half);
        }
        turns.dedup();
        turns
    }
}

/// The orientation and its confidence in Tesseract's output.
fn orientation(output: &str) -> Option<(QuarterTurn, f32)> {
    let value = |name: &str| output.lines().find_map(|line| line.strip_prefix(name)?.trim().strip_prefix(':'));
    let turn = QuarterTurn::of_degrees(value("Rotate")?.trim().parse().ok()?)?;
    Some((turn, value("Orientation confidence")?.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_orientation_is_understood() {
        let output = "Page number: 0\nOrientation in degrees: 270\nRotate: 90\nOrientation confidence: 12.28\n\
                      Script: Latin\nScript confidence: 5.56\n";
        assert_eq!(orientation(output), Some((QuarterTurn::Right, 12.28)));
        assert_eq!(orientation("Too few characters."), None);
    }
}
