//! Which way up a picture is to be read.
//!
//! Letters that stand on their head or on end are read as other letters, with little confidence; and
//! of lines on end, Tesseract reads some, whose words are then higher than wide. Only then is it asked
//! for the orientation, and, where it cannot tell, the ways up are tried in which its letters would
//! stand side by side. A clean upright page costs nothing.

use std::sync::Arc;

use tokio::time::Instant;

use super::tesseract::{Attempt, Tesseract};
use crate::Picture;
use crate::picture::QuarterTurn;

/// Detects the orientation alone, for which Tesseract has a model of its own. Few letters are enough: a
/// wrong answer is found out.
const DETECTION: [&str; 6] = ["-l", "osd", "--psm", "0", "-c", "min_characters_to_try=20"];
/// Words that are read with less confidence, on average, may stand on their head.
const DOUBTFUL: f32 = 0.65;
/// A way up is the right one when its words are as sure as this,
const CLEAR: f32 = 0.75;
/// and hold so much more than those of the first.
const BETTER: f32 = 1.3;
/// Letters and digits that must then be readable.
const LEAST_CHARACTERS: usize = 8;
/// The confidence from which on a detected orientation is believed without trying others.
const BELIEVED: f32 = 2.0;

impl Tesseract {
    /// The picture read another way up, where that is better.
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

    /// The ways up that are worth trying, the likeliest first.
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

/// How the picture is to be turned, and how sure that is, in what Tesseract writes.
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
