//! Warnings, cautions and notes (ANSI Z535.6, ISO 3864-2), in the languages that manuals come in.

use crate::documents::CELL_SEPARATOR;

/// How grave the harm is that a notice warns of. The gravest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hazard {
    /// Death or serious injury, unless it is avoided.
    Danger,
    /// Death or serious injury is possible.
    Warning,
    /// Injury or damage is possible.
    Caution,
}

/// A signal word.
struct Word {
    /// In capitals without accents.
    letters: &'static str,
    /// How the text of the unit begins.
    name: &'static str,
    /// None for remarks.
    hazard: Option<Hazard>,
}

const fn word(letters: &'static str, name: &'static str, hazard: Option<Hazard>) -> Word {
    Word { letters, name, hazard }
}

const DANGER: Option<Hazard> = Some(Hazard::Danger);
const WARNING: Option<Hazard> = Some(Hazard::Warning);
const CAUTION: Option<Hazard> = Some(Hazard::Caution);

/// Signal words in English, German, Spanish and French. Z535 knows GEFAHR, PELIGRO and DANGER; WARNUNG, ADVERTENCIA
/// and AVERTISSEMENT; VORSICHT, PRECAUCIÓN and ATTENTION. Words that it does not know, or only for damage, count as
/// cautions.
const WORDS: &[Word] = &[
    word("WARNING", "WARNING", WARNING),
    word("WARNINGS", "WARNING", WARNING),
    word("CAUTION", "CAUTION", CAUTION),
    word("CAUTIONS", "CAUTION", CAUTION),
    word("DANGER", "DANGER", DANGER),
    word("DANGERS", "DANGER", DANGER),
    word("NOTE", "NOTE", None),
    word("NOTES", "NOTE", None),
    word("NOTICE", "NOTICE", None),
    word("NOTICES", "NOTICE", None),
    word("IMPORTANT", "IMPORTANT", None),
    word("ACHTUNG", "ACHTUNG", CAUTION),
    word("WARNUNG", "WARNUNG", WARNING),
    word("WARNUNGEN", "WARNUNG", WARNING),
    word("WARNHINWEIS", "WARNHINWEIS", WARNING),
    word("WARNHINWEISE", "WARNHINWEIS", WARNING),
    word("VORSICHT", "VORSICHT", CAUTION),
    word("GEFAHR", "GEFAHR", DANGER),
    word("GEFAHREN", "GEFAHR", DANGER),
    word("HINWEIS", "HINWEIS", None),
    word("HINWEISE", "HINWEIS", None),
    word("WICHTIG", "WICHTIG", None),
    word("ADVERTENCIA", "ADVERTENCIA", WARNING),
    word("ADVERTENCIAS", "ADVERTENCIA", WARNING),
    word("ATENCION", "ATENCIÓN", CAUTION),
    word("PRECAUCION", "PRECAUCIÓN", CAUTION),
    word("PRECAUCIONES", "PRECAUCIÓN", CAUTION),
    word("CUIDADO", "CUIDADO", CAUTION),
    word("PELIGRO", "PELIGRO", DANGER),
    word("PELIGROS", "PELIGRO", DANGER),
    word("NOTA", "NOTA", None),
    word("NOTAS", "NOTA", None),
    word("IMPORTANTE", "IMPORTANTE", None),
    word("AVERTISSEMENT", "AVERTISSEMENT", WARNING),
    word("AVERTISSEMENTS", "AVERTISSEMENT", WARNING),
    word("ATTENTION", "ATTENTION", CAUTION),
    word("MISE EN GARDE", "MISE EN GARDE", CAUTION),
    word("MISES EN GARDE", "MISE EN GARDE", CAUTION),
    word("PRUDENCE", "PRUDENCE", CAUTION),
    word("REMARQUE", "REMARQUE", None),
    word("REMARQUES", "REMARQUE", None),
    word("AVISO", "AVISO", None),
    word("AVISOS", "AVISO", None),
    word("AVIS", "AVIS", None),
];

