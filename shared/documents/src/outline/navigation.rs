//! Navigation: tables of contents, lists of figures, indexes.
//!
//! They contain every term of the manual close together, so they would win any lexical search, but they answer nothing.
//! A chapter that begins with a short table of contents is not a navigation page: only the lines of the table are
//! navigation.

use std::{collections::HashSet, ops::RangeInclusive};

use super::{
    super::Line,
    furniture::{is_label_word, is_page_label},
    numbering::starts_with_division,
};

/// How much of a page is navigation.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Navigation {
    /// Nothing.
    None,
    /// All of it.
    Whole,
    /// These lines.
    Part(RangeInclusive<usize>),
}

/// A line that refers to a page.
struct Entry<'a> {
    index: usize,
    text: &'a str,
    label: &'a str,
}

/// Finds navigation by the form of the lines.
pub(super) fn find(lines: &[&Line], furniture: &[bool]) -> Navigation {
    let lines: Vec<(usize, &str)> = lines
        .iter()
        .zip(furniture)
        .enumerate()
        .filter(|(_, (_, furniture))| !**furniture)
        .map(|(index, (line, _))| (index, line.text.as_str()))
        .collect();
    let titled = lines.iter().take(4).any(|(_, text)| is_navigation_title(text));
    let Some(entries) = entries(&lines, titled) else {
        return Navigation::None;
    };
    let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
        return Navigation::None;
    };
    let span = first.index..=last.index;
    // Page names may stand in a column, hence on lines, of their own.
    let words = || lines.iter().filter(|(_, text)| !is_page_label(text));
    let total = words().count();
    let inside = words().filter(|(index, _)| span.contains(index)).count();
    let mut before = lines.iter().take(6).take_while(|(index, _)| *index < first.index);
    let opens_chapter = !titled && before.any(|(_, text)| starts_with_division(text));
    let sparse = entries.len() * 10 < total * 3 && !titled;
    if opens_chapter || sparse || inside * 2 < total { Navigation::Part(span) } else { Navigation::Whole }
}

/// The entries, if there are enough in a typical order.
fn entries<'a>(lines: &[(usize, &'a str)], titled: bool) -> Option<Vec<Entry<'a>>> {
    let of = |label: fn(&'a str) -> Option<&'a str>| -> Vec<Entry<'a>> {
        let entry = |(index, text): &(usize, &'a str)| {
            let (index, text) = (*index, *text);
            label(text).map(|label| Entry { index, text, label })
        };
        lines.iter().filter_map(entry).collect()
    };
    let led = of(led_label);
    let compound = led.iter().filter(|entry| is_compound(entry.label)).count();
    if led.len() >= 4 && (compound * 2 >= led.len() || rising(&led) || (alphabetical(&led) && varied(&led))) {
        return Some(led);
    }
    let ended = of(ending_label);
    let many = ended.len() >= 8 && ended.len() * 2 >= lines.len();
    let commas = ended.iter().filter(|entry| entry.text.trim_end_matches(entry.label).ends_with(", ")).count();
    let like_index = commas * 2 >= ended.len() && alphabetical(&ended);
    let announced = titled && ended.len() >= 3 && ended.len() * 3 >= lines.len();
    (announced || (many && (rising(&ended) || like_index))).then_some(ended)
}

/// The page label after dot leaders (tight, spaced, or as underscores).
fn led_label(line: &str) -> Option<&str> {
    let (mut dots, mut run_start, mut found) = (0, 0, None);
    for (index, character) in line.char_indices() {
        let more = match character {
            '.' | '_' | '\u{b7}' => 1,
            '\u{2026}' => 3,
            ' ' => continue,
            _ => 0,
        };
        if more == 0 {
            if dots >= 4 {
                found = Some((run_start, index));
            }
            dots = 0;
        } else {
            if dots == 0 {
                run_start = index;
            }
            dots += more;
        }
    }
    let (text_end, label_start) = found?;
    let label = line.get(label_start..)?.trim_end();
    let text = line.get(..text_end)?;
    (is_label_word(label) && text.chars().any(char::is_alphabetic)).then_some(label)
}

/// The page label at the end of a line of words.
fn ending_label(line: &str) -> Option<&str> {
    let (text, label) = line.rsplit_once([' ', ','])?;
    let words = text.chars().filter(|c| c.is_alphabetic()).count() >= 3;
    (words && is_label_word(label)).then_some(label)
}

