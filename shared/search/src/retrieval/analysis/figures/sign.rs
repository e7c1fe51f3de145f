//! The sign of a number.

/// The sign of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sign {
    /// None, or a plus sign.
    Plus,
    /// A minus: `-40`.
    Minus,
    /// A dash followed by a space, which may be a minus or not: `down to - 40`, `drain plug - 40`.
    Dash,
}

impl Sign {
    /// Whether two signs may be the same.
    #[must_use]
    pub fn agrees(self, other: Self) -> bool {
        self == other || self == Self::Dash || other == Self::Dash
    }
}

/// The sign before a number at `start`, and where the number begins including it. `from` is the end of the previous
/// figure or the start of the line.
pub(super) fn sign_before(written: &str, from: usize, is_after_figure: bool, start: usize) -> (Sign, usize) {
    const MINUS: [char; 5] = ['-', '\u{2010}', '\u{2011}', '\u{2013}', '\u{2212}'];
    const IN_WORDS: [&str; 4] = ["minus", "moins", "menos", "negative"];
    let before = written.get(from..start).unwrap_or_default();
    let bare = before.strip_suffix(' ').unwrap_or(before);
    let word = bare.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if IN_WORDS.iter().any(|minus| minus.eq_ignore_ascii_case(word)) && !follows_plus(bare, word) {
        return (Sign::Minus, start - (before.len() - bare.len()) - word.len());
    }
    let Some(outer) = bare.strip_suffix(MINUS) else { return (Sign::Plus, start) };
    let is_spaced = bare.len() < before.len();
    if outer.trim().is_empty() {
        // "15 - 40" is a range, and "- 40" at the beginning of a line is an item.
        return if is_after_figure || is_spaced { (Sign::Plus, start) } else { (Sign::Minus, from + outer.len()) };
    }
    let stands_free = outer.ends_with(|c: char| c.is_whitespace() || (!c.is_alphanumeric() && !MINUS.contains(&c)));
    match (stands_free, is_spaced) {
        (true, false) => (Sign::Minus, from + outer.len()),
        (true, true) => (Sign::Dash, start),
        (false, _) => (Sign::Plus, start),
    }
}

/// Whether the word for plus precedes the word for minus: "plus or minus 15" is a tolerance.
fn follows_plus(text: &str, minus: &str) -> bool {
    let mut before = text.strip_suffix(minus).unwrap_or_default().split_whitespace().rev();
    let mut word = before.next().unwrap_or_default().to_lowercase();
    if matches!(word.as_str(), "or" | "oder" | "o" | "ou") {
        word = before.next().unwrap_or_default().to_lowercase();
    }
    matches!(word.as_str(), "plus" | "m\u{e1}s" | "mas")
}

#[cfg(test)]
mod tests {
    use super::super::{Figure, Reading, figures};
    use super::*;

    #[test]
    fn a_minus_is_told_from_a_dash() {
        let signs = |text: &str| {
            let sign = |figure: Figure| match figure.reading {
                Reading::Value { sign, .. } => Some(sign),
                Reading::Code { .. } => None,
            };
            figures(text).into_iter().filter_map(sign).collect::<Vec<_>>()
        };
        for (text, expected) in [
            ("-40 \u{b0}C", [Sign::Minus].as_slice()),
            ("from -40 to 120 \u{b0}C", &[Sign::Minus, Sign::Plus]),
            ("(\u{2212}40 \u{b0}C)", &[Sign::Minus]),
            ("- 40 Nm", &[Sign::Plus]),
            ("drain plug - 40 Nm", &[Sign::Dash]),
            ("15 - 40 Nm", &[Sign::Plus, Sign::Plus]),
            ("15 \u{b0}C -40 \u{b0}C", &[Sign::Plus, Sign::Plus]),
            ("x-40 Nm", &[]),
            ("at minus 40 \u{b0}C", &[Sign::Minus]),
            ("moins 5 \u{b0}C", &[Sign::Minus]),
            ("the plus pole stands minus 40 \u{b0}C", &[Sign::Minus]),
            ("plus or minus 15 Nm", &[Sign::Plus]),
            ("plus ou moins 15 Nm", &[Sign::Plus]),
            ("m\u{e1}s menos 15 Nm", &[Sign::Plus]),
        ] {
            assert_eq!(signs(text), expected, "{text}");
        }
        let range = |text: &str| figures(text).first().map(|figure| figure.range.clone());
        assert_eq!(range("at -40 \u{b0}C"), Some(3..10));
    }
}
