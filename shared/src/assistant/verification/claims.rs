//! The figures of an answer: what each is said of, and what is cited for it.

use std::ops::Range;

use super::markdown::{Item, Sentences, cells, hidden, items};
use crate::assistant::extractive::Tongue;
use crate::retrieval::analysis::{
    Figure, Language, Reading, figures, figures_in_words, unit_terms, with_grouped_thousands,
};

/// A figure of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// What it says, and where.
    pub(super) figure: Figure,
    /// What else it may say, where points can group thousands.
    pub(super) alternative: Option<Reading>,
    /// The numbers of the citations that stand with it; empty where the answer cites nothing.
    pub(super) marks: Vec<u32>,
    /// The words that say what it is of.
    pub(super) subject: String,
}

/// Numbers up to this one are taken for counts where they have no unit.
const LARGEST_COUNT: u32 = 12;
/// Letters from which on a word in lower case that ends in digits is no code.
const SHORTEST_WORD: usize = 4;
/// Words before numbers of pages, steps and figures.
const PLACES: &str = "page pages p pp step steps figure figures fig figs table tables item items para paragraph section \
    sections chapter appendix number no note seite seiten s schritt schritte bild abb abbildung tabelle \
    abschnitt kapitel absatz nr página páginas paso pasos figura tabla sección capítulo étape étapes \
    tableau chapitre annexe paragraphe n zeile line";

/// Words that bind what follows them to the figure before: `40 N·m for the front bolts`.
const BINDING: [&str; 18] = [
    "for", "on", "at", "of", "für", "bei", "an", "auf", "am", "para", "de", "del", "en", "pour", "du", "des", "sur",
    "au",
];

/// The values and the codes of an answer in Markdown, its list of sources left out.
pub(super) fn claims(text: &str) -> Vec<Claim> {
    let (items, language) = (items(text), Tongue::of(text).language());
    let mut claims = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let written = text.get(item.range.clone()).unwrap_or_default();
        let head = item.head.as_ref().and_then(|head| text.get(head.clone()));
        let (hidden, sentences) = (hidden(written), Sentences::of(written));
        let mut found: Vec<Figure> = figures(written);
        found.extend(figures_in_words(written, language));
        found.sort_by_key(|figure| figure.range.start);
        if let Some(head) = head {
            for figure in &mut found {
                take_unit(figure, written, head);
            }
        }
        found.retain(|figure| {
            let is_hidden = hidden.iter().any(|range| range.start < figure.range.end && figure.range.start < range.end);
            !is_hidden && is_claim(figure, written)
        });
        for (place, figure) in found.iter().enumerate() {
            let sentence = sentences.around(&figure.range);
            let marks = own_marks(item, &sentence).unwrap_or_else(|| nearest_marks(&items, at));
            let subject = match head {
                Some(head) => row_subject(written, head, &found, figure),
                None => subject(written, &found, place, &sentence),
            };
            let range = figure.range.start + item.range.start..figure.range.end + item.range.start;
            let alternative = with_grouped_thousands(written, figure).filter(|_| language != Language::English);
            claims.push(Claim { figure: Figure { range, ..figure.clone() }, alternative, marks, subject });
        }
    }
    claims
}

/// What is checked: codes, values with a unit, and numbers that are no small counts and name no page, step or figure.
fn is_claim(figure: &Figure, written: &str) -> bool {
    match &figure.reading {
        Reading::Value { unit: Some(_), .. } => true,
        Reading::Value { number, .. } => {
            let is_small = number.parse::<u32>().is_ok_and(|number| number <= LARGEST_COUNT);
            !is_small && !names_a_place(written.get(..figure.range.start).unwrap_or_default())
        }
        Reading::Code { code, .. } => {
            // "2x" and "x2" count, and "step2" is a word.
            let count = code.strip_prefix('x').or_else(|| code.strip_suffix('x'));
            let is_count = count.is_some_and(|count| count.len() <= 2 && count.bytes().all(|b| b.is_ascii_digit()));
            let word =
                written.get(figure.range.clone()).unwrap_or_default().trim_end_matches(|c: char| c.is_ascii_digit());
            let is_word = word.len() >= SHORTEST_WORD && word.chars().all(char::is_lowercase);
            code.len() > 1 && !is_count && !is_word
        }
    }
}

/// Whether what stands before a number makes it that of a page, step or figure, or of an item of a list.
fn names_a_place(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let bare = line.trim_end_matches([' ', '.', ':', '*', '_', '(', '[', '#', '\u{a0}']);
    let word = bare.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    if word.is_empty() {
        // The first of a line, or the second of "pages 12 and 14", "Figs. 2-14".
        let before_number = bare.trim_end_matches(|c: char| !c.is_alphabetic());
        return before_number.is_empty() || (before_number.len() < bare.len() && names_a_place(before_number));
    }
    if matches!(word.as_str(), "of" | "von" | "de" | "sur") {
        // "Steps 1–8 of 20", "sheet 13 of 20".
        return bare
            .get(..bare.len() - word.len())
            .unwrap_or_default()
            .trim_end()
            .ends_with(|c: char| c.is_ascii_digit());
    }
    if matches!(word.as_str(), "and" | "to" | "or" | "und" | "bis" | "oder" | "y" | "a" | "o" | "et" | "\u{e0}" | "ou")
    {
        let outer = bare.get(..bare.len() - word.len()).unwrap_or_default().trim_end();
        return outer.ends_with(|c: char| c.is_ascii_digit()) && names_a_place(outer);
    }
    PLACES.split(' ').any(|place| place == word)
}

