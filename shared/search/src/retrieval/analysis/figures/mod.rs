//! Values with their units, and codes, with their positions in a text.

mod countries;
mod sign;

use std::ops::Range;

pub use self::sign::Sign;

use self::countries::{in_other_countries, join_groups};
use self::sign::sign_before;
use super::scan::{Gap, Raw, normalised_with_places, runs};
use super::tokens::{Event, Role, TokenKind, token, walk, walk_line};
use super::units;

/// A value or a code in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// Its range in bytes.
    pub range: Range<usize>,
    /// Its meaning.
    pub reading: Reading,
    /// Alternative meanings, because countries use different thousands and decimal separators: `2.450`, `1,125`, `2
    /// 450`.
    pub others: Vec<Reading>,
}

impl Figure {
    /// Its meaning and all alternatives.
    pub fn readings(&self) -> impl Iterator<Item = &Reading> {
        std::iter::once(&self.reading).chain(&self.others)
    }
}

/// The meaning of a figure, normalised over all spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// A number.
    Value {
        /// The whole number or range: `42`, `6.5`, `25-37`, `2-3/8`.
        number: String,
        /// Its sign.
        sign: Sign,
        /// The two ends of a range.
        ends: Vec<String>,
        /// The term of its unit, if one is written with it.
        unit: Option<String>,
    },
    /// A part number, stock number, model, thread or fault code.
    Code {
        /// The code without joiners.
        code: String,
        /// The code with the short word before it, which may be its beginning.
        with_prefix: Option<String>,
    },
}

/// The numbers and codes in a text, in order. Omits words, units without a number, and numbers in words (see
/// [`super::figures_in_words`]).
#[must_use]
pub fn figures(text: &str) -> Vec<Figure> {
    let (written, (text, places)) = (text, normalised_with_places(text));
    let mut found: Vec<Figure> = Vec::new();
    let mut raws = Vec::new();
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        runs(line.trim_end_matches(['\n', '\r']), &mut raws);
        let (first, line_start) = (found.len(), places.get(begin).copied().unwrap_or_default());
        walk_line(&raws, |rest, before| {
            let mut reader = Reader::default();
            let mut used = token(rest, before, &mut |event| reader.take(event));
            if used == 2 && Reader::is_word_for_unit(rest) {
                (reader.unit, used) = (None, 1);
            }
            if let Some(mut reading) = reader.finish()
                && let Some((mut start, end)) = place(rest.get(..used.max(1)).unwrap_or_default(), line, begin, &places)
            {
                let last = found.get(first..).and_then(<[Figure]>::last).map(|figure| figure.range.end);
                if let Reading::Value { sign, .. } = &mut reading {
                    (*sign, start) = sign_before(written, last.unwrap_or(line_start), last.is_some(), start);
                }
                found.push(Figure { range: start..end.unwrap_or(written.len()), reading, others: Vec::new() });
            }
            used
        });
        begin += line.len();
    }
    share_units(written, &mut found);
    for figure in &mut found {
        figure.others = in_other_countries(written, figure);
    }
    join_groups(written, &mut found);
    found
}

/// The terms of all units in a text, with or without a number, as in the head of a table.
#[must_use]
pub fn unit_terms(text: &str) -> Vec<String> {
    let mut terms: Vec<String> = Vec::new();
    walk(text, |event| {
        if let Event::Term(Role::Whole, term) = event
            && units::is_term(term)
            && !terms.iter().any(|known| known == term)
        {
            terms.push(term.to_owned());
        }
    });
    // In brackets, a spelling is a unit that is none in running text: "Depth (in)".
    for bracketed in text.split(['(', '[']).skip(1).filter_map(|rest| rest.split([')', ']']).next()) {
        if let Some(unit) = units::unit(bracketed.trim().trim_end_matches('.').to_lowercase().as_str())
            && !terms.iter().any(|known| known == unit.term)
        {
            terms.push(unit.term.to_owned());
        }
    }
    terms
}

