//! Where a manual refers to a place of its own, "figure 2-14", "para 3-22a", "Appendix E, item 19", and the place meant.

use std::ops::Range;

use super::units::{Unit, UnitKind, label};

/// What is referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    /// A figure, by its caption.
    Figure,
    /// A table, by its title.
    Table,
    /// A paragraph, section or chapter, by its number.
    Paragraph,
    /// An appendix.
    Appendix,
}

/// A reference in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// Where it stands, in bytes: `figure 2-14`; of "figures 2-14 and 2-15", the second is `2-15`.
    pub range: Range<usize>,
    /// What it is to.
    pub kind: ReferenceKind,
    /// The number, in one form: `2-14`, `3-22a`, `E`.
    pub label: String,
    /// The item of an appendix or table that is meant.
    pub item: Option<u32>,
}

/// Words before a number that say what it is of, without the stop of an abbreviation.
const WORDS: [(ReferenceKind, &str); 4] = [
    (ReferenceKind::Figure, "figure figures fig figs abb abbildung abbildungen bild figura figuras"),
    (ReferenceKind::Table, "table tables tabelle tabellen tab tabla tablas tableau tableaux"),
    (
        ReferenceKind::Paragraph,
        "paragraph paragraphs para paras section sections sect chapter chapters abschnitt abschnitte kapitel absatz \
         secci\u{f3}n secciones cap\u{ed}tulo p\u{e1}rrafo paragraphe chapitre",
    ),
    (ReferenceKind::Appendix, "appendix app annex anhang ap\u{e9}ndice anexo annexe"),
];
/// Words between numbers of one kind.
const BETWEEN: &str = "and or & to through thru und oder bis y o et ou \u{e0} a";
/// Words before the number of an item.
const ITEMS: &str = "item items pos position nr art\u{ed}culo \u{e9}l\u{e9}ment";

/// A word with its place, without the marks around it.
struct Word<'a> {
    text: &'a str,
    at: usize,
    /// What stands right behind it.
    behind: &'a str,
}

/// The references of a text, in their order.
#[must_use]
pub fn references(text: &str) -> Vec<Reference> {
    let words = words(text);
    let is_one_of = |list: &str, word: &str| list.split(' ').any(|other| other == word.to_lowercase());
    let mut found: Vec<Reference> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let Some(kind) = kind_of(word.text) else { continue };
        let before = item_before(&words, at - 1, is_one_of);
        let mut begin = word.at;
        let mut next = at;
        let labelled =
            |word: &Word<'_>| label_of(word.text, kind).filter(|_| !word.behind.starts_with(['%', '\u{b0}']));
        while let Some((label, word)) = words.get(next).and_then(|word| Some((labelled(word)?, word))) {
            let behind = item_behind(&words, next, is_one_of);
            let range = begin..word.at + word.text.len();
            found.push(Reference { range, kind, label, item: before.or(behind) });
            next += 1;
            at = next;
            let listed =
                word.behind.starts_with(',') || words.get(next).is_some_and(|word| is_one_of(BETWEEN, word.text));
            if !listed {
                break;
            }
            next += usize::from(words.get(next).is_some_and(|word| is_one_of(BETWEEN, word.text)));
            let Some(word) = words.get(next) else { break };
            begin = word.at;
        }
    }
    found
}

/// The words of a text; `Fig.2-14` is two.
fn words(text: &str) -> Vec<Word<'_>> {
    let is_mark = |c: char| !c.is_alphanumeric() && c != '&';
    let mut words = Vec::new();
    let mut from = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let at = from;
        from += piece.len();
        let core = piece.trim_start_matches(is_mark);
        let start = at + piece.len() - core.len();
        let core = core.trim_end_matches(is_mark);
        if core.is_empty() {
            continue;
        }
        let behind = text.get(start + core.len()..).unwrap_or_default();
        let digit = core
            .find(|c: char| c.is_ascii_digit())
            .filter(|digit| core.get(..*digit).unwrap_or_default().ends_with('.'));
        if let Some((word, number)) = digit.and_then(|digit| core.split_at_checked(digit)) {
            words.push(Word { text: word.trim_end_matches('.'), at: start, behind: "" });
            words.push(Word { text: number, at: start + word.len(), behind });
        } else {
            words.push(Word { text: core, at: start, behind });
        }
    }
    words
}

