//! Numbers and labels before titles.

/// How a title is numbered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberForm {
    /// `2-28.`, `4.16`, `2-1.1`, `3.2.1`, `A-4`.
    Compound,
    /// `7.`
    Plain,
    /// `b.`
    Letter,
}

/// Splits a leading number from the title.
pub(super) fn number_form(text: &str) -> Option<(NumberForm, &str)> {
    let (first, rest) = text.split_once(' ')?;
    let rest = rest.trim_start();
    let number = first.trim_end_matches(['.', ')', ':']);
    let marked = number.len() < first.len();
    let parts: Vec<&str> = number.split(['-', '.']).collect();
    let digits = |part: &&str| !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
    let letter = |part: &&str| part.len() == 1 && part.bytes().all(|b| b.is_ascii_alphabetic());
    let (head, tail) = parts.split_first()?;
    match tail {
        [] if digits(head) && marked => Some((NumberForm::Plain, rest)),
        [] if letter(head) && marked => Some((NumberForm::Letter, rest)),
        [] => None,
        _ if (digits(head) || letter(head)) && tail.iter().all(digits) => Some((NumberForm::Compound, rest)),
        _ => None,
    }
}

/// `Chapter 3`, `Section II. …`, `Appendix B`, `Part 4`.
pub(super) fn starts_with_division(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let Some(first) = words.next() else {
        return false;
    };
    let capitalised = first.starts_with(|c: char| c.is_uppercase());
    let named = matches!(first.to_ascii_lowercase().as_str(), "chapter" | "section" | "appendix" | "part" | "annex");
    let numbered = words.next().is_some_and(|word| {
        let word = word.trim_end_matches(['.', ':', ',', '-']);
        !word.is_empty()
            && (word.len() == 1 && word.starts_with(|c: char| c.is_ascii_uppercase())
                || word.bytes().all(|b| b.is_ascii_digit())
                || word.bytes().all(|b| matches!(b, b'I' | b'V' | b'X')))
    });
    capitalised && named && numbered
}

/// Words before the number of a caption, in English, German, Spanish and French.
const CAPTIONS: &[&str] = &[
    "table",
    "figure",
    "fig.",
    "fig",
    "illustration",
    "tabelle",
    "tab.",
    "abbildung",
    "abb.",
    "bild",
    "tabla",
    "cuadro",
    "figura",
    "tableau",
];

/// What follows `Table 2-1.` or `Figure 3`.
pub(super) fn after_caption_label(text: &str) -> Option<&str> {
    let (first, rest) = text.split_once(' ')?;
    if !CAPTIONS.contains(&first.to_ascii_lowercase().as_str()) {
        return None;
    }
    if !first.starts_with(|c: char| c.is_uppercase()) {
        return None;
    }
    let (label, rest) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
    let has_number = label.bytes().any(|b| b.is_ascii_digit()) && label.len() <= 10;
    has_number.then(|| rest.trim_start())
}
