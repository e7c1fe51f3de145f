//! The figures of an answer: their subjects and citations.

use std::ops::Range;

use super::markdown::{Item, Sentences, cells, hidden, items};
use super::statements::figures_of;
use super::subjects::Subjects;
use crate::assistant::mark_groups::MarkGroup;
use documents::units::label;
use search::retrieval::analysis::{Figure, Reading, unit_terms};

/// A figure of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    /// Its meaning and position.
    pub(super) figure: Figure,
    /// The numbers of its citations; empty if the answer cites nothing.
    pub(super) marks: Vec<u32>,
    /// The words that name its subject.
    pub(super) subject: String,
}

/// Numbers up to this are counts if they have no unit.
const LARGEST_COUNT: u32 = 12;
/// Minimum length of a lower-case word that ends with digits and is not a code.
const SHORTEST_WORD: usize = 4;
/// Words before numbers of pages, steps and figures.
const PLACES: &str = "page pages p pp step steps figure figures fig figs table tables item items para paragraph section \
    sections chapter appendix number no note seite seiten s schritt schritte bild abb abbildung tabelle \
    abschnitt kapitel absatz nr página páginas paso pasos figura tabla sección capítulo étape étapes \
    tableau chapitre annexe paragraphe n zeile line";
/// Words between the number of a part and that of the whole: "steps 1–8 of 20".
const OF: [&str; 4] = ["of", "von", "de", "sur"];
/// Words between two numbers of a list or range.
const BETWEEN: [&str; 12] = ["and", "to", "or", "und", "bis", "oder", "y", "a", "o", "et", "à", "ou"];

/// The values and codes of an answer in Markdown, except in its list of sources. `subjects` must be for its language.
pub(super) fn claims(text: &str, subjects: &Subjects) -> Vec<Claim> {
    let (items, language) = (items(text), subjects.analyzer().language());
    let mut claims = Vec::new();
    for (at, item) in items.iter().enumerate() {
        let written = text.get(item.range.clone()).unwrap_or_default();
        let head = item.head.as_ref().and_then(|head| text.get(head.clone()));
        let (hidden, sentences, label) = (hidden(written), Sentences::of(written), label_of(written));
        let mut found = figures_of(written, language);
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
            let marks = own_marks(item, written, figure, &sentence).unwrap_or_else(|| nearest_marks(&items, at));
            let subject = if let Some(head) = head {
                row_subject(written, head, &found, figure)
            } else {
                let range = subjects.of(written, &found, place, &(sentence.start.max(label)..sentence.end));
                written.get(range).unwrap_or_default().to_owned()
            };
            let range = figure.range.start + item.range.start..figure.range.end + item.range.start;
            claims.push(Claim { figure: Figure { range, ..figure.clone() }, marks, subject });
        }
    }
    claims
}

/// Length in bytes of an item's label: `> 14. `, `- `.
fn label_of(item: &str) -> usize {
    let bare = item.trim_start_matches(['>', ' ', '-', '*', '+', '_']);
    item.len() - bare.len() + label(bare).map_or(0, |label| label.bytes)
}

/// Whether a figure is checked: codes, values with a unit, and numbers that are not small counts and name no page, step
/// or figure.
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