fn kind_of(word: &str) -> Option<ReferenceKind> {
    let lower = word.to_lowercase();
    WORDS.iter().find(|(_, words)| words.split(' ').any(|known| known == lower)).map(|(kind, _)| *kind)
}

/// The number of a place, in one form; `None` where a word is none.
fn label_of(word: &str, kind: ReferenceKind) -> Option<String> {
    const LONGEST: usize = 12;
    let plain: String =
        word.chars().map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c }).collect();
    if plain.len() > LONGEST {
        return None;
    }
    let is_letter = |text: &str| text.len() == 1 && text.chars().all(|c| c.is_ascii_uppercase());
    if kind == ReferenceKind::Appendix && is_letter(&plain) {
        return Some(plain);
    }
    // Letters of an appendix or volume before the digits, and one of a sub-paragraph behind them.
    let digits = plain.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let prefix = plain.len() - digits.len();
    let digits = if prefix > 0 { digits.trim_start_matches('-') } else { digits };
    let body = digits.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let is_numbers = body.split(['-', '.']).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (prefix <= 2 && digits.len() - body.len() <= 1 && is_numbers).then_some(plain)
}

/// `item 19,` before the word at `at`.
fn item_before(words: &[Word<'_>], at: usize, is_one_of: impl Fn(&str, &str) -> bool) -> Option<u32> {
    let (word, number) = (words.get(at.checked_sub(2)?)?, words.get(at - 1)?);
    is_one_of(ITEMS, word.text).then(|| number.text.parse().ok())?
}

/// `, item 19` behind the word at `at`.
fn item_behind(words: &[Word<'_>], at: usize, is_one_of: impl Fn(&str, &str) -> bool) -> Option<u32> {
    let (word, number) = (words.get(at + 1)?, words.get(at + 2)?);
    is_one_of(ITEMS, word.text).then(|| number.text.parse().ok())?
}

/// The unit that a reference means among those of its manual, in reading order: a caption, a title, the
/// sub-paragraph under it, or the row of an item. Of several, the first one on the page nearest behind `from`, where the
/// reference stands; a figure of several sheets begins with its first.
#[must_use]
pub fn resolve<'a>(reference: &Reference, units: &'a [Unit], from: u32) -> Option<&'a Unit> {
    let titled = (0..units.len()).filter(|at| units.get(*at).is_some_and(|unit| is_titled(unit, reference)));
    let distance = |at: &usize| {
        let page = units.get(*at).map_or(0, |unit| unit.page);
        // Behind before before: figures mostly follow what refers to them.
        (page.abs_diff(from), u32::from(page < from))
    };
    let at = titled.min_by_key(distance)?;
    let title = units.get(at)?;
    let under = units
        .get(at + 1..)
        .unwrap_or_default()
        .iter()
        .take_while(|unit| unit.kind != UnitKind::Title || unit.task == title.task);
    let inner = match (reference.item, sub_label(&reference.label)) {
        (Some(item), _) => under.clone().find(|unit| unit.kind == UnitKind::Row && begins_with(&unit.text, item)),
        (None, Some(letter)) if reference.kind == ReferenceKind::Paragraph => {
            under.clone().find(|unit| label(&unit.text).is_some_and(|_| begins_with_letter(&unit.text, letter)))
        }
        _ => None,
    };
    Some(inner.unwrap_or(title))
}

/// The letter of a sub-paragraph: `a` of `3-22a`.
fn sub_label(label: &str) -> Option<char> {
    label.chars().last().filter(char::is_ascii_lowercase)
}

/// Whether a title is that of the place: `Figure 2-14. Oil pump`, `3-22. REMOVAL`, `APPENDIX E`.
fn is_titled(unit: &Unit, reference: &Reference) -> bool {
    if unit.kind != UnitKind::Title {
        return false;
    }
    let title = unit.text.trim_start();
    let wanted = reference.label.trim_end_matches(|c: char| c.is_ascii_lowercase());
    let is_it = |label: &str| label == reference.label || label == wanted;
    let mut words = words(title).into_iter();
    let (first, second) = (words.next(), words.next());
    match first {
        Some(first) if kind_of(first.text) == Some(reference.kind) => {
            second.and_then(|second| label_of(second.text, reference.kind)).is_some_and(|label| is_it(&label))
        }
        Some(first) => {
            reference.kind == ReferenceKind::Paragraph
                && label_of(first.text, reference.kind).is_some_and(|label| is_it(&label))
        }
        None => false,
    }
}

