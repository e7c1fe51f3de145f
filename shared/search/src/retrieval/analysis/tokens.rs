//! Splits text into tokens, in the same way for every language: words, numbers with units, codes.

use std::borrow::Cow;

use super::codes;
use super::numbers;
use super::scan::{Gap, Raw, Shape, normalised, runs};
use super::units::{self, Unit};

/// Maximum length of a term in bytes. Longer runs are not words.
pub(super) const MAX_TERM: usize = 64;
/// Minimum number of consecutive digits that form a code instead of a number.
const LONG_NUMBER: usize = 6;
/// Characters that join the parts of words.
const JOINERS: [char; 4] = ['-', '.', '/', ','];
/// Maximum number of runs of a unit or code.
const MOST_RUNS: usize = 4;

/// Thread series, which may be attached to a size: `3/4-16UNF`.
const SERIES: &[&str] = &["bsf", "bsp", "bspp", "bspt", "bsw", "nc", "nf", "npt", "unc", "unef", "unf", "uns"];

/// The kind of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// A word.
    Word,
    /// A number without letters: a count, a measurement, a range, a fraction.
    Number,
    /// A unit, with or without a number before it.
    Unit,
    /// A part number, stock number, model, thread or fault code.
    Code,
}

/// The relation of a term to its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The whole token.
    Whole,
    /// The token together with its neighbour: `6.5` and `litre`, `MS` and `28775-218`.
    Joined,
    /// The same if the text does not show that they belong together. Used for questions only.
    Guessed,
    /// A part of the token.
    Part,
}