/// Things that a signal word names: "WARNING Light (3)" is a part.
const NAMED: &[&str] = &[
    "light",
    "lights",
    "lamp",
    "lamps",
    "label",
    "labels",
    "plate",
    "plates",
    "sign",
    "signs",
    "decal",
    "decals",
    "tag",
    "tags",
    "zone",
    "zones",
    "area",
    "areas",
    "horn",
    "buzzer",
    "signal",
    "signals",
    "device",
    "devices",
    "triangle",
    "triangles",
    "symbol",
    "symbols",
    "indicator",
    "indicators",
    "summary",
    "page",
    "pages",
    "message",
    "messages",
    "system",
    "systems",
    "panel",
    "tape",
    "flag",
    "flags",
    "level",
    "levels",
    "board",
    "beacon",
    "bell",
    "to",
    "and",
    "of",
    "for",
    "in",
    "on",
    "und",
    "y",
    "et",
];

/// Longest line in bytes that can be a signal word alone, spaced out and decorated.
const LONGEST_WORD: usize = 60;
/// Words of a text behind a signal word in capitals that no mark separates from it.
const FEW_WORDS: usize = 3;

/// The signal word that a line consists of: `WARNING`, `C A U T I O N`, `Note:`, `⚠ DANGER`, `WARNUNG / WARNING`.
#[must_use]
pub fn notice_word(line: &str) -> Option<&'static str> {
    if line.len() > LONGEST_WORD {
        return None;
    }
    let mut parts = line.split(['/', '|', '·']).filter(|part| part.chars().any(char::is_alphanumeric));
    let first = only_word(parts.next()?)?;
    parts.all(|part| only_word(part).is_some()).then_some(first)
}

fn only_word(part: &str) -> Option<&'static str> {
    let is_figure = |c: char| c.is_alphanumeric() && !c.is_alphabetic();
    let mut letters = part.chars().filter(|c| c.is_alphabetic());
    // In capitals, or as a title: a sentence may end with "this warning".
    let is_title = letters.next()?.is_uppercase();
    let is_even = letters.clone().all(char::is_uppercase) || letters.all(char::is_lowercase);
    if !is_title || !is_even || part.chars().any(is_figure) {
        return None;
    }
    let letters = || part.chars().filter(|c| c.is_alphabetic()).map(plain);
    WORDS.iter().find(|word| word.letters.chars().filter(|c| *c != ' ').eq(letters())).map(|word| word.name)
}

/// The signal word that a line begins with, and the text behind it: `WARNING: Hot surface.`
#[must_use]
pub fn notice_at(line: &str) -> Option<(&'static str, &str)> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric());
    WORDS.iter().find_map(|word| {
        let (rest, in_capitals) = word.taken_off(line)?;
        let text = text_behind(rest, in_capitals)?.trim_start_matches([':', '!', '-', '–', '—', ' ']);
        text.chars().any(char::is_alphabetic).then_some((word.name, text))
    })
}

impl Word {
    /// What stands behind the word at the beginning of a line, and whether the word stands in capitals there.
    fn taken_off<'a>(&self, line: &'a str) -> Option<(&'a str, bool)> {
        let mut rest = line.chars();
        let mut in_capitals = true;
        for (place, letter) in self.letters.chars().enumerate() {
            let found = rest.next()?;
            let is_capital = found.is_uppercase() || found == ' ';
            if plain(found) != letter || (place == 0 && !is_capital) {
                return None;
            }
            in_capitals &= is_capital;
        }
        let rest = rest.as_str();
        (!rest.starts_with(char::is_alphanumeric)).then_some((rest, in_capitals))
    }
}

/// The text behind a signal word, where something separates the two.
fn text_behind(rest: &str, in_capitals: bool) -> Option<&str> {
    if let Some(cell) = rest.strip_prefix(CELL_SEPARATOR) {
        // The word stands in a box beside the text.
        let is_text = in_capitals && !cell.trim().contains(CELL_SEPARATOR) && is_sentence(cell.trim_start());
        return is_text.then_some(cell);
    }
    let rest = rest.trim_start_matches([')', ']', '”', '"']);
    let text = rest.trim_start();
    let mut after = text.chars();
    match after.next()? {
        ':' | '!' | '–' | '—' => Some(after.as_str()),
        // A hyphen joins words: "Danger-free".
        '-' => (rest.starts_with(' ') || after.as_str().starts_with(' ')).then_some(after.as_str()),
        '.' => (in_capitals && after.as_str().starts_with(' ')).then_some(after.as_str()),
        _ => (in_capitals && rest.starts_with(' ') && is_sentence(text)).then_some(text),
    }
}

