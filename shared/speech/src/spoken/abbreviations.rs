//! Abbreviations and their meanings.

/// What is said for an abbreviation, which is in lower case with its full stop.
const SAID: &[(&str, &str)] = &[
    ("e.g.", "for example"),
    ("i.e.", "that is"),
    ("etc.", "et cetera"),
    ("approx.", "approximately"),
    ("vs.", "versus"),
    ("max.", "maximum"),
    ("min.", "minimum"),
    ("qty", "quantity"),
    ("qty.", "quantity"),
    ("p/n", "part number"),
    ("s/n", "serial number"),
    ("n/a", "not applicable"),
    ("w/", "with"),
    ("w/o", "without"),
    ("incl.", "including"),
    ("temp.", "temperature"),
    ("&", "and"),
    ("=", "equals"),
    ("+", "plus"),
    ("±", "plus or minus"),
    ("+/-", "plus or minus"),
    ("≈", "about"),
    ("~", "about"),
    ("≥", "at least"),
    (">=", "at least"),
    ("≤", "at most"),
    ("<=", "at most"),
    ("<", "less than"),
    (">", "more than"),
    ("→", "then"),
    ("->", "then"),
    ("×", "by"),
];

/// Abbreviations before a number.
const BEFORE_NUMBER: &[(&str, &str)] = &[
    ("fig.", "figure"),
    ("figs.", "figures"),
    ("no.", "number"),
    ("nos.", "numbers"),
    ("para.", "paragraph"),
    ("sec.", "section"),
    ("ch.", "chapter"),
    ("vol.", "volume"),
    ("p.", "page"),
    ("pp.", "pages"),
    ("ref.", "reference"),
    ("eq.", "equation"),
    ("rev.", "revision"),
];

/// Abbreviations that never end a sentence.
const INSIDE: &[&str] = &["e.g.", "i.e.", "approx.", "vs.", "cf.", "dr.", "mr.", "mrs.", "ms.", "incl.", "ca."];

/// Abbreviations that end a sentence only before a capital letter.
const PERHAPS_LAST: &[&str] = &[
    "etc.", "max.", "min.", "in.", "ft.", "lb.", "lbs.", "oz.", "gal.", "qt.", "pt.", "hr.", "hrs.", "sec.", "qty.",
    "inc.", "co.", "temp.", "deg.",
];

/// Series of manuals. Their letters are spelled out before their number.
const MANUALS: &[&str] = &["TM", "TB", "FM", "MWO", "LO", "SB", "TC", "TO", "NSN", "FSN", "PN", "SN", "MS", "AN"];

fn find(table: &[(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    table.iter().find(|(written, _)| written.eq_ignore_ascii_case(word)).map(|(_, said)| *said)
}

/// What is said for an abbreviation or symbol, before the given word or at the end.
pub(super) fn said(word: &str, next: Option<&str>) -> Option<&'static str> {
    if next.is_some_and(starts_with_number) {
        find(BEFORE_NUMBER, word).or_else(|| find(SAID, word))
    } else {
        find(SAID, word)
    }
}

/// Whether a word names a series of manuals or a kind of number. Its letters are spelled out.
pub(super) fn is_series(word: &str) -> bool {
    MANUALS.contains(&word)
}

/// Whether a sentence can end with this word and its full stop, before this character.
pub(super) fn ends_sentence(word: &str, next: char) -> bool {
    let is = |list: &[&str]| list.iter().any(|entry| entry.eq_ignore_ascii_case(word));
    if is(INSIDE) || is_initials(word) {
        return false;
    }
    if find(BEFORE_NUMBER, word).is_some() {
        return !next.is_ascii_digit() && !next.is_lowercase() && (is(&["no.", "sec."]) || !next.is_alphanumeric());
    }
    if is(PERHAPS_LAST) || is_size(word) {
        return !next.is_lowercase() && !next.is_ascii_digit();
    }
    !next.is_lowercase()
}

/// "U.S.", "a.m."
fn is_initials(word: &str) -> bool {
    let mut parts = word.trim_end_matches('.').split('.');
    word.len() > 2 && parts.clone().count() > 1 && parts.all(|part| part.len() == 1 && part.is_ascii())
}

/// "M12."
fn is_size(word: &str) -> bool {
    let digits = word.strip_prefix('M').and_then(|rest| rest.strip_suffix('.')).unwrap_or_default();
    !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit())
}

pub(super) fn starts_with_number(word: &str) -> bool {
    word.trim_start_matches(['(', '#']).starts_with(|c: char| c.is_ascii_digit())
}