/// Whether the text before a number makes it that of a page, step, figure or list item.
fn names_a_place(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    let bare = line.trim_end_matches([' ', '.', ':', '*', '_', '(', '[', '#', '\u{a0}']);
    let word = bare.rsplit(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    if word.is_empty() {
        // The first of a line, or the second of "pages 12 and 14", "Figs. 2-14".
        let before_number = bare.trim_end_matches(|c: char| !c.is_alphabetic());
        return before_number.is_empty() || (before_number.len() < bare.len() && names_a_place(before_number));
    }
    let outer = bare.get(..bare.len() - word.len()).unwrap_or_default().trim_end();
    let follows_number = outer.ends_with(|c: char| c.is_ascii_digit());
    let word = word.to_lowercase();
    if OF.contains(&word.as_str()) {
        return follows_number;
    }
    if BETWEEN.contains(&word.as_str()) {
        return follows_number && names_a_place(outer);
    }
    PLACES.split(' ').any(|place| place == word)
}

/// Gives a number in a table cell the unit of its column's head or its row's label.
fn take_unit(figure: &mut Figure, row: &str, head: &str) {
    let (cells, heads) = (cells(row), cells(head));
    let column = cells.iter().position(|cell| cell.contains(&figure.range.start)).unwrap_or(0);
    let of_head = heads.get(column).and_then(|cell| head.get(cell.clone())).map(unit_terms).unwrap_or_default();
    let of_row = || cells.iter().take(column).filter_map(|cell| row.get(cell.clone())).flat_map(unit_terms).collect();
    let units: Vec<String> = if of_head.is_empty() { of_row() } else { of_head };
    // With two of them it is uncertain which is meant.
    let [one] = units.as_slice() else { return };
    for reading in std::iter::once(&mut figure.reading).chain(&mut figure.others) {
        if let Reading::Value { unit: unit @ None, .. } = reading {
            *unit = Some(one.clone());
        }
    }
}

/// The marks of a figure: directly after it, otherwise in its sentence, otherwise around it in its item.
fn own_marks(item: &Item, written: &str, figure: &Figure, sentence: &Range<usize>) -> Option<Vec<u32>> {
    if item.marks.is_empty() {
        return None;
    }
    let is_direct = |marks: &&MarkGroup| {
        let between = written.get(figure.range.end..marks.range.start);
        between.is_some_and(|between| !between.contains(|c: char| c.is_alphanumeric() || matches!(c, '.' | ';' | '|')))
    };
    if let Some(direct) = item.marks.iter().find(is_direct) {
        return Some(direct.numbers.clone());
    }
    let is_inside = |marks: &&MarkGroup| sentence.contains(&marks.range.start);
    let inside: Vec<u32> = numbers(item.marks.iter().filter(is_inside));
    if !inside.is_empty() {
        return Some(inside);
    }
    let before = item.marks.iter().rev().find(|marks| marks.range.start < sentence.start);
    let behind = item.marks.iter().find(|marks| marks.range.start >= sentence.end);
    Some(numbers(before.into_iter().chain(behind)))
}

/// Marks of neighbouring items, for an item without marks.
fn nearest_marks(items: &[Item], at: usize) -> Vec<u32> {
    let is_marked = |item: &&Item| !item.marks.is_empty();
    let before = items.get(..at).unwrap_or_default().iter().rev().find(is_marked);
    let behind = items.get(at + 1..).unwrap_or_default().iter().find(is_marked);
    numbers(before.into_iter().chain(behind).flat_map(|item| &item.marks))
}

fn numbers<'a>(marks: impl Iterator<Item = &'a MarkGroup>) -> Vec<u32> {
    marks.flat_map(|marks| &marks.numbers).copied().collect()
}