fn begins_with(row: &str, item: u32) -> bool {
    let first = row.rsplit(": ").last().unwrap_or(row);
    let number = |text: &str| {
        let digits: String = text.trim_start().chars().take_while(char::is_ascii_digit).collect();
        digits.parse::<u32>().ok()
    };
    number(row) == Some(item) || number(first) == Some(item)
}

fn begins_with_letter(step: &str, letter: char) -> bool {
    let bare = step.trim_start_matches('(');
    bare.starts_with(letter) && bare.chars().nth(1).is_some_and(|c| !c.is_alphanumeric())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use crate::documents::outline::outline;
    use crate::documents::units::units;
    use crate::documents::{Page, PageSource};

    fn read(text: &str) -> Vec<(String, String)> {
        let found = references(text).into_iter();
        found.map(|found| (text.get(found.range).unwrap().to_owned(), found.label)).collect()
    }

    fn pair(written: &str, label: &str) -> (String, String) {
        (written.to_owned(), label.to_owned())
    }

    #[test]
    fn references_are_read_in_their_spellings() {
        assert_eq!(read("Remove the pump (see figure 2\u{2013}14)."), [pair("figure 2\u{2013}14", "2-14")]);
        assert_eq!(read("FIG.7, para. 3-22a."), [pair("FIG.7", "7"), pair("para. 3-22a", "3-22a")]);
        assert_eq!(read("Figures 2-14 and 2-15 show it"), [pair("Figures 2-14", "2-14"), pair("2-15", "2-15")]);
        assert_eq!(read("siehe Abb. 3 und Abschnitt 4.2.1"), [pair("Abb. 3", "3"), pair("Abschnitt 4.2.1", "4.2.1")]);
        assert_eq!(read("v\u{e9}ase la Tabla B-3"), [pair("Tabla B-3", "B-3")]);
        assert_eq!(read("go to Chapter 5, Section II"), [pair("Chapter 5", "5")]);
        let item = |text: &str| references(text).first().and_then(|found| found.item);
        assert_eq!(item("sealant (Appendix E, item 19)"), Some(19));
        assert_eq!(item("sealant (item 19, App. E)"), Some(19));
        assert_eq!(item("sealant (Appendix E)"), None);
    }

    #[test]
    fn words_that_name_no_place_are_left_alone() {
        for text in
            ["Figure out why", "the table below", "in this section the", "a bild of 5", "Table 50%", "paragraph"]
        {
            assert_eq!(read(text), [], "{text}");
        }
    }

    #[test]
    fn a_reference_leads_to_its_caption_title_or_row() {
        let texts = [
            "2-3 PUMP\n1. Remove the pump (figure 2-2).\n2. Do para 2-4b.",
            "Figure 2-2. Hydraulic pump\n2-4 CLEANING\na. Wipe the housing with a cloth.\nb. Wash the strainer in solvent.",
        ];
        let pages: Vec<Page> =
            (1..).zip(texts).map(|(at, text)| Page::from_text(at, text, PageSource::TextLayer)).collect();
        let units = units(&pages, &outline(&pages));
        let found = references("Remove it (figure 2-2), then do para 2-4b or para 9-1.");
        let led: Vec<Option<(u32, String)>> =
            found.iter().map(|found| resolve(found, &units, 1).map(|unit| (unit.page, unit.text.clone()))).collect();
        let texts: Vec<Option<&str>> = led.iter().map(|found| found.as_ref().map(|(_, text)| text.as_str())).collect();
        assert_eq!(led.first().unwrap().as_ref().map(|(page, _)| *page), Some(2), "{units:#?}");
        assert!(texts.first().unwrap().is_some_and(|text| text.starts_with("Figure 2-2")), "{texts:?}");
        assert!(texts.get(1).unwrap().is_some_and(|text| text.contains("strainer")), "{texts:?} {units:#?}");
        assert_eq!(texts.get(2).unwrap(), &None);
    }
}