/// An event of the tokenizer.
#[derive(Debug, Clone, Copy)]
pub(super) enum Event<'a> {
    /// A token begins, with its kind and original spelling.
    Begin(TokenKind, &'a str),
    /// The token is this word, in lower case and not stemmed.
    Word(&'a str),
    /// A term of the token that is not stemmed.
    Term(Role, &'a str),
}

/// Calls `take` with all events of a text. Tokens never extend over a line break.
pub(super) fn walk(text: &str, mut take: impl FnMut(Event<'_>)) {
    let text = normalised(text);
    let mut raws = Vec::new();
    for line in text.lines() {
        runs(line, &mut raws);
        walk_line(&raws, |rest, before| token(rest, before, &mut take));
    }
}

/// Calls `take` with the remaining runs of a line and the run before them, until none remain. `take` returns how many
/// runs it used.
pub(super) fn walk_line<'a>(raws: &[Raw<'a>], mut take: impl FnMut(&[Raw<'a>], Option<&Raw<'a>>) -> usize) {
    let mut rest = raws;
    let mut before: Option<&Raw<'_>> = None;
    while let Some(first) = rest.first() {
        let used = take(rest, before).max(1);
        before = Some(rest.get(used - 1).unwrap_or(first));
        rest = rest.get(used..).unwrap_or_default();
    }
}

/// Emits one token, or a number with its unit. Returns how many runs it used.
pub(super) fn token(raws: &[Raw<'_>], before: Option<&Raw<'_>>, take: &mut impl FnMut(Event<'_>)) -> usize {
    let Some(first) = raws.first() else { return 0 };
    match first.shape {
        Shape::Unspaced => {
            bigrams(first.text, take);
            return 1;
        }
        Shape::Sign => return 1,
        Shape::Plain => {}
    }
    let lower = lower(first.text);
    if lower.len() > MAX_TERM * 4 {
        return 1;
    }
    if !lower.bytes().any(|byte| byte.is_ascii_digit()) {
        return match unit_of(raws).filter(|(unit, _)| unit.alone) {
            Some((unit, used)) => {
                take(Event::Begin(TokenKind::Unit, first.text));
                take(Event::Term(Role::Whole, unit.term));
                used
            }
            None if thread_of(raws).is_some() => thread(raws, take),
            None => {
                words(&lower, first.text, take);
                1
            }
        };
    }
    if thread_of(raws).is_some() {
        return thread(raws, take);
    }
    if let Some(used) = stock_number(raws, take) {
        return used;
    }
    if let Some(used) = measure(raws, &lower, take) {
        let digits = lower.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        if used == 1 && digits && lower.len() > 1 {
            joined(first, before, &codes::compact(&lower), take);
        }
        return used;
    }
    if counted(&lower, take) {
        return 1;
    }
    take(Event::Begin(TokenKind::Code, first.text));
    codes::each_term(&lower, take);
    joined(first, before, &codes::compact(&lower), take);
    1
}

/// A number with an attached word: `4-door`, `2nd`.
fn counted(lower: &str, take: &mut impl FnMut(Event<'_>)) -> bool {
    const DIGITS: usize = 4;
    const LETTERS: usize = 3;
    let (digits, tail) = lower.split_at(lower.find(|c: char| !c.is_ascii_digit()).unwrap_or(lower.len()));
    if digits.is_empty() || digits.len() > DIGITS {
        return false;
    }
    let word = tail.strip_prefix('-').filter(|word| word.chars().count() >= LETTERS && word.chars().all(is_word));
    if word.is_none() && !matches!(tail, "st" | "nd" | "rd" | "th") {
        return false;
    }
    take(Event::Begin(TokenKind::Number, digits));
    take(Event::Term(Role::Whole, digits));
    let Some(word) = word else { return true };
    // "24-V-Batterie", "3-ft-long"
    let (first, rest) = word.split_once('-').unwrap_or_default();
    if let Some(unit) = units::unit(first) {
        take(Event::Begin(TokenKind::Unit, first));
        take(Event::Term(Role::Whole, unit.term));
        words(rest, rest, take);
    } else {
        words(word, word, take);
    }
    true
}

fn is_word(character: char) -> bool {
    character.is_alphabetic() || JOINERS.contains(&character)
}

fn lower(text: &str) -> Cow<'_, str> {
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) || !text.is_ascii() {
        Cow::Owned(text.to_lowercase())
    } else {
        Cow::Borrowed(text)
    }
}

/// The words of a run that joiners connect.
fn words(lower: &str, written: &str, take: &mut impl FnMut(Event<'_>)) {
    let is_one = !lower.contains(JOINERS);
    for part in lower.split(JOINERS).filter(|part| !part.is_empty()) {
        if let Some((article, rest)) = part.split_once('\'').filter(|(before, rest)| elided(before, rest)) {
            word(article, article, take);
            word(&rest.replace('\'', ""), rest, take);
        } else {
            let written = if is_one { written } else { part };
            word(&part.replace('\'', ""), written, take);
        }
    }
}

fn word(word: &str, written: &str, take: &mut impl FnMut(Event<'_>)) {
    if !word.is_empty() && word.len() <= MAX_TERM {
        if let Some(unit) = units::unit(word).filter(|unit| unit.alone) {
            take(Event::Begin(TokenKind::Unit, written));
            take(Event::Term(Role::Whole, unit.term));
        } else {
            take(Event::Begin(TokenKind::Word, written));
            take(Event::Word(word));
        }
    }
}

/// Whether an apostrophe marks an elided article, as in `d'huile` and `dell'olio`, rather than a letter within a word,
/// as in `don't`.
fn elided(before: &str, rest: &str) -> bool {
    const ARTICLES: &[&str] = &[
        "l", "d", "j", "m", "t", "s", "n", "c", "qu", "jusqu", "lorsqu", "puisqu", "all", "dall", "dell", "nell",
        "sull", "un", "quest",
    ];
    rest.chars().count() > 1 && ARTICLES.contains(&before)
}

/// Emits pairs of neighbouring characters.
fn bigrams(run: &str, take: &mut impl FnMut(Event<'_>)) {
    take(Event::Begin(TokenKind::Word, run));
    let mut start = 0;
    let mut ends = run.char_indices().map(|(at, c)| at + c.len_utf8()).peekable();
    let mut pairs = 0;
    while let Some(middle) = ends.next() {
        if let Some(end) = ends.peek() {
            take(Event::Term(Role::Whole, run.get(start..*end).unwrap_or_default()));
            pairs += 1;
        }
        start = middle;
    }
    if pairs == 0 {
        take(Event::Term(Role::Whole, run));
    }
}

/// The unit at the beginning of the runs, and how many runs it takes: `lb-ft`, `ft lbs`, `newton metres`, `°C`.
fn unit_of(raws: &[Raw<'_>]) -> Option<(Unit, usize)> {
    let first = raws.first()?;
    if first.shape != Shape::Sign && !units::begins(&lower(first.text)) {
        return None;
    }
    let mut spelling = String::new();
    let mut found = None;
    for (place, raw) in raws.iter().take(MOST_RUNS).enumerate() {
        let joins = place == 0 || matches!(raw.gap, Gap::None | Gap::Space | Gap::Soft);
        let has_digit = raw.text.bytes().any(|byte| byte.is_ascii_digit());
        if !joins || raw.shape == Shape::Unspaced || (has_digit && place > 0) || spelling.len() > MAX_TERM {
            break;
        }
        spelling.push_str(&lower(raw.text));
        if let Some(unit) = units::unit(&spelling) {
            found = Some((unit, place + 1));
        }
    }
    found
}

/// A number with its unit, if any; `None` if the run is not a number.
fn measure(raws: &[Raw<'_>], lower: &str, take: &mut impl FnMut(Event<'_>)) -> Option<usize> {
    let first = raws.first()?;
    if lower.len() >= LONG_NUMBER && lower.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A unit that is written on to its number: 6.5l, 45nm, 3/8in.
    let digits_end = lower.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let (number, tail) = lower.split_at_checked(digits_end)?;
    let tail = tail.trim_start_matches(['-', '.']);
    let series = SERIES.contains(&tail);
    let glued = if tail.is_empty() || series { None } else { Some(units::unit(tail)?) };
    let (numbers, used) = numbers::numbers(number, raws.get(1..).unwrap_or_default())?;
    let behind = raws.get(used..).unwrap_or_default();
    let follows = !series && behind.first().is_some_and(|raw| raw.gap != Gap::Hard);
    let (unit, unit_runs) = match glued {
        Some(unit) => (Some(unit), 0),
        None if follows => unit_of(behind).map_or((None, 0), |(unit, used)| (Some(unit), used)),
        None => (None, 0),
    };
    take(Event::Begin(TokenKind::Number, first.text));
    take(Event::Term(Role::Whole, &numbers.whole));
    for part in &numbers.parts {
        take(Event::Term(Role::Part, part));
    }
    if series {
        words(tail, tail, take);
    }
    if let Some(unit) = unit {
        let value = numbers.parts.last().unwrap_or(&numbers.whole);
        take(Event::Term(Role::Joined, &format!("{value}{}", unit.term)));
        let written = behind.first().filter(|_| unit_runs > 0).map_or(tail, |raw| raw.text);
        take(Event::Begin(TokenKind::Unit, written));
        take(Event::Term(Role::Whole, unit.term));
    }
    Some(used + unit_runs)
}

/// The normal form of a metric thread in one to four runs: `M12x1.75`, `M12 x 1,75`.
fn thread_of(raws: &[Raw<'_>]) -> Option<(String, usize)> {
    let mut start = raws.first()?.text.chars();
    let is_m = start.next().is_some_and(|first| matches!(first, 'M' | 'm'));
    if !is_m || start.next().is_some_and(|second| !second.is_ascii_digit()) {
        return None;
    }
    let mut spelling = String::new();
    let mut found = None;
    for (place, raw) in raws.iter().take(MOST_RUNS).enumerate() {
        if place > 0 && !matches!(raw.gap, Gap::None | Gap::Space) {
            break;
        }
        spelling.push_str(&lower(raw.text));
        if let Some(thread) = codes::metric_thread(&spelling) {
            found = Some((thread, place + 1));
        }
    }
    found
}

fn thread(raws: &[Raw<'_>], take: &mut impl FnMut(Event<'_>)) -> usize {
    let Some((thread, used)) = thread_of(raws) else { return 1 };
    take(Event::Begin(TokenKind::Code, raws.first().map_or("", |raw| raw.text)));
    take(Event::Term(Role::Whole, &thread));
    if let Some((diameter, _)) = thread.split_once('x') {
        take(Event::Term(Role::Part, diameter));
    }
    used
}

/// A stock number with spaces between its groups.
fn stock_number(raws: &[Raw<'_>], take: &mut impl FnMut(Event<'_>)) -> Option<usize> {
    let near = |place: usize, raw: &&Raw<'_>| place == 0 || matches!(raw.gap, Gap::Space | Gap::Soft);
    let groups = raws.iter().enumerate().take(4).take_while(|(place, raw)| near(*place, raw)).map(|(_, raw)| raw.text);
    let groups: Vec<&str> = groups.take_while(|text| text.bytes().all(|b| b.is_ascii_digit() || b == b'-')).collect();
    let used = (2..=groups.len()).rev().find(|used| {
        let joined = groups.get(..*used).unwrap_or_default().join("-");
        codes::is_stock_number(&joined)
    })?;
    let joined = groups.get(..used)?.join("-");
    take(Event::Begin(TokenKind::Code, &joined));
    codes::each_term(&joined, take);
    Some(used)
}

/// Joins a code with a short word before it, which may be its beginning: `MS 28775-218`, `AT 129775`, `E 31`.
fn joined(code: &Raw<'_>, before: Option<&Raw<'_>>, compact: &str, take: &mut impl FnMut(Event<'_>)) {
    let Some(prefix) = before.filter(|_| code.gap == Gap::Space) else { return };
    let letters = prefix.text.len() <= 4 && prefix.text.bytes().all(|b| b.is_ascii_alphabetic());
    // Its number may be cut as well: MS28775 218.
    let starts = prefix.text.starts_with(|c: char| c.is_ascii_alphabetic());
    let begun = starts && prefix.text.len() <= 10 && prefix.text.bytes().all(|b| b.is_ascii_alphanumeric());
    let digits = compact.len() > 1 && compact.bytes().all(|b| b.is_ascii_digit());
    if letters || (begun && digits) {
        let shown = !prefix.text.bytes().any(|b| b.is_ascii_lowercase());
        let role = if shown { Role::Joined } else { Role::Guessed };
        take(Event::Term(role, &format!("{}{compact}", lower(prefix.text))));
    }
}
