//! From pages to units, line by line.

mod closing;
mod rows;
mod run_over;
mod titles;

use super::paragraphs::OpenUnit;
use super::tables::TableState;
use super::trace::{Printed, Sheet};
use super::{LabelStyle, Unit, UnitKind, label, notice_at, notice_word};
use crate::outline::{LineKind, PageOutline};
use crate::{Block, CELL_SEPARATOR, Line, Page, Spot};

/// Reads the pages of a document in their order.
#[derive(Debug, Default)]
pub(super) struct Reader {
    units: Vec<Unit>,
    titles: Vec<(u8, String)>,
    task: u32,
    page: u32,
    sheet: Sheet,
    open: Option<OpenUnit>,
    /// A signal word whose text is on the next page, or behind a table.
    carried: Option<String>,
    /// Whether the title that is being read is the first line of a notice.
    titled_notice: bool,
    /// The title of the table that comes next.
    caption: Option<String>,
    /// Where it stands.
    caption_spots: Vec<Spot>,
    /// Whether a table with this title was read.
    captioned: bool,
    table: TableState,
    tables: u32,
    /// The page of the last table.
    table_page: u32,
    /// Whether something else was read since the last table.
    left_table: bool,
}

impl Reader {
    pub(super) fn page(&mut self, page: &Page, outline: &PageOutline) {
        self.run_over(page, outline);
        (self.page, self.sheet) = (page.number, Sheet::of(page));
        if !self.captioned {
            // A caption of a figure belongs to no table on another page.
            self.caption = None;
        }
        let mut kinds = outline.kinds.iter();
        for block in &page.blocks {
            match block {
                Block::Prose(lines) | Block::List(lines) => {
                    let edges = edges(lines);
                    for (line, kind) in lines.iter().zip(kinds.by_ref()) {
                        self.line(line, kind, edges);
                        if outline.navigation {
                            self.close();
                        }
                    }
                }
                Block::Table(table) => {
                    let count = block.lines().count();
                    let kinds: Vec<&LineKind> = kinds.by_ref().take(count).collect();
                    if !kinds.iter().all(|kind| **kind == LineKind::Furniture) {
                        self.table(table);
                    }
                }
            }
        }
        self.carry();
        self.close();
    }

    pub(super) fn finish(mut self) -> Vec<Unit> {
        self.close();
        self.units
    }

    fn line(&mut self, line: &Line, kind: &LineKind, edges: (f32, f32)) {
        match kind {
            LineKind::Furniture => {}
            LineKind::HeadingRest if !self.titled_notice => self.title_goes_on(line),
            LineKind::Heading(heading) if !self.is_title_of_notice(heading) => self.title(heading, line),
            LineKind::Pointer => {
                self.close();
                self.begin(UnitKind::Text, line.text.clone(), (line, edges));
                self.close();
            }
            LineKind::Heading(_) | LineKind::HeadingRest => {
                self.titled_notice = true;
                self.body(line, edges);
            }
            LineKind::Body => {
                self.titled_notice = false;
                self.body(line, edges);
            }
        }
    }

    /// Keeps a signal word whose text comes behind a caption, or on the next page.
    fn carry(&mut self) {
        if let Some(open) = self.open.take_if(|open| open.is_bare()) {
            self.carried = Some(open.text);
        }
    }

    fn body(&mut self, line: &Line, edges: (f32, f32)) {
        let text = line.text.as_str();
        if !text.chars().any(char::is_alphanumeric) {
            // The sign beside a warning.
            return;
        }
        let is_later_step = label(text).is_some_and(|label| label.number > 1);
        let carried = self.carried.take().filter(|_| !is_later_step);
        if let Some(word) = notice_word(text) {
            self.begin(UnitKind::Notice, format!("{word}:"), (line, edges));
        } else if let Some((word, rest)) = notice_at(text) {
            self.begin(UnitKind::Notice, format!("{word}: {rest}"), (line, edges));
        } else if let Some(word) = carried {
            self.begin(UnitKind::Notice, word, (line, edges));
            if let Some(open) = &mut self.open {
                open.add(line);
            }
        } else if self.begins_step(line) {
            self.begin(UnitKind::Step, text.to_owned(), (line, edges));
        } else if text.contains(CELL_SEPARATOR) && label(text).is_none() && !self.is_in_notice(line) {
            self.close();
            let cells: Vec<&str> = text.split(CELL_SEPARATOR).map(str::trim).filter(|cell| !cell.is_empty()).collect();
            // A table above has used the caption up, unless nothing else was read since.
            let lead = self.caption.clone().filter(|_| !self.captioned || !self.left_table).unwrap_or_default();
            let over = if lead.is_empty() { Vec::new() } else { self.caption_spots.clone() };
            let printed = Printed { over, ..Printed::line(self.sheet, line) };
            self.push(UnitKind::Row, cells.join("; "), lead, printed);
        } else if let Some(open) = self.open.as_mut().filter(|open| open.takes(line) || is_item_of(open, line)) {
            open.add(line);
        } else {
            self.begin(UnitKind::Text, text.to_owned(), (line, edges));
        }
    }

    /// Whether a label begins a step here, and is not a reference that a line happens to begin with.
    fn begins_step(&self, line: &Line) -> bool {
        let Some(label) = label(&line.text) else { return false };
        let Some(open) = &self.open else { return true };
        if open.kind == UnitKind::Notice && label.style == LabelStyle::Bullet {
            return !open.takes_bullet(line);
        }
        if open.takes_number(line, label.number) {
            return false;
        }
        let is_reference = matches!(label.style, LabelStyle::NumberInBrackets | LabelStyle::LetterInBrackets);
        !open.is_bare() && (open.is_ended() || !is_reference)
    }

    /// Whether a signal word was read, and its text is to come.
    fn is_bare(&self) -> bool {
        self.open.as_ref().is_some_and(OpenUnit::is_bare)
    }

    /// Whether a line goes on with a notice; then gaps in it are those of justified text.
    fn is_in_notice(&self, line: &Line) -> bool {
        let open = self.open.as_ref().filter(|open| open.kind == UnitKind::Notice && !open.is_ended());
        open.is_some_and(|open| open.takes(line))
    }

    fn begin(&mut self, kind: UnitKind, text: String, at: (&Line, (f32, f32))) {
        self.close();
        self.open = Some(OpenUnit::new(kind, text, at));
    }
}

/// Whether a line is an item of a list in the notice.
fn is_item_of(open: &OpenUnit, line: &Line) -> bool {
    label(&line.text).filter(|_| open.kind == UnitKind::Notice).is_some_and(|label| match label.style {
        LabelStyle::Bullet => open.takes_bullet(line),
        _ => open.takes_number(line, label.number),
    })
}

/// The left and the right edge of lines.
fn edges(lines: &[Line]) -> (f32, f32) {
    let known = lines.iter().map(|line| line.area).filter(|area| !area.is_unknown());
    known.fold((f32::MAX, f32::MIN), |(left, right), area| (left.min(area.left), right.max(area.right)))
}
