//! Whether a page of a manual has to do with what is written on a picture.

use std::collections::HashSet;

use search::retrieval::Hit;
use search::retrieval::analysis::Analyzer;

/// The share of what is written that the page must hold, rare words counting for more.
const SHARE: f32 = 0.2;
/// Words in common that are enough where much of what is written was misread.
const WORDS: usize = 5;
/// Letters and digits of a word that counts: shorter ones are often misread others.
const LETTERS: usize = 3;

/// Whether the page of this hit has enough in common with what is `written` on a picture: a fifth of
/// it, or five words. Lists of contents and indices have everything in common with everything.
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