/// Whether a line is the title of such a page: "Contents".
fn is_navigation_title(line: &str) -> bool {
    let line = line.to_lowercase();
    let starts =
        ["contents", "list of illustrations", "list of figures", "list of tables", "index", "alphabetical index"];
    line.split_whitespace().count() <= 6
        && (line.contains("table of contents") || starts.iter().any(|start| line.starts_with(start)))
}

/// Whether a label is that of a page and hardly an amount: `2-14`, `A-3`, `iv`.
fn is_compound(label: &str) -> bool {
    label.contains('-') || label.trim_matches('.').contains('.') || !label.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether page labels rise almost always, as in a table of contents.
fn rising(entries: &[Entry<'_>]) -> bool {
    let numbers: Vec<Vec<u32>> = entries.iter().map(|entry| numbers(entry.label)).collect();
    varied(entries) && mostly_sorted(&numbers)
}

/// Whether entries are in alphabetical order, as in an index.
fn alphabetical(entries: &[Entry<'_>]) -> bool {
    let initials: Vec<char> = entries
        .iter()
        .filter_map(|entry| entry.text.chars().find(|c| c.is_alphabetic()))
        .flat_map(char::to_lowercase)
        .collect();
    let distinct: HashSet<&char> = initials.iter().collect();
    distinct.len() >= 3 && mostly_sorted(&initials)
}

/// Whether the labels vary: amounts in a parts list repeat, page labels hardly do.
fn varied(entries: &[Entry<'_>]) -> bool {
    let distinct: HashSet<&str> = entries.iter().map(|entry| entry.label).collect();
    distinct.len() * 3 >= entries.len()
}

fn numbers(label: &str) -> Vec<u32> {
    let parts = label.split(|c: char| !c.is_ascii_digit());
    parts.filter_map(|part| part.parse().ok()).collect()
}

/// Whether four of five neighbours are in order. Wrapped entries and new columns break the order.
fn mostly_sorted<T: Ord>(items: &[T]) -> bool {
    let ordered = items.windows(2).filter(|pair| pair.is_sorted()).count();
    ordered * 10 >= items.len().saturating_sub(1) * 8
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(lines: &[&str]) -> Navigation {
        let lines: Vec<Line> = lines.iter().map(|line| Line::plain(*line)).collect();
        find(&lines.iter().collect::<Vec<_>>(), &vec![false; lines.len()])
    }

    #[test]
    fn a_table_of_contents_only_points() {
        let page = look(&[
            "TABLE OF CONTENTS",
            "CHAPTER 1   INTRODUCTION ......... 1-1",
            "Section I. General . . . . . . . . 1-2",
            "II. Equipment Description ........ 1-4",
            "CHAPTER 2   MAINTENANCE .......... 2-1",
        ]);
        assert_eq!(page, Navigation::Whole);
    }

    #[test]
    fn an_index_only_points() {
        let page = look(&[
            "Adapter, oil filter, 2-82",
            "Block, cylinder, 2-40",
            "Camshaft, 2-58",
            "Crankshaft, 2-52",
            "Drive, fan, 2-148",
            "Engine run-in, 2-188",
            "Flywheel, 2-75",
            "Glow plugs, 2-141",
        ]);
        assert_eq!(page, Navigation::Whole);
    }

    #[test]
    fn a_chapter_that_lists_its_sections_still_opens_the_chapter() {
        let page = look(&[
            "CHAPTER 3",
            "OPERATOR MAINTENANCE",
            "Subject Index   Page",
            "3-1   General ............. 3-3",
            "3-2   Columns ............. 3-3",
            "3-3   Symptoms ............ 3-5",
            "3-4   Maintenance ......... 3-9",
        ]);
        assert_eq!(page, Navigation::Part(3..=6));
    }

    #[test]
    fn values_and_amounts_are_no_pointers() {
        let values = look(&[
            "Inch ........ in.",
            "Pound ....... lb",
            "Quart ....... qt",
            "Litre ....... L",
            "Weight ...... 650",
        ]);
        assert_eq!(values, Navigation::None);
        let amounts = look(&[
            "117 PAOZZ SCREW ......... 8",
            "118 PAOZZ BOLT .......... 6",
            "119 PAOZZ WASHER ........ 8",
            "120 PAOZZ COVER ......... 1",
            "121 PAOZZ PLATE ......... 1",
            "122 PAOZZ COIL .......... 1",
            "123 PAOZZ FAN ........... 1",
        ]);
        assert_eq!(amounts, Navigation::None);
    }
}
