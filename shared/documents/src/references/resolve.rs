//! Finds the target of a reference in a manual.

use std::ops::RangeInclusive;

use super::{Reference, ReferenceKind, Word, kind_of, label_of, words};
use crate::units::{Unit, UnitKind, label};

/// Number of pages after a title on which its rows and sub-paragraphs are searched.
const PAGES_UNDER: u32 = 8;

/// The target of a reference: a caption, a title, a sub-paragraph, or the row of an item. `titles` are all titles of
/// the manual, in reading order; `units` returns the units of some pages. Of several titles, the nearest to the page
/// `from` that contains the reference wins. A title that continues over pages, or a figure with several sheets, begins
/// with its first page.
#[must_use]
pub fn resolve(
    reference: &Reference,
    titles: &[Unit],
    from: u32,
    units: impl FnOnce(RangeInclusive<u32>) -> Vec<Unit>,
) -> Option<Unit> {
    let title = titled(reference, titles, from)?;
    let letter = sub_label(&reference.label).filter(|_| reference.kind == ReferenceKind::Paragraph);
    if reference.item.is_none() && letter.is_none() {
        return Some(title.clone());
    }
    let units = units(title.page..=title.page.saturating_add(PAGES_UNDER));
    let begin = units.iter().position(|unit| unit == title).map_or(0, |at| at + 1);
    let mut under =
        units.into_iter().skip(begin).take_while(|unit| unit.kind != UnitKind::Title || unit.task == title.task);
    let inner = match (reference.item, letter) {
        (Some(item), _) => under.find(|unit| unit.kind == UnitKind::Row && begins_with(&unit.text, item)),
        (None, Some(letter)) => {
            under.find(|unit| label(&unit.text).is_some_and(|_| begins_with_letter(&unit.text, letter)))
        }
        (None, None) => None,
    };
    Some(inner.unwrap_or_else(|| title.clone()))
}

/// The title that a reference names.
fn titled<'a>(reference: &Reference, titles: &'a [Unit], from: u32) -> Option<&'a Unit> {
    let named = |is: fn(&Unit, &Reference) -> bool| -> Vec<&'a Unit> {
        titles.iter().filter(|unit| unit.kind == UnitKind::Title && is(unit, reference)).collect()
    };
    // A title may begin with its number alone: "3-22. REMOVAL".
    let mut named_so = named(is_named);
    if named_so.is_empty() && reference.kind == ReferenceKind::Paragraph {
        named_so = named(is_numbered);
    }
    // Of two pages as near, the later one: figures mostly follow what refers to them.
    let distance = |unit: &Unit| (unit.page.abs_diff(from), u32::from(unit.page < from));
    let runs = named_so.chunk_by(|one, next| next.page <= one.page_end + 1);
    let nearest = runs.min_by_key(|run| run.iter().map(|unit| distance(unit)).min())?;
    nearest.first().copied()
}

/// The letter of a sub-paragraph: `a` of `3-22a`.
fn sub_label(label: &str) -> Option<char> {
    label.chars().last().filter(char::is_ascii_lowercase)
}

/// Whether a title names the target by its kind: `Figure 2-14. Oil pump`, `APPENDIX E`.
fn is_named(unit: &Unit, reference: &Reference) -> bool {
    match words(&unit.text).as_slice() {
        [first, number, ..] => kind_of(first.text) == Some(reference.kind) && is_it(number, reference),
        _ => false,
    }
}

/// Whether a title begins with the number of the target: `3-22. REMOVAL`.
fn is_numbered(unit: &Unit, reference: &Reference) -> bool {
    words(&unit.text).first().is_some_and(|first| is_it(first, reference))
}

fn is_it(number: &Word<'_>, reference: &Reference) -> bool {
    let wanted = reference.label.trim_end_matches(|c: char| c.is_ascii_lowercase());
    label_of(number, reference.kind).is_some_and(|label| label == reference.label || label == wanted)
}

/// Whether a row is that of an item: `19; Sealant`, `ITEM NO. 19; DESCRIPTION: Sealant`.
fn begins_with(row: &str, item: u32) -> bool {
    let first = row.split(';').next().unwrap_or(row);
    let number = first.rsplit([' ', ':']).find(|part| !part.is_empty()).unwrap_or_default();
    let digits = |text: &str| text.trim_end_matches(['.', ')']).parse::<u32>().ok();
    digits(number) == Some(item) || first.split(' ').next().and_then(digits) == Some(item)
}

