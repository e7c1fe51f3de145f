//! Converts written words to spoken ones.

use super::abbreviations::{is_series, said};
use super::numbers::{is_fraction, quantity};
use super::units::{called, is_thing, is_unit_before};

/// Words before hyphenated numbers that are not ranges: "Figure 3-12".
const NUMBERED: &[&str] = &[
    "appendix",
    "chapter",
    "figure",
    "item",
    "page",
    "paragraph",
    "para.",
    "fig.",
    "p.",
    "sec.",
    "section",
    "step",
    "table",
    "wp",
];

/// Maximum length of a citation mark between brackets.
const LONGEST_MARK: usize = 40;

/// Converts one block to spoken words, with a full stop at its end.
pub(super) fn say(block: &str) -> String {
    let text = plain(&without_marks(block));
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut line = Line::default();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += take(word, at, &words, &mut line).max(1);
    }
    line.end()
}

/// The spoken words of a block so far.
#[derive(Default)]
struct Line(String);

impl Line {
    fn add(&mut self, before: &str, words: &str, after: &str) {
        if words.is_empty() && before.is_empty() {
            // What is left out leaves its full stop or comma to the word before it.
            let last = self.0.ends_with(|c: char| c.is_alphanumeric());
            self.0.push_str(if last { after } else { "" });
            return;
        }
        if !self.0.is_empty() {
            self.0.push(' ');
        }
        self.0.push_str(before);
        self.0.push_str(words);
        self.0.push_str(after);
    }

    fn end(mut self) -> String {
        let length = self.0.trim_end_matches([',', ';', ' ', '–', '—', '-']).len();
        self.0.truncate(length);
        if !self.0.contains(|c: char| c.is_alphanumeric()) {
            return String::new();
        }
        if self.0.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '"' | '\'' | '%')) {
            self.0.push('.');
        }
        self.0
    }
}

/// A word with the punctuation around it.
struct Word<'a> {
    before: &'a str,
    core: &'a str,
    after: &'a str,
}

impl<'a> Word<'a> {
    fn of(word: &'a str) -> Self {
        let inner = word.trim_start_matches(['(', '[', '{', '"', '“', '‘', '\'', '«']);
        let before = word.get(..word.len() - inner.len()).unwrap_or_default();
        let core = inner.trim_end_matches([')', ']', '}', '”', '’', '»', ',', ';', ':', '!', '?', '.', '…']);
        // An inch's mark and a foot's are not quotation marks.
        let core =
            if core.starts_with(|c: char| c.is_ascii_digit()) { core } else { core.trim_end_matches(['"', '\'']) };
        Self { before, core, after: inner.get(core.len()..).unwrap_or_default() }
    }

    /// The word with its full stop, as abbreviations have it.
    fn dotted(&self) -> Option<String> {
        self.after.starts_with('.').then(|| format!("{}.", self.core))
    }
}

/// Says the word at this position. Returns how many words that took.
fn take(written: &str, at: usize, words: &[&str], line: &mut Line) -> usize {
    let next = words.get(at + 1).copied();
    let word = Word::of(written);
    if let Some(said) = abbreviation(&word, written, next, words.len() == at + 1) {
        line.add(word.before, &said.0, said.1);
        return 1;
    }
    if let Some(said) = address(word.core) {
        line.add(word.before, &said, word.after);
        return 1;
    }
    if is_series(word.core) && word.after.is_empty() && next.is_some_and(|next| Word::of(next).core.contains('-')) {
        let letters: Vec<String> = word.core.chars().map(String::from).collect();
        let number = Word::of(next.unwrap_or_default());
        line.add(word.before, &format!("{} {}", letters.join(" "), in_parts(number.core)), number.after);
        return 2;
    }
    let previous =
        at.checked_sub(1).and_then(|before| words.get(before)).map_or("", |previous| Word::of(previous).core);
    let numbered = NUMBERED.iter().any(|entry| entry.trim_end_matches('.').eq_ignore_ascii_case(previous));
    if is_part_number(word.core) || (numbered && is_pair(word.core)) {
        line.add(word.before, &in_parts(word.core), word.after);
        return 1;
    }
    if let Some(taken) = measure(&word, next, words.get(at + 2).copied(), line) {
        return taken;
    }
    line.add(word.before, &plain_word(word.core), word.after);
    1
}

