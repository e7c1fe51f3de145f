//! Decides whether an answer states a warning, verbatim or nearly so.

use std::collections::HashSet;

use super::essence;
use documents::units::sentences;

/// Minimum share of a sentence's words in one sentence of the answer.
const SHARE: f32 = 0.9;
/// Words whose omission reverses the meaning of a sentence.
const NEGATIONS: &[&str] = &[
    "not",
    "no",
    "never",
    "cannot",
    "don",
    "without",
    "only",
    "nicht",
    "kein",
    "keine",
    "keinen",
    "nie",
    "niemals",
    "nur",
    "ohne",
    "nunca",
    "jamás",
    "sin",
    "solo",
    "sólo",
    "ne",
    "pas",
    "jamais",
    "sans",
    "aucun",
    "aucune",
    "seulement",
];

/// Whether the text contains each sentence of a warning: verbatim, or nearly all of its words, and its figures and
/// negations, in one sentence. A paraphrase is not enough.
pub(super) fn says(text: &str, warning: &str) -> bool {
    let letters = essence(text);
    let said: Vec<HashSet<String>> = text.lines().flat_map(sentences).map(words).collect();
    sentences(warning).all(|sentence| {
        let wanted = words(sentence);
        wanted.is_empty() || letters.contains(&essence(sentence)) || said.iter().any(|said| covers(said, &wanted))
    })
}

#[expect(clippy::cast_precision_loss, reason = "a sentence has few words")]
fn covers(said: &HashSet<String>, wanted: &HashSet<String>) -> bool {
    let is_needed = |word: &&String| NEGATIONS.contains(&word.as_str()) || word.chars().any(|c| c.is_ascii_digit());
    let held = wanted.intersection(said).count();
    held as f32 >= SHARE * wanted.len() as f32 && wanted.iter().filter(is_needed).all(|word| said.contains(word))
}

fn words(text: &str) -> HashSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WARNING: &str = "Do not use compressed air above 30 psi to dry the bearings. Wear goggles.";

    #[test]
    fn verbatim_and_nearly_so_is_said() {
        assert!(says(&format!("First:\n\n> **WARNING:** {WARNING}\n\n1. Dry it."), WARNING));
        assert!(says("Do **not** use compressed air above 30 psi to dry any of the bearings.\nWear goggles!", WARNING));
    }

    #[test]
    fn a_paraphrase_a_part_and_the_opposite_are_not() {
        for text in [
            "Be careful with compressed air and protect your eyes.",
            "Do not use compressed air above 30 psi to dry the bearings.",
            "Use compressed air above 30 psi to dry the bearings. Wear goggles.",
            "Do not use compressed air above 90 psi to dry the bearings. Wear goggles.",
            "",
        ] {
            assert!(!says(text, WARNING), "{text}");
        }
    }
}
