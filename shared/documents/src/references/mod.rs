//! References of a manual to its own parts: "figure 2-14", "para 3-22a", "Appendix E, item 19"; and their targets.

mod resolve;

use std::ops::Range;

pub use self::resolve::resolve;

/// The kind of target.
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
    /// Its range in bytes: `figure 2-14`; for the second of "figures 2-14 and 2-15", `2-15`.
    pub range: Range<usize>,
    /// The kind of its target.
    pub kind: ReferenceKind,
    /// The normalised number: `2-14`, `3-22a`, `E`.
    pub label: String,
    /// The item of an appendix or table.
    pub item: Option<u32>,
}

/// Words before a number that name the kind, without the full stop of an abbreviation.
const WORDS: [(ReferenceKind, &str); 4] = [
    (
        ReferenceKind::Figure,
        "figure figures fig figs illustration illustrations abb abbildung abbildungen bild bilder bildern figura \
         figuras ilustraci\u{f3}n",
    ),
    (ReferenceKind::Table, "table tables tabelle tabellen tab tabla tablas cuadro cuadros tableau tableaux"),
    (
        ReferenceKind::Paragraph,
        "paragraph paragraphs para paras section sections sect sec chapter chapters chap abschnitt abschnitte \
         abschnitten abschn kapitel kapiteln kap absatz abs\u{e4}tze secci\u{f3}n seccion secciones apartado apartados \
         cap\u{ed}tulo capitulo cap\u{ed}tulos capitulos p\u{e1}rrafo parrafo p\u{e1}rrafos paragraphe paragraphes \
         chapitre chapitres",
    ),
    (
        ReferenceKind::Appendix,
        "appendix appendices app annex annexes anhang anh\u{e4}nge anh\u{e4}ngen ap\u{e9}ndice apendice \
         ap\u{e9}ndices anexo anexos annexe",
    ),
];
/// Those that may be abbreviations with a full stop.
const ABBREVIATIONS: &str = "fig figs abb tab para paras sect sec chap abschn kap app";
/// Those that have another meaning without a full stop: a tab of sheet metal, seconds.
const STOPPED: &str = "tab sec";
/// Words between several numbers.
const BETWEEN: &str = "and or & to through thru und oder bis y o et ou \u{e0} a";
/// Words before the number of an item.
const ITEMS: &str =
    "item items pos position nr \u{ed}tem \u{ed}tems posici\u{f3}n art\u{ed}culo \u{e9}l\u{e9}ment rep\u{e8}re";
/// "para" is also a Spanish preposition. It means a paragraph after one of these words.
const BEFORE_PARA: &str = "see per in to of under from by and or";

/// A word and its position, without surrounding punctuation.
#[derive(Clone, Copy)]
struct Word<'a> {
    text: &'a str,
    at: usize,
    /// The punctuation after it.
    behind: &'a str,
}

impl Word<'_> {
    fn end(&self) -> usize {
        self.at + self.text.len()
    }
}

fn is_one_of(list: &str, word: &str) -> bool {
    list.split(' ').any(|other| other == word)
}

/// The references in a text, in order. None crosses the end of a line or sentence.
#[must_use]
pub fn references(text: &str) -> Vec<Reference> {
    let words = words(text);
    let mut found: Vec<Reference> = Vec::new();
    let mut at = 0;
    while let Some(word) = words.get(at) {
        at += 1;
        let Some(kind) = kind_of(word.text) else { continue };
        let before = item_before(&words, at - 1);
        let (mut begin, mut number) = (word.at, at);
        let mut label = first_label(text, &words, at - 1, kind);
        while let (Some(known), Some(word)) = (label, words.get(number)) {
            let item = before.or_else(|| item_behind(&words, number));
            let next = next_label(text, &words, number, (kind, &known));
            found.push(Reference { range: begin..word.end(), kind, label: known, item });
            at = number + 1;
            let Some((next, place)) = next else { break };
            (label, number) = (Some(next), place);
            begin = words.get(place).map_or(begin, |word| word.at);
        }
    }
    found
}

