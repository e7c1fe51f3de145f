//! Decides whether a page is related to the text on a picture.

use std::collections::HashSet;

use search::retrieval::Hit;
use search::retrieval::analysis::Analyzer;

/// Minimum share of the text on the page, weighted by rarity.
const SHARE: f32 = 0.2;
/// Number of common words that are enough if much of the text was misread.
const WORDS: usize = 5;
/// Minimum length of a word. Shorter ones are often misread.
const LETTERS: usize = 3;

/// Whether the page of this hit has enough in common with the text on a picture (`written`): a fifth of it, or five
/// words. Tables of contents and indexes match everything, so they do not count.
#[must_use]
pub fn resembles(hit: &Hit, written: &str) -> bool {
    !hit.navigation && (hit.coverage >= SHARE || words(written).intersection(&words(&hit.content)).count() >= WORDS)
}

fn words(text: &str) -> HashSet<String> {
    Analyzer::default().terms(text).into_iter().filter(|word| word.chars().count() >= LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::test_support::passage;

    #[test]
    fn a_fifth_or_five_words_are_enough_and_contents_never() {
        let text = "The decal gives ADV. HP 150 AT 3600 RPM. IDLE SPEED 650 RPM.";
        let mut hit = passage(2, "DATA PLATE", text, 0.4).hit;
        assert!(resembles(&hit, "nothing of it"));
        hit.coverage = 0.1;
        let misread = "LHe is VY d UCLAlL WI\nADV. HP 150 AT 3600 RPM\nIDLE SPEED 65O RPM";
        assert!(resembles(&hit, misread));
        assert!(!resembles(&hit, "ADV. HP 15 AT 36 RPM\nIDLE"), "three words");
        hit.navigation = true;
        hit.coverage = 1.0;
        assert!(!resembles(&hit, misread));
    }
}
