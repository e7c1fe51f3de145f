//! The structure of a document: running headers, headings with their sections, and navigation pages (contents, lists of
//! figures, indexes).
//!
//! Everything is recognised by form, never by the words of a particular manual. Font sizes help but are not necessary.

mod furniture;
mod heading;
mod navigation;
mod numbering;

pub use heading::{Heading, HeadingKind};

use navigation::Navigation;

use super::{Line, Page};

/// Whether a line begins with a caption's label: `Table 2-1. Limits`, `Abb. 4`.
#[must_use]
pub fn is_caption(line: &str) -> bool {
    numbering::after_caption_label(line).is_some()
}

/// Whether a title has a number or letter: `2-27. OIL PUMP`, `b. Inspection`.
#[must_use]
pub fn is_numbered(title: &str) -> bool {
    numbering::number_form(title).is_some() || numbering::starts_with_division(title)
}

/// The kind of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum LineKind {
    /// Running text, a table row, or a list item.
    Body,
    /// The first line of a heading, which opens a section, a table or a figure.
    Heading(Heading),
    /// A further line of a heading.
    HeadingRest,
    /// A running header or footer, or a page number.
    Furniture,
    /// An entry of a table of contents, on a page with other text.
    Pointer,
}

/// A page in the context of its document.
#[derive(Debug, Clone, PartialEq)]
pub struct PageOutline {
    /// The kind of each line of the page.
    pub kinds: Vec<LineKind>,
    /// Titles of the sections that the page begins in, outermost first.
    pub inherited: Vec<String>,
    /// Whether the page only refers to other pages.
    pub navigation: bool,
}

impl PageOutline {
    /// The titles that begin on this page.
    pub fn opened(&self) -> impl Iterator<Item = &Heading> {
        self.kinds.iter().filter_map(|kind| match kind {
            LineKind::Heading(heading) if !heading.continued => Some(heading),
            _ => None,
        })
    }
}

/// Finds the outline of a document. The result has one entry per page.
#[must_use]
pub fn outline(pages: &[Page]) -> Vec<PageOutline> {
    let furniture = furniture::find(pages);
    let body_size = body_size(pages);
    let mut sections = Sections::default();
    pages
        .iter()
        .zip(furniture)
        .map(|(page, is_furniture)| {
            let lines: Vec<&Line> = page.lines().collect();
            let found = navigation::find(&lines, &is_furniture);
            let navigation = found == Navigation::Whole;
            let before = sections.open.clone();
            let mut kinds = line_kinds(&lines, &page.in_table(), (&is_furniture, &found), body_size);
            drop_lists(&mut kinds);
            for kind in &mut kinds {
                if let LineKind::Heading(heading) = kind {
                    heading.continued |= sections.enter(heading);
                }
            }
            let inherited = if navigation { Vec::new() } else { inherited(before, &kinds) };
            PageOutline { kinds, inherited, navigation }
        })
        .collect()
}

/// The titles of the sections that a page begins in. A title at the very top ends those that it replaces.
fn inherited(before: Vec<(u8, String)>, kinds: &[LineKind]) -> Vec<String> {
    let top = kinds.iter().find(|kind| **kind != LineKind::Furniture);
    let ends = match top {
        Some(LineKind::Heading(heading)) if !heading.continued && heading.kind == HeadingKind::Section => heading.level,
        _ => u8::MAX,
    };
    before.into_iter().filter(|(level, _)| *level < ends).map(|(_, title)| title).collect()
}

fn line_kinds(
    lines: &[&Line],
    in_table: &[bool],
    (is_furniture, navigation): (&[bool], &Navigation),
    body_size: f32,
) -> Vec<LineKind> {
    let mut kinds = Vec::with_capacity(lines.len());
    for (index, &furniture) in is_furniture.iter().enumerate() {
        // Further lines of a heading were counted with its first.
        if kinds.len() > index {
            continue;
        }
        if furniture {
            kinds.push(LineKind::Furniture);
            continue;
        }
        // A title ends where a table begins.
        let text = in_table.get(index..).unwrap_or_default().iter().take_while(|is_row| !**is_row).count();
        let rest = lines.get(index..index + text).unwrap_or_default();
        // The entries of a table of contents look like headings and open nothing.
        let found = match navigation {
            Navigation::Part(pointers) if pointers.contains(&index) => {
                kinds.push(LineKind::Pointer);
                continue;
            }
            Navigation::Whole => None,
            _ => heading::find(rest, body_size),
        };
        match found {
            Some((heading, count)) => {
                kinds.push(LineKind::Heading(heading));
                for _ in 1..count {
                    kinds.push(LineKind::HeadingRest);
                }
            }
            None => kinds.push(LineKind::Body),
        }
    }
    kinds.truncate(lines.len());
    kinds
}

/// Drops lettered titles that follow each other directly: they list what follows ("This task covers"). A title opens a
/// section only if there is text below it.
fn drop_lists(kinds: &mut [LineKind]) {
    let lettered = |kind: &LineKind| matches!(kind, LineKind::Heading(heading) if heading.is_lettered());
    let content: Vec<usize> =
        kinds.iter().enumerate().filter(|(_, kind)| **kind != LineKind::Furniture).map(|(index, _)| index).collect();
    let is_lettered: Vec<bool> = content.iter().map(|index| kinds.get(*index).is_some_and(lettered)).collect();
    let is_heading: Vec<bool> =
        content.iter().map(|index| matches!(kinds.get(*index), Some(LineKind::Heading(_)))).collect();
    let at = |marks: &[bool], position: usize| marks.get(position).copied().unwrap_or(false);
    let mut after_listed = false;
    for (position, index) in content.iter().enumerate() {
        let listed = at(&is_lettered, position)
            && (at(&is_lettered, position + 1) || (after_listed && at(&is_heading, position + 1)));
        after_listed = listed;
        if let (true, Some(kind)) = (listed, kinds.get_mut(*index)) {
            *kind = LineKind::Body;
        }
    }
}

/// The most common font size; zero if sizes are unknown.
fn body_size(pages: &[Page]) -> f32 {
    let mut characters: std::collections::BTreeMap<u32, usize> = std::collections::BTreeMap::new();
    for line in pages.iter().flat_map(Page::lines) {
        *characters.entry(half_points(line)).or_default() += line.text.len();
    }
    let most = characters.into_iter().max_by_key(|&(_, count)| count);
    most.map_or(0.0, |(size, _)| half_points_to_points(size))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to a small positive range")]
fn half_points(line: &Line) -> u32 {
    (line.size * 2.0).round().clamp(0.0, 1000.0) as u32
}

#[expect(clippy::cast_precision_loss, reason = "at most 1000")]
fn half_points_to_points(size: u32) -> f32 {
    size as f32 / 2.0
}

/// The titles of the current sections, at most one per level.
#[derive(Default)]
struct Sections {
    open: Vec<(u8, String)>,
}

impl Sections {
    /// Opens a section. Returns true if it is open already, so that this title continues it.
    fn enter(&mut self, heading: &Heading) -> bool {
        if heading.kind == HeadingKind::Caption {
            return false;
        }
        let same = self.open.iter().position(|(level, title)| {
            *level == heading.level
                && (title == &heading.title || (heading.continued && title.starts_with(&heading.title)))
        });
        if let Some(position) = same {
            // A title repeated at the top of a page keeps the subsections of the page before.
            if heading.continued || heading.level <= 2 {
                return true;
            }
            self.open.truncate(position + 1);
            return true;
        }
        self.open.retain(|(level, _)| *level < heading.level);
        self.open.push((heading.level, heading.title.clone()));
        false
    }
}
