//! Putting scores of different kinds on one scale.
//!
//! Scores are divided by the most that they can be (Bruch, Gai and Ingber, "An Analysis of
//! Fusion Functions for Hybrid Retrieval", TOIS 2023, who found this convex combination with
//! theoretical bounds to beat rank fusion). Unlike ranks or standard scores, the result means the
//! same for every query and every size of library, so a least score can be asked for.

use super::{Weights, lexical::Lexical};

/// The fused score of every page, between 0 and 1. `cosines` are absent for a lexical search.
pub(super) fn fuse(lexical: &Lexical, cosines: Option<&[f32]>, weights: &Weights) -> Vec<f32> {
    // What a page scores that repeats each term of the query endlessly below a title that is
    // the query, in units of the terms' rarity.
    let lexical_bound = weights.k1 + 1.0 + weights.heading;
    let semantic = if cosines.is_some() { weights.semantic } else { 0.0 };
    let bound = (weights.lexical * lexical_bound + semantic).max(f32::MIN_POSITIVE);
    let cosine = |page: usize| cosines.and_then(|cosines| cosines.get(page)).copied().unwrap_or(0.0).max(0.0);
    let scores = lexical.scores.iter().enumerate();
    scores
        .map(|(page, score)| {
            let words = if lexical.rarity > 0.0 { score / lexical.rarity } else { 0.0 };
            ((weights.lexical * words + semantic * cosine(page)) / bound).clamp(0.0, 1.0)
        })
        .collect()
}

/// Standard scores: how many standard deviations each value is above the mean of the given
/// ones. All zero where the values do not differ.
pub(super) fn standardise(values: &[f32], counts: impl Fn(usize) -> bool) -> Vec<f32> {
    let (mut count, mut sum, mut squares) = (0_u32, 0.0_f64, 0.0_f64);
    for (_, value) in values.iter().enumerate().filter(|(index, _)| counts(*index)) {
        count += 1;
        sum += f64::from(*value);
        squares += f64::from(*value) * f64::from(*value);
    }
    let count = f64::from(count.max(1));
    let mean = sum / count;
    let deviation = (squares / count - mean * mean).max(0.0).sqrt();
    if deviation < 1e-6 {
        return vec![0.0; values.len()];
    }
    #[expect(clippy::cast_possible_truncation, reason = "standard scores are small")]
    let score = |value: &f32| ((f64::from(*value) - mean) / deviation) as f32;
    values.iter().map(score).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_standard_over_the_counted_values() {
        let scores = standardise(&[1.0, 3.0, 100.0], |index| index < 2);
        assert_eq!(scores.first(), Some(&-1.0));
        assert_eq!(scores.get(1), Some(&1.0));
        assert_eq!(scores.get(2), Some(&98.0));
    }

    #[test]
    fn equal_values_say_nothing() {
        assert_eq!(standardise(&[2.0, 2.0], |_| true), [0.0, 0.0]);
        assert!(standardise(&[], |_| true).is_empty());
    }
}
