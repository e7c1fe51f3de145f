//! Warnings whose signal word is only drawn, so that no text of it is there: known by their words, which the manual
//! prints as a warning elsewhere, mostly in its summary of warnings.

use std::collections::HashMap;

use super::{Unit, UnitKind, notice_at, notice_word, sentences};

/// Words of a sentence that are enough to know it by.
const WORDS: usize = 6;

/// Makes notices of text that the same manual prints as a warning in another place.
pub(super) fn name(units: &mut Vec<Unit>) {
    let mut known: HashMap<String, &'static str> = HashMap::new();
    for unit in units.iter() {
        if let Some(name) = named(unit) {
            for sentence in sentences(unit.notice_text()).filter_map(essence) {
                known.entry(sentence).or_insert(name);
            }
        }
    }
    if known.is_empty() {
        return;
    }
    let mut named: Vec<Unit> = Vec::with_capacity(units.len());
    // Whether the last unit was named here.
    let mut goes_on = false;
    for mut unit in units.drain(..) {
        let name = named_elsewhere(&unit, &known);
        match (name, named.last_mut().filter(|_| goes_on)) {
            // Lines of one warning that were read one by one.
            (Some(name), Some(last)) if last.notice_name() == name && last.page == unit.page => {
                last.text.push(' ');
                last.text.push_str(&unit.text);
                last.page_end = last.page_end.max(unit.page_end);
                last.spots.append(&mut unit.spots);
                continue;
            }
            (Some(name), _) => {
                unit.kind = UnitKind::Notice;
                unit.text = format!("{name}: {}", unit.text);
            }
            (None, _) => {}
        }
        goes_on = name.is_some();
        named.push(unit);
    }
    *units = named;
}

/// The signal word of a text that the manual prints as a warning in another place.
fn named_elsewhere(unit: &Unit, known: &HashMap<String, &'static str>) -> Option<&'static str> {
    if unit.kind != UnitKind::Text || summary(unit).is_some() {
        return None;
    }
    known.get(&essence(sentences(&unit.text).next()?)?).copied()
}

/// The signal word that a unit stands under: its own, or that of the summary that it is in.
fn named(unit: &Unit) -> Option<&'static str> {
    match unit.kind {
        UnitKind::Notice if unit.hazard().is_some() => notice_word(unit.notice_name()),
        UnitKind::Step | UnitKind::Text => summary(unit),
        _ => None,
    }
}

/// The signal word of the summary that a unit is in: `WARNING SUMMARY`.
fn summary(unit: &Unit) -> Option<&'static str> {
    let title = unit.titles.rsplit(" > ").next()?;
    let (word, rest) = title.split_once(' ')?;
    let is_summary = rest.trim().eq_ignore_ascii_case("summary");
    // A remark is none.
    notice_at(&format!("{word}: summary"))
        .filter(|_| is_summary)
        .and_then(|(name, _)| super::hazard(&format!("{name}: ")).is_some().then_some(name))
}

/// The letters and digits of a sentence that is long enough to be known again.
fn essence(sentence: &str) -> Option<String> {
    let words = sentence.split_whitespace().filter(|word| word.chars().any(char::is_alphanumeric)).count();
    let letters = || sentence.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
    (words >= WORDS).then(|| letters().collect())
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, clippy::expect_used, reason = "tests")]
mod tests {
    use crate::outline::outline;
    use crate::units::{Unit, UnitKind, units};
    use crate::{Area, Block, Line, Page, PageSource};

    fn read(pages: &[&str]) -> Vec<Unit> {
        let page = |(number, text): (u32, &&str)| Page::from_text(number, text, PageSource::TextLayer);
        let pages: Vec<Page> = (1..).zip(pages).map(page).collect();
        units(&pages, &outline(&pages))
    }

    #[test]
    fn a_text_that_the_summary_has_is_a_warning() {
        let found = read(&[
            "WARNING SUMMARY\n• Do not place hands near the nozzle during testing. Oil may enter the skin of the hand.\n\
             • Wear gloves.",
            "2-1. NOZZLE TEST\n1. Connect the nozzle.\nDo not place hands near the nozzle during testing.\n\
             Oil may enter the skin of the hand.\n2. Pump.\nWear gloves.\nThe nozzle is sold with a new seal.",
        ]);
        let notices: Vec<&str> =
            found.iter().filter(|unit| unit.kind == UnitKind::Notice).map(|unit| unit.text.as_str()).collect();
        let whole = "WARNING: Do not place hands near the nozzle during testing. Oil may enter the skin of the hand.";
        assert_eq!(notices, [whole]);
        assert_eq!((found[0].kind, found[1].kind), (UnitKind::Title, UnitKind::Step), "the summary stays as it is");
    }

    #[test]
    fn a_sentence_of_a_warning_is_known_again_and_other_text_is_not() {
        let found = read(&[
            "2-1. TANK\nCAUTION\nKeep the drain plug loose during all air transport.\n1. Open the tank.",
            "2-2. LOADING\nKeep the drain plug loose during all air transport.\n1. Load the tank by crane.\n\
             The plug is loose during all air transport of other tanks.",
        ]);
        let count = found.iter().filter(|unit| unit.text.starts_with("CAUTION: Keep")).count();
        let text = found.iter().filter(|unit| unit.kind == UnitKind::Text).count();
        assert_eq!((count, text), (2, 1));
    }

    #[test]
    fn a_warning_of_several_texts_keeps_all_their_places() {
        let sheet = |(number, lines): (u32, &[(f32, &str)])| {
            let line = |(top, text): &(f32, &str)| Line {
                size: 10.0,
                area: Area { left: 50.0, top: *top, right: 500.0, bottom: top + 10.0 },
                ..Line::plain(*text)
            };
            let (blocks, source) = (vec![Block::Prose(lines.iter().map(line).collect())], PageSource::TextLayer);
            Page { blocks, size: (600.0, 800.0), source, has_text: true, ..Page::blank(number) }
        };
        let texts: [&[(f32, &str)]; 3] = [
            &[
                (30.0, "WARNING SUMMARY"),
                (60.0, "• Do not place hands near the nozzle during testing. Oil may enter the skin of the hand."),
            ],
            &[
                (30.0, "2-1. NOZZLE TEST"),
                (60.0, "1. Connect the nozzle."),
                (120.0, "Do not place hands near the nozzle during testing."),
                (170.0, "Oil may enter the skin of the"),
            ],
            &[(30.0, "hand. Then go on with the next test of the nozzle.")],
        ];
        let pages: Vec<Page> = (1..).zip(texts).map(sheet).collect();
        let found = units(&pages, &outline(&pages));
        let notice = found.iter().find(|unit| unit.kind == UnitKind::Notice).expect("a warning");
        assert!(notice.text.ends_with("Oil may enter the skin of the hand."), "{}", notice.text);
        assert_eq!((notice.page, notice.page_end), (2, 3));
        let pages: Vec<u32> = notice.spots.iter().map(|spot| spot.page).collect();
        assert_eq!(pages, [2, 2, 3]);
    }
}