/// The subject of a table cell: the first cell of its row, and the head of its column.
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
    use search::retrieval::analysis::Analyzer;

    fn said(text: &str) -> Vec<(String, Vec<u32>, String)> {
        let words = |subject: &str| {
            let words = subject.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
            words.collect::<Vec<_>>().join(" ")
        };
        let claims = claims(text, &Subjects::new(Analyzer::default())).into_iter();
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
        let found = said(text);
        assert_eq!(found.first().unwrap(), &claim("40 Nm", &[1], "The front takes"));
        assert_eq!(found.get(1).unwrap(), &claim("60 Nm", &[2], "The rear takes"));
        assert_eq!(found.get(2).unwrap().1, [2]);
        assert_eq!(said("By [3], the torque is 5 Nm.").first().unwrap().1, [3]);
        assert!(said("It takes 5 Nm.").first().unwrap().1.is_empty());
    }

    #[test]
    fn marks_directly_behind_a_figure_are_its_own() {
        let marks = |text: &str| said(text).into_iter().map(|claim| claim.1).collect::<Vec<_>>();
        assert_eq!(marks("The front takes 40 Nm [1], the rear 60 Nm (2)."), [[1], [1]]);
        assert_eq!(marks("The front takes 40 Nm [1][3], the rear **60 Nm** [2]."), [vec![1, 3], vec![2]]);
        assert_eq!(marks("The front takes 40 Nm, the rear 60 Nm [2], [4]."), [[2, 4], [2, 4]]);
        assert_eq!(marks("A gap of 0.010 in. (No. 3) is right [1]. It has 5 Nm."), [[1], [1]]);
    }

    #[test]
    fn the_label_of_a_step_is_no_part_of_what_it_says() {
        assert_eq!(said("> 14. Tighten the lid to 40 Nm [1]"), [claim("40 Nm", &[1], "Tighten the lid to")]);
        assert_eq!(said("- Lid: 40 Nm [1]"), [claim("40 Nm", &[1], "Lid")]);
    }

    #[test]
    fn an_item_without_marks_has_those_around_it() {
        let text = "From page 3 [1]:\n\n- lid 4 Nm\n- base 5 Nm\n\nAll of it again [2].";
        assert_eq!(said(text).iter().map(|claim| claim.1.clone()).collect::<Vec<_>>(), [[1, 2], [1, 2]]);
    }

    #[test]
    fn a_figure_is_said_of_the_words_that_bind_to_it() {
        let found = said("Front bolts take 40 Nm (30 lb-ft), rear bolts 60 Nm [1].");
        let subjects: Vec<&str> = found.iter().map(|claim| claim.2.as_str()).collect();
        assert_eq!(subjects, ["Front bolts take", "Front bolts take 40 Nm", "rear bolts"]);
        let found = said("Use 40 Nm for the front and 60 Nm for the rear [1].");
        let subjects: Vec<&str> = found.iter().map(|claim| claim.2.as_str()).collect();
        assert_eq!(subjects, ["for the front", "for the rear"]);
    }

    #[test]
    fn a_cell_is_said_of_its_row_and_column() {
        let text = "| Bolt | Torque | Size |\n|---|---|---|\n| Lid, front | 40 Nm | M8x1.25 |\n";
        assert_eq!(said(text), [claim("40 Nm", &[], "Lid front Torque"), claim("M8x1.25", &[], "Lid front Size")]);
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
            assert!(said(text).is_empty(), "{text}: {:?}", said(text));
        }
    }

    #[test]
    fn numbers_without_units_are_claims_where_they_are_no_counts() {
        assert_eq!(said("Tighten it to 48 [1]."), [claim("48", &[1], "Tighten it to")]);
        assert_eq!(said("Set the gap to 0.35 and turn it 4 times.").len(), 1);
    }

    #[test]
    fn a_cell_has_the_unit_of_its_head_or_label() {
        let units = |text: &str| {
            let unit = |claim: Claim| match claim.figure.reading {
                Reading::Value { unit, .. } => unit,
                Reading::Code { .. } => None,
            };
            claims(text, &Subjects::new(Analyzer::default())).into_iter().map(unit).collect::<Vec<_>>()
        };
        let of_head = "| Bolt | Torque (N\u{b7}m) |\n|---|---|\n| Lid | 9 |\n";
        let of_row = "| What | Value |\n|---|---|\n| Torque, N\u{b7}m | 9 |\n";
        let of_both = "| Bolt | N\u{b7}m (lb-ft) |\n|---|---|\n| Lid | 60 (44) |\n";
        assert_eq!(units(of_head), [Some("nm".to_owned())]);
        assert_eq!(units(of_row), [Some("nm".to_owned())]);
        assert_eq!(units(of_both), [None, None]);
    }
}