/// The meaning of an abbreviation, and the punctuation after it.
fn abbreviation<'a>(word: &Word<'a>, written: &'a str, next: Option<&str>, last: bool) -> Option<(String, &'a str)> {
    if let Some(dotted) = word.dotted()
        && let Some(said) = said(&dotted, next)
    {
        // The full stop of an abbreviation at the end of a sentence ends the sentence too.
        let ends = last || next.is_some_and(|next| next.starts_with(char::is_uppercase) && word.core == "etc");
        let after = if ends { word.after } else { word.after.get(1..).unwrap_or_default() };
        return Some((capital_like(said, word.core), after));
    }
    if let Some(said) = said(word.core, next).filter(|_| !word.core.is_empty()) {
        return Some((said.to_owned(), word.after));
    }
    // Signs are no words: they have no core.
    said(written, next).filter(|_| word.core.is_empty()).map(|said| (said.to_owned(), ""))
}

fn capital_like(said: &str, written: &str) -> String {
    match said.chars().next() {
        Some(first) if written.starts_with(char::is_uppercase) => {
            first.to_uppercase().chain(said.chars().skip(1)).collect()
        }
        _ => said.to_owned(),
    }
}

/// The host of a web address. The rest is not spoken.
fn address(core: &str) -> Option<String> {
    let rest = core.strip_prefix("https://").or_else(|| core.strip_prefix("http://")).or_else(|| {
        // Without a scheme it is known by its first letters.
        core.starts_with("www.").then_some(core)
    })?;
    let host = rest.split(['/', '?', '#', ':']).next().unwrap_or_default();
    Some(host.trim_start_matches("www.").split('.').collect::<Vec<_>>().join(" dot "))
}

/// Says a number with its unit, in one word or two: "24V", "24 V". Returns how many words that took.
fn measure(word: &Word<'_>, next: Option<&str>, after_next: Option<&str>, line: &mut Line) -> Option<usize> {
    let quantity = quantity(word.core)?;
    let tell = |single: bool, one: &str, many: &str| format!("{} {}", quantity.said, if single { one } else { many });
    if !quantity.rest.is_empty() {
        let (one, many) = called(quantity.rest)?;
        line.add(word.before, &tell(quantity.single || quantity.hyphen, one, many), word.after);
        return Some(1);
    }
    let Some(next) = next.filter(|_| word.after.is_empty()) else {
        line.add(word.before, &quantity.said, word.after);
        return Some(1);
    };
    if is_fraction(next) && word.core.bytes().all(|byte| byte.is_ascii_digit()) {
        return mixed(word, &quantity.said, next, after_next, line);
    }
    let unit = Word::of(next);
    let dotted = unit.dotted().filter(|dotted| called(dotted).is_some());
    let symbol = if next.starts_with(['"', '\'']) { next.get(..1).unwrap_or_default() } else { unit.core };
    let is_unit = unit.before.is_empty() && is_unit(symbol, &unit, dotted.is_some(), after_next);
    let Some((one, many)) = called(symbol).filter(|_| is_unit) else {
        line.add(word.before, &quantity.said, word.after);
        return Some(1);
    };
    let ends = dotted.is_none() || after_next.is_none_or(|after| after.starts_with(char::is_uppercase));
    let after = if ends { unit.after } else { unit.after.get(1..).unwrap_or_default() };
    let single = quantity.single || (after.is_empty() && after_next.is_some_and(is_thing));
    line.add(word.before, &tell(single, one, many), after);
    Some(2)
}

fn is_unit(symbol: &str, unit: &Word<'_>, dotted: bool, after_next: Option<&str>) -> bool {
    dotted || !unit.after.is_empty() || is_unit_before(symbol, after_next)
}

/// Says a whole number with a fraction: "1 1/2 in." Returns how many words that took.
fn mixed(word: &Word<'_>, whole: &str, fraction: &str, unit: Option<&str>, line: &mut Line) -> Option<usize> {
    let part = Word::of(fraction);
    let quantity = quantity(part.core)?;
    let number = format!("{whole} and {}", quantity.said);
    if !quantity.rest.is_empty() {
        line.add(word.before, &format!("{number} {}", called(quantity.rest)?.1), part.after);
        return Some(2);
    }
    let unit = unit.filter(|_| part.after.is_empty()).map(Word::of);
    let Some((unit, (_, many))) = unit.and_then(|unit| called(unit.core).map(|names| (unit, names))) else {
        line.add(word.before, &number, part.after);
        return Some(2);
    };
    line.add(word.before, &format!("{number} {many}"), unit.after.strip_prefix('.').unwrap_or(unit.after));
    Some(3)
}