/// Whether a text reads on from no signal word, but is a sentence of its own.
fn is_sentence(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    let mut letters = first.chars();
    let is_capital = letters.next().is_some_and(char::is_uppercase);
    let is_word = letters.next().is_none_or(char::is_lowercase);
    let plain = first.to_lowercase();
    let named = NAMED.contains(&plain.trim_matches(|c: char| !c.is_alphabetic()));
    is_capital && is_word && !named && (text.split_whitespace().count() >= FEW_WORDS || text.ends_with('!'))
}

/// A letter in capitals without its accent.
fn plain(letter: char) -> char {
    let capital = letter.to_uppercase().next().unwrap_or(letter);
    match capital {
        'Á' | 'À' | 'Â' => 'A',
        'É' | 'È' | 'Ê' => 'E',
        'Í' => 'I',
        'Ó' | 'Ô' => 'O',
        'Ú' => 'U',
        other => other,
    }
}

/// What a notice warns of, by the word that its text begins with; `None` for remarks.
#[must_use]
pub fn hazard(text: &str) -> Option<Hazard> {
    let name = text.split(':').next().unwrap_or_default();
    WORDS.iter().find(|word| word.name == name)?.hazard
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signal_words_alone_are_found_in_any_setting() {
        for (line, expected) in [
            ("WARNING", "WARNING"),
            ("C A U T I O N", "CAUTION"),
            ("A D V E R T E N C I A S", "ADVERTENCIA"),
            ("⚠ VORSICHT!", "VORSICHT"),
            ("MISE EN GARDE", "MISE EN GARDE"),
            (".WARNING.", "WARNING"),
            ("Warning", "WARNING"),
            ("ATENCION", "ATENCIÓN"),
            ("Précaucion", "PRECAUCIÓN"),
            ("PELIGRO / DANGER", "PELIGRO"),
            ("*** GEFAHR ***", "GEFAHR"),
            ("Notes:", "NOTE"),
        ] {
            assert_eq!(notice_word(line), Some(expected), "{line}");
        }
        for line in [
            "WARNING 3",
            "Note the position",
            "warning.",
            "WARNING SUMMARY",
            "Warning light",
            "WARNING / STOP",
            "CAUTIONARY",
            "⚠",
            "",
        ] {
            assert_eq!(notice_word(line), None, "{line}");
        }
    }

    #[test]
    fn signal_words_before_their_text_need_a_mark_or_a_sentence() {
        for (line, expected) in [
            ("CAUTION: Hot oil.", ("CAUTION", "Hot oil.")),
            ("Hinweis - Filter tauschen.", ("HINWEIS", "Filter tauschen.")),
            ("⚠ Danger! Live parts.", ("DANGER", "Live parts.")),
            ("WARNINGS: Hot. Sharp.", ("WARNING", "Hot. Sharp.")),
            ("PRECAUCIÓN — Superficie caliente.", ("PRECAUCIÓN", "Superficie caliente.")),
            ("WARNING Do not open the tank.", ("WARNING", "Do not open the tank.")),
            ("WARNING   Do not open the tank.", ("WARNING", "Do not open the tank.")),
            ("[GEFAHR] Hochspannung im ganzen Schrank.", ("GEFAHR", "Hochspannung im ganzen Schrank.")),
            ("DANGER. Keep hands away.", ("DANGER", "Keep hands away.")),
        ] {
            assert_eq!(notice_at(line), Some(expected), "{line}");
        }
        for line in [
            "Note the position of the arm.",
            "Warning lamp stays on",
            "WARNING Light stays on for good",
            "WARNING LIGHTS AND HORNS",
            "CAUTION   12   44",
            "Danger-free work",
            "the caution: label",
            "Cautiously: open the valve.",
            "WARNING:",
        ] {
            assert_eq!(notice_at(line), None, "{line}");
        }
    }

    #[test]
    fn remarks_warn_of_nothing() {
        assert_eq!(hazard("DANGER: Live."), Some(Hazard::Danger));
        assert_eq!(hazard("AVERTISSEMENT: Surface chaude."), Some(Hazard::Warning));
        assert_eq!(hazard("ACHTUNG: Dichtung nicht knicken."), Some(Hazard::Caution));
        assert_eq!((hazard("NOTE: Two kinds."), hazard("AVISO: Dos tipos."), hazard("Pump: on.")), (None, None, None));
        assert!(Hazard::Danger < Hazard::Warning && Hazard::Warning < Hazard::Caution);
    }
}