fn begins_with_letter(step: &str, letter: char) -> bool {
    let bare = step.trim_start_matches('(');
    bare.starts_with(letter) && bare.chars().nth(1).is_some_and(|c| !c.is_alphanumeric())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::super::references;
    use super::*;
    use crate::outline::outline;
    use crate::units::units;
    use crate::{Page, PageSource};

    /// Where a reference on a page leads among the units of a manual.
    fn led(reference: &Reference, units: &[Unit], from: u32) -> Option<Unit> {
        let on = |pages: RangeInclusive<u32>| units.iter().filter(|unit| pages.contains(&unit.page)).cloned().collect();
        resolve(reference, units, from, on)
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
            found.iter().map(|found| led(found, &units, 1).map(|unit| (unit.page, unit.text))).collect();
        let texts: Vec<Option<&str>> = led.iter().map(|found| found.as_ref().map(|(_, text)| text.as_str())).collect();
        assert_eq!(led.first().unwrap().as_ref().map(|(page, _)| *page), Some(2), "{units:#?}");
        assert!(texts.first().unwrap().is_some_and(|text| text.starts_with("Figure 2-2")), "{texts:?}");
        assert!(texts.get(1).unwrap().is_some_and(|text| text.contains("strainer")), "{texts:?} {units:#?}");
        assert_eq!(texts.get(2).unwrap(), &None);
    }

    fn unit(kind: UnitKind, text: &str, page: u32) -> Unit {
        Unit {
            kind,
            text: text.to_owned(),
            titles: String::new(),
            lead: String::new(),
            page,
            page_end: page,
            task: 0,
            place: None,
            spots: Vec::new(),
            over: Vec::new(),
        }
    }

    fn text_of(reference: &str, units: &[Unit], from: u32) -> Option<String> {
        led(references(reference).first().unwrap(), units, from).map(|unit| unit.text)
    }

    #[test]
    fn captions_are_found_in_four_languages() {
        for (reference, caption) in [
            ("see fig. 2-2", "Figure 2-2. Hydraulic pump"),
            ("siehe Abb. 3", "Abb. 3: \u{d6}lpumpe"),
            ("v\u{e9}ase la tabla 4", "Tabla 4. Pares de apriete"),
            ("voir le tableau B.2", "Tableau B.2 \u{2013} Couples de serrage"),
        ] {
            let second = format!("{caption}\n2-4 CLEANING\na. Wipe the housing with a cloth.\nb. Wash it in solvent.");
            let texts = ["2-3 PUMP\n1. Remove the pump.\n2. Drain it.", second.as_str()];
            let pages: Vec<Page> =
                (1..).zip(texts).map(|(at, text)| Page::from_text(at, text, PageSource::TextLayer)).collect();
            let units = units(&pages, &outline(&pages));
            assert_eq!(text_of(reference, &units, 1).as_deref(), Some(caption), "{units:#?}");
        }
    }

    #[test]
    fn an_item_is_a_row_of_its_appendix() {
        let rows = ["ITEM NO. 1; DESCRIPTION: Grease", "ITEM NO. 19; DESCRIPTION: Sealant"];
        let titled = unit(UnitKind::Title, "APPENDIX E EXPENDABLE SUPPLIES", 90);
        let units: Vec<Unit> = std::iter::once(titled).chain(rows.map(|row| unit(UnitKind::Row, row, 91))).collect();
        assert_eq!(text_of("sealant (App. E, item 19)", &units, 3).as_deref(), Some(rows[1]));
        assert_eq!(text_of("(Appendix E, item 7)", &units, 3).as_deref(), Some("APPENDIX E EXPENDABLE SUPPLIES"));
        let plain = [unit(UnitKind::Title, "ANHANG B", 9), unit(UnitKind::Row, "4; Dichtmittel", 9)];
        assert_eq!(text_of("siehe Anhang B, Pos. 4", &plain, 3).as_deref(), Some("4; Dichtmittel"));
    }

    #[test]
    fn what_goes_on_over_pages_begins_with_its_first() {
        let title = |text: &str, page: u32| unit(UnitKind::Title, text, page);
        let sheets = [
            title("Figure 2-9. Pump (Sheet 1 of 3)", 20),
            title("Figure 2-9. Pump (Sheet 2 of 3)", 21),
            title("Figure 2-9. Pump (Sheet 3 of 3)", 22),
            title("Figure 2-9. Gear (other volume)", 80),
        ];
        assert_eq!(text_of("figure 2-9", &sheets, 23).as_deref(), Some("Figure 2-9. Pump (Sheet 1 of 3)"));
        assert_eq!(text_of("figure 2-9", &sheets, 79).as_deref(), Some("Figure 2-9. Gear (other volume)"));
        let chapters = [title("5. Lubrication of the arm", 11), title("CHAPTER 5 STORAGE", 60)];
        assert_eq!(text_of("see chapter 5", &chapters, 10).as_deref(), Some("CHAPTER 5 STORAGE"));
    }
}
