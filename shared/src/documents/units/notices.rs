//! Warnings, cautions and notes (ANSI Z535.6, ISO 3864), in the languages that manuals come in.

/// Signal words as they stand alone, and how the unit begins.
const WORDS: &[(&str, &str)] = &[
    ("WARNING", "WARNING"),
    ("WARNINGS", "WARNING"),
    ("CAUTION", "CAUTION"),
    ("CAUTIONS", "CAUTION"),
    ("DANGER", "DANGER"),
    ("NOTE", "NOTE"),
    ("NOTES", "NOTE"),
    ("NOTICE", "NOTICE"),
    ("IMPORTANT", "IMPORTANT"),
    ("ACHTUNG", "ACHTUNG"),
    ("WARNUNG", "WARNUNG"),
    ("VORSICHT", "VORSICHT"),
    ("GEFAHR", "GEFAHR"),
    ("HINWEIS", "HINWEIS"),
    ("WICHTIG", "WICHTIG"),
    ("ADVERTENCIA", "ADVERTENCIA"),
    ("ATENCIÓN", "ATENCIÓN"),
    ("PRECAUCIÓN", "PRECAUCIÓN"),
    ("PELIGRO", "PELIGRO"),
    ("NOTA", "NOTA"),
    ("AVERTISSEMENT", "AVERTISSEMENT"),
    ("ATTENTION", "ATTENTION"),
    ("MISE EN GARDE", "MISE EN GARDE"),
    ("PRUDENCE", "PRUDENCE"),
    ("REMARQUE", "REMARQUE"),
    ("AVISO", "AVISO"),
];

/// Words that are remarks, not warnings.
const REMARKS: &[&str] = &["NOTE", "NOTICE", "IMPORTANT", "HINWEIS", "WICHTIG", "NOTA", "REMARQUE", "AVISO"];

/// The signal word that a line consists of: `WARNING`, `C A U T I O N`, `NOTE:`, `⚠ DANGER`.
#[must_use]
pub fn notice_word(line: &str) -> Option<&'static str> {
    if line.len() > 60 {
        return None;
    }
    let letters: String = line.chars().filter(|c| c.is_alphabetic()).collect();
    let others = line.chars().filter(|c| c.is_alphanumeric() && !c.is_alphabetic()).count();
    let found = WORDS.iter().find(|(word, _)| word.chars().filter(|c| *c != ' ').eq(letters.chars()))?;
    (others == 0).then_some(found.1)
}

/// The signal word that a line begins with, and the text behind it: `WARNING: Hot surface.`
#[must_use]
pub fn notice_at(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    WORDS.iter().find_map(|(word, name)| {
        let rest = line.strip_prefix(word).or_else(|| {
            let head = line.get(..word.len())?;
            (head.chars().next()?.is_uppercase() && head.to_uppercase() == *word).then(|| line.get(word.len()..))?
        })?;
        let text = rest.trim_start().strip_prefix([':', '!', '-', '–', '—'])?.trim_start();
        (!text.is_empty()).then_some((*name, text))
    })
}

/// Whether the unit's text begins with a word that warns of harm, not only remarks.
#[must_use]
pub fn warns(text: &str) -> bool {
    let word = text.split(':').next().unwrap_or_default();
    !REMARKS.contains(&word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signal_words_alone_are_found_in_any_setting() {
        assert_eq!(notice_word("WARNING"), Some("WARNING"));
        assert_eq!(notice_word("C A U T I O N"), Some("CAUTION"));
        assert_eq!(notice_word("⚠ VORSICHT!"), Some("VORSICHT"));
        assert_eq!(notice_word("MISE EN GARDE"), Some("MISE EN GARDE"));
        assert_eq!(notice_word("WARNING 3"), None);
        assert_eq!(notice_word("Note the position"), None);
    }

    #[test]
    fn signal_words_before_their_text_need_a_mark() {
        assert_eq!(notice_at("CAUTION: Hot oil."), Some(("CAUTION", "Hot oil.")));
        assert_eq!(notice_at("Hinweis - Filter tauschen."), Some(("HINWEIS", "Filter tauschen.")));
        assert_eq!(notice_at("Note the position of the arm."), None);
        assert_eq!(notice_at("Warning lamp stays on"), None);
    }
}
