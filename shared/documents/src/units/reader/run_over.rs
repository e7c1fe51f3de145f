//! Sentences that run over the border of a page.

use super::super::paragraphs::append;
use super::super::trace::{Sheet, spots};
use super::super::{UnitKind, sentences};
use super::Reader;
use crate::Page;
use crate::outline::{LineKind, PageOutline};

/// Most bytes taken from the next page to end a sentence.
const MOST_RUN_OVER: usize = 240;

impl Reader {
    /// Ends a sentence that runs over the page's border with its rest from the next page.
    pub(super) fn run_over(&mut self, next: &Page, outline: &PageOutline) {
        let Some(last) = self.units.last_mut() else { return };
        let is_open = last.text.ends_with(|c: char| c.is_lowercase() || matches!(c, ',' | '-'));
        let is_prose = matches!(last.kind, UnitKind::Text | UnitKind::Step | UnitKind::Notice);
        if !is_open || !is_prose || outline.navigation || last.page + 1 != next.number {
            return;
        }
        let mut lines = next.lines().zip(&outline.kinds).filter(|(_, kind)| **kind != LineKind::Furniture);
        let Some((first, LineKind::Body)) = lines.next() else { return };
        if !first.text.starts_with(char::is_lowercase) {
            return;
        }
        let mut tail = String::new();
        let mut areas = Vec::new();
        let body = lines.take_while(|(_, kind)| **kind == LineKind::Body).map(|(line, _)| line);
        for line in std::iter::once(first).chain(body) {
            let part = line.text.get(..sentences::end(&line.text)).unwrap_or(&line.text);
            if tail.len() + part.len() > MOST_RUN_OVER {
                return;
            }
            append(&mut tail, part);
            areas.push(line.area);
            if part.ends_with(['.', '!', '?', ';', ':']) {
                append(&mut last.text, &tail);
                last.page_end = next.number;
                last.spots.extend(spots(Sheet::of(next), areas));
                return;
            }
        }
    }
}