/// Gives a number in a table's cell the unit of its column's head, or of its row's label.
fn take_unit(figure: &mut Figure, row: &str, head: &str) {
    let Reading::Value { unit: unit @ None, .. } = &mut figure.reading else { return };
    let (cells, heads) = (cells(row), cells(head));
    let column = cells.iter().position(|cell| cell.contains(&figure.range.start)).unwrap_or(0);
    let of_head = heads.get(column).and_then(|cell| head.get(cell.clone())).map(unit_terms).unwrap_or_default();
    let of_row = || cells.iter().take(column).filter_map(|cell| row.get(cell.clone())).flat_map(unit_terms).collect();
    let units: Vec<String> = if of_head.is_empty() { of_row() } else { of_head };
    // With two of them it is uncertain which is meant.
    if let [one] = units.as_slice() {
        *unit = Some(one.clone());
    }
}

/// The marks of the sentence in which a figure stands, or else of its item.
fn own_marks(item: &Item, sentence: &Range<usize>) -> Option<Vec<u32>> {
    if item.marks.is_empty() {
        return None;
    }
    let inside: Vec<u32> =
        item.marks.iter().filter(|(at, _)| sentence.contains(at)).map(|(_, number)| *number).collect();
    if !inside.is_empty() {
        return Some(inside);
    }
    let behind = item.marks.iter().find(|(at, _)| *at >= sentence.end);
    let before = item.marks.iter().rev().find(|(at, _)| *at < sentence.start);
    Some([before, behind].into_iter().flatten().map(|(_, number)| *number).collect())
}

/// Marks of the items around one that has none.
fn nearest_marks(items: &[Item], at: usize) -> Vec<u32> {
    let numbers = |item: &Item| item.marks.iter().map(|(_, number)| *number).collect::<Vec<_>>();
    let before = items.get(..at).unwrap_or_default().iter().rev().map(numbers).find(|marks| !marks.is_empty());
    let behind = items.get(at + 1..).unwrap_or_default().iter().map(numbers).find(|marks| !marks.is_empty());
    [before, behind].into_iter().flatten().flatten().collect()
}

/// What a figure is said of: the words before it, from the figure before; or those behind it, where they say so.
fn subject(written: &str, found: &[Figure], place: usize, sentence: &Range<usize>) -> String {
    let Some(figure) = found.get(place) else { return String::new() };
    let next = found.get(place + 1).map_or(sentence.end, |next| next.range.start.min(sentence.end));
    let behind = written.get(figure.range.end..next).unwrap_or_default();
    let after_bracket = behind.trim_start_matches([' ', ')', '*', '_']);
    let first = after_bracket.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
    if BINDING.contains(&first.as_str()) {
        let clause = after_bracket.split([',', ';', ':', '(', '[']).next().unwrap_or_default();
        return clause.split(" and ").next().unwrap_or_default().to_owned();
    }
    // Figures of one group (two units, a range) have one subject, and numbers in it are a part of it: "# 5: 50.9 mm".
    let mut begin = sentence.start;
    for before in found.get(..place).unwrap_or_default().iter().rev().filter(|before| is_of_kind(before, figure)) {
        let between = written.get(before.range.end..figure.range.start).unwrap_or_default();
        if before.range.start >= sentence.start && between.chars().filter(|c| c.is_alphabetic()).count() > 3 {
            begin = before.range.end;
            break;
        }
    }
    written.get(begin.min(figure.range.start)..figure.range.start).unwrap_or_default().to_owned()
}

/// Whether both are values with a unit, numbers without one, or codes.
fn is_of_kind(one: &Figure, other: &Figure) -> bool {
    match (&one.reading, &other.reading) {
        (Reading::Value { unit, .. }, Reading::Value { unit: other, .. }) => unit.is_some() == other.is_some(),
        (Reading::Code { .. }, Reading::Code { .. }) => true,
        _ => false,
    }
}