/// Whether a word is the number of a part or manual: digits and possibly letters, with hyphens, but not a range.
fn is_part_number(core: &str) -> bool {
    let parts: Vec<&str> = core.split('-').collect();
    let digits = core.bytes().any(|byte| byte.is_ascii_digit());
    let plain = parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric()));
    let lower = core.bytes().any(|byte| byte.is_ascii_lowercase());
    if parts.len() < 2 || !digits || !plain || lower || is_date(&parts) {
        return false;
    }
    match *parts {
        [first, second] => match (first.parse::<u64>(), second.parse::<u64>()) {
            // 10-15 is a range; 9-2320 is not, nor is 10-08.
            (Ok(first), Ok(last)) => last <= first || last > first.saturating_mul(100) || second.starts_with('0'),
            (Ok(_), Err(_)) => called(second).is_none(),
            _ => true,
        },
        _ => true,
    }
}

/// Whether these parts are a date, as in 2024-05-01.
fn is_date(parts: &[&str]) -> bool {
    matches!(parts, [year, month, day] if year.len() == 4 && month.len() == 2 && day.len() == 2)
}

/// Whether a word is two numbers with a hyphen.
fn is_pair(core: &str) -> bool {
    core.split_once('-').is_some_and(|(first, second)| {
        [first, second].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

fn in_parts(core: &str) -> String {
    core.replace('-', " ")
}

/// Says any other word: sizes and dimensions are read, emphasis is dropped.
fn plain_word(core: &str) -> String {
    let core = core.trim_matches(['_', '~', '•', '·', '|', '#', '\\']);
    if core.starts_with(['M', 'G', 'R']) && core.chars().nth(1).is_some_and(|c| c.is_ascii_digit()) {
        return core.replace(['×', 'x'], " by ");
    }
    core.chars().filter(|&c| c.is_alphanumeric() || !is_pictogram(c)).collect()
}

/// Whether a character is a symbol that is not spoken.
fn is_pictogram(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21FF}' | '\u{2300}'..='\u{27BF}' | '\u{2900}'..='\u{2BFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{1F000}'..)
}

/// The text without citation marks such as `[1]`.
fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('[') {
        let (before, mark) = rest.split_at(start);
        let within = mark.get(..mark.floor_char_boundary(LONGEST_MARK)).unwrap_or(mark);
        let end = within.find(']').filter(|&end| is_mark(within.get(1..end).unwrap_or_default()));
        out.push_str(if end.is_some() { before.trim_end_matches(' ') } else { before });
        let (kept, after) = mark.split_at(end.map_or(1, |end| end + 1));
        out.push_str(if end.is_some() { "" } else { kept });
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_mark(inside: &str) -> bool {
    let inside = inside.strip_prefix('^').unwrap_or(inside);
    inside.starts_with(|c: char| c.is_ascii_digit())
        && inside.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | ' ' | '-' | '–'))
}

/// Normalises characters that have several forms, and removes those that are not text.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\u{3bc}' => out.push('µ'),
            '\u{2126}' => out.push('Ω'),
            '\u{2103}' => out.push_str("°C"),
            '\u{2109}' => out.push_str("°F"),
            'º' | '˚' => out.push('°'),
            '⋅' | '∙' | '•' | '‧' => out.push('·'),
            '″' | '“' | '”' | '„' => out.push('"'),
            '′' | '‘' | '’' => out.push('\''),
            '‐' | '‑' => out.push('-'),
            '−' => out.push('-'),
            '½' => out.push_str(" 1/2"),
            '¼' => out.push_str(" 1/4"),
            '¾' => out.push_str(" 3/4"),
            '⅛' => out.push_str(" 1/8"),
            '⅜' => out.push_str(" 3/8"),
            '⅝' => out.push_str(" 5/8"),
            '⅞' => out.push_str(" 7/8"),
            '*' | '`' | '\u{200B}'..='\u{200F}' | '\u{FEFF}' => {}
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out.replace(" °C", "°C").replace(" °F", "°F")
}
