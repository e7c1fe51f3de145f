//! Sentences, where units and abbreviations have full stops of their own.

/// Words after which a full stop ends nothing.
const ABBREVIATIONS: &[&str] = &[
    "abb", "approx", "bzw", "ca", "cf", "cu", "dia", "dr", "e.g", "env", "etc", "ex", "ext", "fig", "figs", "ft",
    "gal", "ggf", "i.e", "in", "incl", "kgf", "lb", "lbs", "lg", "max", "min", "mr", "ms", "no", "nos", "nr", "núm",
    "oz", "para", "pos", "psi", "pt", "pág", "págs", "qt", "qty", "ref", "sec", "spec", "sq", "st", "tab", "temp",
    "vol", "vs", "yd", "z.b", "d.h", "u.a", "p", "pp", "pg", "art", "aprox", "ej", "mm", "cm",
];

/// The sentences of a paragraph, which are split after a mark that a space and a capital, a digit or a
/// bracket follow.
pub fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text.trim();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (sentence, after) = rest.split_at(end(rest));
        rest = after.trim_start();
        Some(sentence.trim_end())
    })
}

/// Bytes of the first sentence of a text.
#[must_use]
pub fn end(text: &str) -> usize {
    for (at, mark) in text.char_indices() {
        if !matches!(mark, '.' | '!' | '?' | '。') {
            continue;
        }
        let end = at + mark.len_utf8();
        let mut after = text.get(end..).unwrap_or_default().chars();
        let ends = after.next() == Some(' ')
            && after.next().is_some_and(|c| c.is_uppercase() || c.is_numeric() || matches!(c, '(' | '"' | '“' | '•'));
        if ends && !(mark == '.' && abbreviates(text.get(..at).unwrap_or_default())) {
            return end;
        }
    }
    text.len()
}

/// Whether a full stop behind this text is that of an abbreviation, an initial or a label.
#[must_use]
pub fn abbreviates(before: &str) -> bool {
    let word = before.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    let letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let is_label = before.trim() == word && word.chars().all(char::is_numeric);
    is_label || (letters == 1 && word.len() <= 2) || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &str) -> Vec<&str> {
        sentences(text).collect()
    }

    #[test]
    fn units_and_references_end_no_sentence() {
        let text = "Set the gap to 0.010 in. (Fig. 3) with gauge No. 7. Lock the nut.";
        assert_eq!(all(text), ["Set the gap to 0.010 in. (Fig. 3) with gauge No. 7.", "Lock the nut."]);
    }

    #[test]
    fn marks_and_capitals_do() {
        assert_eq!(all("Is it worn? Replace it! Do not reuse."), ["Is it worn?", "Replace it!", "Do not reuse."]);
        assert_eq!(all("12. Turn the shaft."), ["12. Turn the shaft."]);
        assert_eq!(all("see www.example.com for more"), ["see www.example.com for more"]);
    }
}