/// What a cell of a table is said of: the first cell of its row, and the head of its column.
fn row_subject(row: &str, head: &str, found: &[Figure], figure: &Figure) -> String {
    let own_cells = cells(row);
    let column = own_cells.iter().position(|cell| cell.contains(&figure.range.start)).unwrap_or(0);
    let is_figure = |range: &Range<usize>| found.iter().any(|other| range.contains(&other.range.start));
    let labels = own_cells.iter().take(column).filter(|cell| !is_figure(cell));
    let labels = labels.filter_map(|cell| row.get(cell.clone())).collect::<Vec<_>>().join(" ");
    let heads = cells(head);
    let of_column = heads.get(column).and_then(|cell| head.get(cell.clone())).unwrap_or_default();
    let own = own_cells.get(column).and_then(|cell| row.get(cell.start..figure.range.start)).unwrap_or_default();
    format!("{labels} {of_column} {own}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, Vec<u32>, String)> {
        let words = |subject: &str| {
            let words = subject.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        };
        let claims = claims(text).into_iter();
        claims
            .map(|claim| (text.get(claim.figure.range).unwrap().to_owned(), claim.marks, words(&claim.subject)))
            .collect()
    }

    fn claim(text: &str, marks: &[u32], subject: &str) -> (String, Vec<u32>, String) {
        (text.to_owned(), marks.to_vec(), subject.to_owned())
    }

    #[test]
    fn a_figure_has_the_marks_of_its_sentence() {
        let text = "The front takes 40 Nm [1]. The rear takes 60 Nm. [2] Fill in 3 qt of oil.";
        let found = read(text);
        assert_eq!(found.first().unwrap(), &claim("40 Nm", &[1], "The front takes"));
        assert_eq!(found.get(1).unwrap(), &claim("60 Nm", &[2], "The rear takes"));
        assert_eq!(found.get(2).unwrap().1, [2]);
        assert_eq!(read("By [3], the torque is 5 Nm.").first().unwrap().1, [3]);
        assert!(read("It takes 5 Nm.").first().unwrap().1.is_empty());
    }

    #[test]
    fn an_item_without_marks_has_those_around_it() {
        let text = "From page 3 [1]:\n\n- lid 4 Nm\n- base 5 Nm\n\nAll of it again [2].";
        assert_eq!(read(text).iter().map(|claim| claim.1.clone()).collect::<Vec<_>>(), [[1, 2], [1, 2]]);
    }

    #[test]
    fn a_figure_is_said_of_the_words_that_bind_to_it() {
        let found = read("Front bolts take 40 Nm (30 lb-ft), rear bolts 60 Nm [1].");
        let subjects: Vec<&str> = found.iter().map(|claim| claim.2.as_str()).collect();
        assert_eq!(subjects, ["Front bolts take", "Front bolts take 40 Nm", "rear bolts"]);
        let found = read("Use 40 Nm for the front and 60 Nm for the rear [1].");
        let subjects: Vec<&str> = found.iter().map(|claim| claim.2.as_str()).collect();
        assert_eq!(subjects, ["for the front", "for the rear"]);
    }

    #[test]
    fn a_cell_is_said_of_its_row_and_column() {
        let text = "| Bolt | Torque | Size |\n|---|---|---|\n| Lid, front | 40 Nm | M8x1.25 |\n";
        assert_eq!(read(text), [claim("40 Nm", &[], "Lid front Torque"), claim("M8x1.25", &[], "Lid front Size")]);
    }

    #[test]
    fn links_marks_counts_and_pages_are_no_claims() {
        for text in [
            "See page 212 [1].",
            "See pages 112 and 114, Figs. 2-14 to 2-16 [1].",
            "2x M",
            "Do step4 and sentence12",
            "[the manual](http://localhost:3000/a/b12) 3",
            "1. Remove 4 bolts",
            "14. Remove the bolts",
            "**Step 15:** turn it",
            "Siehe Seite 140 und Abb. 31",
            "Step 13 of 20. Steps 14–18 of 20; the rest is on page 34",
        ] {
            assert!(read(text).is_empty(), "{text}: {:?}", read(text));
        }
    }

    #[test]
    fn numbers_without_units_are_claims_where_they_are_no_counts() {
        assert_eq!(read("Tighten it to 48 [1]."), [claim("48", &[1], "Tighten it to")]);
        assert_eq!(read("Set the gap to 0.35 and turn it 4 times.").len(), 1);
    }

    #[test]
    fn a_cell_has_the_unit_of_its_head_or_label() {
        let units = |text: &str| {
            let unit = |claim: Claim| match claim.figure.reading {
                Reading::Value { unit, .. } => unit,
                Reading::Code { .. } => None,
            };
            claims(text).into_iter().map(unit).collect::<Vec<_>>()
        };
        let of_head = "| Bolt | Torque (N\u{b7}m) |\n|---|---|\n| Lid | 9 |\n";
        let of_row = "| What | Value |\n|---|---|\n| Torque, N\u{b7}m | 9 |\n";
        let of_both = "| Bolt | N\u{b7}m (lb-ft) |\n|---|---|\n| Lid | 60 (44) |\n";
        assert_eq!(units(of_head), [Some("nm".to_owned())]);
        assert_eq!(units(of_row), [Some("nm".to_owned())]);
        assert_eq!(units(of_both), [None, None]);
    }
}