/// The number after the word at `at`, directly or after the full stop of an abbreviation.
fn first_label(text: &str, words: &[Word<'_>], at: usize, kind: ReferenceKind) -> Option<String> {
    let (word, number) = (words.get(at)?, words.get(at + 1)?);
    let before = at.checked_sub(1).and_then(|before| words.get(before));
    let lower = word.text.to_lowercase();
    let gap = text.get(word.end()..number.at)?;
    let has_stop = gap.trim() == "." && is_one_of(ABBREVIATIONS, &lower);
    let is_apart = gap.contains('\n') || !(gap.trim().is_empty() || has_stop);
    let is_unit = || before.is_some_and(|before| before.text.bytes().all(|b| b.is_ascii_digit()));
    let is_other = is_one_of(STOPPED, &lower) && (!has_stop || is_unit());
    let label = label_of(number, kind).filter(|_| !is_apart && !is_other)?;
    let is_preposition = || {
        let is_asked = before.is_some_and(|before| is_one_of(BEFORE_PARA, &before.text.to_lowercase()));
        let is_bracketed = text.get(..word.at).is_some_and(|before| before.ends_with('(')) && is_ended(words, at + 1);
        lower == "para" && !has_stop && !is_compound(&label) && !is_asked && !is_bracketed
    };
    (!is_preposition()).then_some(label)
}

/// Whether the list of numbers ends at `at`. "(fig. 5, 4 places)" has one number.
fn is_ended(words: &[Word<'_>], at: usize) -> bool {
    let is_followed = words.get(at).is_some_and(|number| number.behind.starts_with(' '));
    !is_followed || words.get(at + 1).is_some_and(|word| is_one_of(BETWEEN, word.text))
}

/// The next number of a list and its index: in the same form and the same sentence.
fn next_label(
    text: &str,
    words: &[Word<'_>],
    at: usize,
    (kind, known): (ReferenceKind, &str),
) -> Option<(String, usize)> {
    let (number, next) = (words.get(at)?, words.get(at + 1)?);
    let gap = |from: &Word<'_>, to: &Word<'_>| text.get(from.end()..to.at).filter(|gap| !gap.contains('\n'));
    let is_joined = is_one_of(BETWEEN, next.text);
    let (word, place) = if is_joined { (words.get(at + 2)?, at + 2) } else { (next, at + 1) };
    let goes_on = if is_joined {
        matches!(gap(number, next)?.trim(), "" | ",") && gap(next, word)?.trim().is_empty()
    } else {
        gap(number, word)?.trim() == ","
    };
    let label = label_of(word, kind).filter(|label| goes_on && is_compound(label) == is_compound(known))?;
    (is_joined || is_ended(words, place) || is_compound(&label)).then_some((label, place))
}

fn is_compound(label: &str) -> bool {
    label.contains(['-', '.'])
}

/// The words of a text. `Fig.2-14` is two words, `A.1` is one, and `3(b)` counts as its number.
fn words(text: &str) -> Vec<Word<'_>> {
    let is_mark = |c: char| !c.is_alphanumeric() && c != '&';
    let mut words = Vec::new();
    let mut from = 0;
    for piece in text.split_inclusive(char::is_whitespace) {
        let at = from;
        from += piece.len();
        let core = piece.trim_start_matches(is_mark);
        let start = at + piece.len() - core.len();
        let core = core.split_once('(').map_or(core, |(core, _)| core).trim_end_matches(is_mark);
        if core.is_empty() {
            continue;
        }
        let behind = text.get(start + core.len()..).unwrap_or_default();
        let digit = core
            .find(|c: char| c.is_ascii_digit())
            .filter(|digit| core.get(..*digit).is_some_and(|before| before.ends_with('.') && before.len() > 2));
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

/// The normalised number; `None` if the word is not one.
fn label_of(word: &Word<'_>, kind: ReferenceKind) -> Option<String> {
    const LONGEST: usize = 12;
    if word.behind.starts_with(['%', '\u{b0}']) {
        return None;
    }
    let plain: String =
        word.text.chars().map(|c| if matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}') { '-' } else { c }).collect();
    if plain.len() > LONGEST {
        return None;
    }
    let is_letter = |text: &str| text.len() == 1 && text.chars().all(|c| c.is_ascii_uppercase());
    if kind == ReferenceKind::Appendix && is_letter(&plain) {
        return Some(plain);
    }
    // Letters of an appendix or volume before the digits, and one of a sub-paragraph or a further figure behind them.
    let digits = plain.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let prefix = plain.len() - digits.len();
    let digits = if prefix > 0 { digits.trim_start_matches(['-', '.']) } else { digits };
    let body = digits.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let is_numbers = body.split(['-', '.']).all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit()));
    (prefix <= 2 && digits.len() - body.len() <= 1 && is_numbers).then_some(plain)
}

/// The `19` of `item 19,` before the word at `at`.
fn item_before(words: &[Word<'_>], at: usize) -> Option<u32> {
    let (word, number) = (words.get(at.checked_sub(2)?)?, words.get(at - 1)?);
    is_one_of(ITEMS, &word.text.to_lowercase()).then(|| number.text.parse().ok())?
}

/// The `19` of `, item 19` after the word at `at`.
fn item_behind(words: &[Word<'_>], at: usize) -> Option<u32> {
    let (word, number) = (words.get(at + 1)?, words.get(at + 2)?);
    is_one_of(ITEMS, &word.text.to_lowercase()).then(|| number.text.parse().ok())?
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

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
        assert_eq!(
            read("see Figure 3A, fig. 3(b), Kap. 4"),
            [pair("Figure 3A", "3A"), pair("fig. 3", "3"), pair("Kap. 4", "4")]
        );
        assert_eq!(read("Appendices B and C"), [pair("Appendices B", "B"), pair("C", "C")]);
        assert_eq!(read("siehe Bilder 4 und 5"), [pair("Bilder 4", "4"), pair("5", "5")]);
        assert_eq!(read("in den Kapiteln 2.1 bis 2.3"), [pair("Kapiteln 2.1", "2.1"), pair("2.3", "2.3")]);
        assert_eq!(read("ver los apartados 4.2 y 4.3"), [pair("apartados 4.2", "4.2"), pair("4.3", "4.3")]);
        assert_eq!(read("V\u{c9}ASE EL CAPITULO 7"), [pair("CAPITULO 7", "7")]);
        assert_eq!(read("voir les chapitres 3 et 4"), [pair("chapitres 3", "3"), pair("4", "4")]);
        assert_eq!(
            read("Table A.1, Figure B.2-1, Tab. C.3"),
            [pair("Table A.1", "A.1"), pair("Figure B.2-1", "B.2-1"), pair("Tab. C.3", "C.3")]
        );
        assert_eq!(read("(para 4 and 5)"), [pair("para 4", "4"), pair("5", "5")]);
        assert_eq!(
            read("see para 4, para. 7 and para 2-1"),
            [pair("para 4", "4"), pair("para. 7", "7"), pair("para 2-1", "2-1")]
        );
    }

    #[test]
    fn words_that_name_no_place_are_left_alone() {
        for text in [
            "Figure out why",
            "the table below",
            "in this section the",
            "a bild of 5",
            "Table 50%",
            "paragraph",
            "as shown in the figure. 2 bolts",
            "> as in the table.\n>\n> 2\\. Tighten",
            "llave para 4 tornillos",
            "llave (para 4 tornillos)",
            "Bend tab 3 upwards",
            "Wait 10 sec. 3 lamps light up",
        ] {
            assert_eq!(read(text), [], "{text}");
        }
        for text in ["remove the bolts (fig. 5, 4 places)", "see fig. 5. A 6 mm gap", "fig. 5 and 2-6 mm", "fig. 5,\n7"]
        {
            assert_eq!(read(text), [pair("fig. 5", "5")], "{text}");
        }
    }
}