/// If two numbers form a range or a value with a tolerance, gives the first the unit of the second: `25 to 37 lb-ft`.
fn share_units(text: &str, found: &mut [Figure]) {
    const BETWEEN: [&str; 22] = [
        "to", "-", "\u{2013}", "bis", "a", "\u{e0}", "through", "thru", "/", "\u{b1}", "+/-", "x", "and", "or", "und",
        "oder", "y", "e", "o", "et", "ou", "hasta",
    ];
    for at in (1..found.len()).rev() {
        let [first, second] = found.get_mut(at - 1..=at).unwrap_or_default() else { continue };
        let between = text.get(first.range.end..second.range.start).unwrap_or_default().trim().to_lowercase();
        if let Reading::Value { unit: own @ None, .. } = &mut first.reading
            && let Reading::Value { unit: Some(unit), .. } = &second.reading
            && BETWEEN.contains(&between.as_str())
        {
            *own = Some(unit.clone());
        }
    }
}

/// The position of runs in the text that the line was normalised from: start, and end or `None` at the end of the text.
fn place(raws: &[Raw<'_>], line: &str, begin: usize, places: &[usize]) -> Option<(usize, Option<usize>)> {
    let (first, last) = (raws.first()?, raws.last()?);
    let at = |text: &str| text.as_ptr().addr().checked_sub(line.as_ptr().addr()).map(|at| at + begin);
    let (start, last_byte) = (at(first.text)?, at(last.text)? + last.text.len().checked_sub(1)?);
    let start = *places.get(start)?;
    // The next byte that comes from another character is the end.
    let last_place = *places.get(last_byte)?;
    let rest = places.get(last_byte..)?;
    Some((start, rest.iter().find(|place| **place != last_place).copied()))
}

/// Collects the meaning of one token.
#[derive(Default)]
struct Reader {
    kind: Option<TokenKind>,
    whole: Option<String>,
    parts: Vec<String>,
    unit: Option<String>,
    joined: Option<String>,
    ended: bool,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match (event, self.kind) {
            (Event::Begin(kind, _), None) => self.kind = Some(kind),
            (Event::Begin(TokenKind::Unit, _), Some(TokenKind::Number)) => self.kind = Some(TokenKind::Unit),
            // `4-door`: the word is no part of the number.
            (Event::Begin(..), Some(_)) => self.ended = true,
            _ if self.ended => {}
            (Event::Term(Role::Whole, term), Some(TokenKind::Unit)) if self.whole.is_some() => {
                self.unit = Some(term.to_owned());
            }
            (Event::Term(Role::Whole, term), Some(TokenKind::Number | TokenKind::Code)) => {
                self.whole = Some(term.to_owned());
            }
            (Event::Term(Role::Part, term), Some(TokenKind::Number)) => self.parts.push(term.to_owned()),
            (Event::Term(Role::Joined | Role::Guessed, term), Some(TokenKind::Code)) => {
                self.joined = Some(term.to_owned());
            }
            _ => {}
        }
    }

    /// Whether what looks like a unit is a word: `2 in the cover`, `5 a side`.
    fn is_word_for_unit(rest: &[Raw<'_>]) -> bool {
        const BEHIND_INCHES: [&str; 22] = [
            "long", "wide", "deep", "high", "thick", "tall", "apart", "diameter", "dia", "maximum", "max", "minimum",
            "min", "or", "from", "above", "below", "and", "to", "lb", "lbs", "hg",
        ];
        let Some(unit) = rest.get(1).map(|raw| raw.text) else { return false };
        let next = rest.get(2).filter(|raw| raw.gap == Gap::Space).map(|raw| raw.text.to_lowercase());
        let next_is_word =
            next.is_some_and(|next| next.chars().all(char::is_alphabetic) && !BEHIND_INCHES.contains(&next.as_str()));
        // "25 a 37 N·m" is a range in Spanish and Italian.
        let goes_on = unit == "a" && rest.get(2).is_some_and(|raw| raw.text.starts_with(|c: char| c.is_ascii_digit()));
        (matches!(unit, "in" | "a") && next_is_word) || goes_on
    }

    fn finish(self) -> Option<Reading> {
        let whole = self.whole?;
        match self.kind? {
            TokenKind::Number | TokenKind::Unit => {
                // 3/8 is no end of 2-3/8.
                let ends = if whole.contains('/') { Vec::new() } else { self.parts };
                Some(Reading::Value { number: whole, sign: Sign::Plus, ends, unit: self.unit })
            }
            TokenKind::Code => Some(Reading::Code { code: whole, with_prefix: self.joined }),
            TokenKind::Word => None,
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let shown = |reading: Reading| match reading {
            Reading::Value { number, unit, .. } => format!("{number} {}", unit.unwrap_or_default()),
            Reading::Code { code, .. } => code,
        };
        let found = figures(text).into_iter();
        let pairs = found.map(|figure| (text.get(figure.range).unwrap().to_owned(), shown(figure.reading)));
        pairs.map(|(written, read)| (written, read.trim().to_owned())).collect()
    }

    fn pair(written: &str, read: &str) -> (String, String) {
        (written.to_owned(), read.to_owned())
    }

    #[test]
    fn a_value_stands_with_its_unit() {
        assert_eq!(read("Tighten to 42 N·m (31 lb-ft)."), [pair("42 N·m", "42 nm"), pair("31 lb-ft", "31 lbft")]);
        assert_eq!(read("bei 90 °C öffnet es"), [pair("90 °C", "90 celsius")]);
        assert_eq!(read("25–37 ft lbs"), [pair("25–37 ft lbs", "25-37 lbft")]);
        assert_eq!(read("größer als 6,50 mm"), [pair("6,50 mm", "6.5 millimetre")]);
    }

    #[test]
    fn the_ends_of_a_range_have_one_unit() {
        for text in ["25 to 37 lb-ft", "25 bis 37 lb-ft", "25 \u{b1} 37 lb-ft"] {
            assert_eq!(read(text), [pair("25", "25 lbft"), pair("37 lb-ft", "37 lbft")], "{text}");
        }
        assert_eq!(read("in step 3, tighten to 37 lb-ft").first().unwrap(), &pair("3", "3"));
    }

    #[test]
    fn heads_name_their_units() {
        assert_eq!(unit_terms("Torque, N\u{b7}m (lb-ft)"), ["nm", "lbft"]);
        assert_eq!(unit_terms("Depth (in)"), ["inch"]);
        assert!(unit_terms("bolts in the cover").is_empty());
    }

    #[test]
    fn codes_are_read_whole() {
        assert_eq!(read("seal (MS28775-218)"), [pair("MS28775-218", "ms28775218")]);
        assert_eq!(read("NSN 5305-00-068-0508."), [pair("5305-00-068-0508", "5305000680508")]);
        assert_eq!(read("M12 x 1.75 bolt"), [pair("M12 x 1.75", "m12x1.75")]);
    }

    #[test]
    fn units_are_read_in_other_spellings() {
        for (text, meant) in [
            ("8 mil\u{ed}metros", "8 millimetre"),
            ("8 millim\u{e8}tres", "8 millimetre"),
            ("alle 6 Monate", "6 month"),
            ("cada 2 vueltas", "2 turn"),
            ("1500 min\u{207b}\u{b9}", "1500 rpm"),
            ("1500 1/min", "1500 rpm"),
            ("12 kg/cm\u{b2}", "12 kgcm2"),
            ("eine 24-V-Batterie", "24 volt"),
            ("a 3-ft-long hose", "3 foot"),
        ] {
            let found = read(text);
            assert_eq!(found.first().map(|(_, meant)| meant.as_str()), Some(meant), "{text}: {found:?}");
        }
    }

    #[test]
    fn places_are_those_of_the_text_as_it_was_written() {
        let text = "é 2⅜ in.\nund 10² Ω, dann 5 psi";
        assert!(figures(text).iter().all(|figure| text.get(figure.range.start..).is_some()));
        assert!(read(text).contains(&pair("5 psi", "5 psi")));
    }

    #[test]
    fn a_range_may_be_written_in_words() {
        assert_eq!(read("de 25 a 37 N\u{b7}m"), [pair("25", "25 nm"), pair("37 N\u{b7}m", "37 nm")]);
        assert_eq!(read("between 5 and 37 lb-ft"), [pair("5", "5 lbft"), pair("37 lb-ft", "37 lbft")]);
    }

    #[test]
    fn small_words_are_no_units() {
        assert_eq!(read("Put 2 in the cover"), [pair("2", "2")]);
        assert_eq!(read("a gap of 2 in."), [pair("2 in", "2 inch")]);
        assert_eq!(read("2 in deep"), [pair("2 in", "2 inch")]);
        assert_eq!(read("5 a side"), [pair("5", "5")]);
    }
}
