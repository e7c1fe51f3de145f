//! The letters and digits of pages, to find codes that are printed with other joiners.

/// A character that no code contains.
const BREAK: char = '\n';

/// Letters and digits in lower case, and the boundaries of codes among them.
pub(super) struct Letters {
    text: String,
    /// For each byte of the text and for its end, whether a code can begin or end there.
    borders: Vec<Border>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Border {
    begins: bool,
    ends: bool,
}

impl Letters {
    pub(super) fn of(text: &str) -> Self {
        let mut letters = Self { text: String::with_capacity(text.len()), borders: vec![Border::default()] };
        let mut rest = text.chars();
        let mut before = None;
        while let Some(letter) = rest.next() {
            if letter.is_alphanumeric() {
                letters.push(letter, before.is_none_or(|before: char| !before.is_alphanumeric()), ends(rest.as_str()));
            } else if !is_within_code(letter, rest.as_str()) {
                letters.push(BREAK, false, false);
            }
            before = Some(letter);
        }
        letters
    }

    fn push(&mut self, letter: char, begins: bool, ends: bool) {
        if let Some(border) = self.borders.last_mut() {
            border.begins |= begins;
        }
        self.text.extend(letter.to_lowercase());
        self.borders.resize(self.text.len() + 1, Border::default());
        if let Some(border) = self.borders.last_mut() {
            border.ends = ends;
        }
    }

    /// Whether the text contains a code, whatever its joiners. The beginning of a longer code does not count:
    /// `RD-2-4116` is not `RD-2-4116-0`.
    pub(super) fn hold_code(&self, code: &str) -> bool {
        let code = Self::of(code).text;
        let border = |at: usize| self.borders.get(at).copied().unwrap_or_default();
        let mut found = self.text.match_indices(&code).map(|(at, _)| at);
        !code.is_empty() && found.any(|at| border(at).begins && border(at + code.len()).ends)
    }
}

/// Whether a code can contain this character before this text: a joiner or a space.
fn is_within_code(character: char, rest: &str) -> bool {
    match character {
        ' ' | '\u{a0}' | '-' | '/' | '\u{2010}'..='\u{2015}' => true,
        '.' => rest.starts_with(char::is_alphanumeric),
        _ => false,
    }
}

/// Whether a code ends before this text.
fn ends(rest: &str) -> bool {
    let mut rest = rest.chars();
    match rest.next() {
        Some('-' | '/' | '.' | '\u{2010}'..='\u{2015}') => !rest.next().is_some_and(char::is_alphanumeric),
        Some(next) => !next.is_alphanumeric(),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_found_with_other_joiners_and_not_inside_another() {
        let page = Letters::of("Seal MS 28775 - 218, bracket RD-2-4116-0, NSN 5305-00-068-0508.\nPump D6100");
        for code in ["MS28775-218", "rd-2-4116-0", "RD241160", "5305 00 068 0508", "00-068-0508"] {
            assert!(page.hold_code(code), "{code}");
        }
        for code in ["RD-2-4116", "MS28775-21", "S28775-218", "218bracket", "D610", ""] {
            assert!(!page.hold_code(code), "{code}");
        }
    }
}
