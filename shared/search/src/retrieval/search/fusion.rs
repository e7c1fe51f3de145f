//! Combines scores of different kinds.
//!
//! Scores are divided by their theoretical maximum (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid
//! Retrieval", TOIS 2023, who found that this convex combination beats rank fusion). Unlike with ranks or standard
//! scores, the result means the same for every query and every size of library, so that a minimum score can be
//! requested.

use super::{Weights, lexical::Lexical};

/// The fused score of every page, between 0 and 1. `cosines` is `None` for a lexical search.
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

/// Mean and standard deviation of values.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Distribution {
    mean: f64,
    deviation: f64,
}

impl Distribution {
    /// The distribution of these values.
    pub(super) fn of(values: impl Iterator<Item = f32>) -> Self {
        let (mut count, mut sum, mut squares) = (0_u32, 0.0_f64, 0.0_f64);
        for value in values {
            count += 1;
            sum += f64::from(value);
            squares += f64::from(value) * f64::from(value);
        }
        let count = f64::from(count.max(1));
        let mean = sum / count;
        Self { mean, deviation: (squares / count - mean * mean).max(0.0).sqrt() }
    }

    /// The number of standard deviations above the mean; zero if all values are equal.
    #[expect(clippy::cast_possible_truncation, reason = "standard scores are small")]
    pub(super) fn standard_score(&self, value: f32) -> f32 {
        if self.deviation < 1e-6 { 0.0 } else { ((f64::from(value) - self.mean) / self.deviation) as f32 }
    }
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "exact in these cases")]
mod tests {
    use super::*;

    #[test]
    fn scores_are_standard_over_the_values() {
        let distribution = Distribution::of([1.0, 3.0].into_iter());
        assert_eq!([1.0, 3.0, 100.0].map(|value| distribution.standard_score(value)), [-1.0, 1.0, 98.0]);
    }

    #[test]
    fn equal_values_say_nothing() {
        assert_eq!(Distribution::of([2.0, 2.0].into_iter()).standard_score(2.0), 0.0);
        assert_eq!(Distribution::of(std::iter::empty()).standard_score(5.0), 0.0);
    }
}
