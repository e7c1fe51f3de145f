//! From pages to units, line by line.

use super::paragraphs::{Open, append};
use super::tables::{Known, Read};
use super::{LabelStyle, Place, Unit, UnitKind, label, notice_at, notice_word, sentences};
use crate::documents::outline::{Heading, HeadingKind, LineKind, PageOutline};
use crate::documents::{Block, CELL_SEPARATOR, Line, Page, Table};

/// Characters from which a paragraph is cut into its sentences.
const LONG_PARAGRAPH: usize = 320;
/// Most characters of one unit.
const LONGEST: usize = 1_500;
/// Most bytes taken from the next page to end a sentence.
const MOST_RUN_OVER: usize = 240;

/// Reads the pages of a document in their order.
#[derive(Debug, Default)]
pub(super) struct Reader {
    units: Vec<Unit>,
    titles: Vec<(u8, String)>,
    task: u32,
    page: u32,
    open: Option<Open>,
    /// The title of the table that comes next.
    caption: Option<String>,
    /// Whether a table with this title was read.
    captioned: bool,
    table: Known,
    tables: u32,
    /// Whether something else was read since the last table.
    left_table: bool,
}

impl Reader {
    pub(super) fn page(&mut self, page: &Page, outline: &PageOutline) {
        self.run_over(page, outline);
        self.page = page.number;
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
        self.close();
    }

    pub(super) fn finish(mut self) -> Vec<Unit> {
        self.close();
        self.units
    }

    fn line(&mut self, line: &Line, kind: &LineKind, edges: (f32, f32)) {
        match kind {
            LineKind::Furniture | LineKind::HeadingRest => {}
            LineKind::Heading(heading) => self.title(heading),
            LineKind::Pointer => {
                self.close();
                self.begin(UnitKind::Text, line.text.clone(), (line, edges));
                self.close();
            }
            LineKind::Body => self.body(line, edges),
        }
    }

    fn title(&mut self, heading: &Heading) {
        self.close();
        if heading.kind == HeadingKind::Caption {
            self.caption = Some(heading.title.clone());
            self.captioned = false;
        } else {
            if !heading.continued {
                // A title between a table and its caption is part of the table's head.
                if self.captioned {
                    self.caption = None;
                }
                self.left_table = true;
                self.task += u32::from(heading.level <= 2);
            }
            self.enter(heading);
        }
        self.push(UnitKind::Title, heading.title.clone(), String::new());
    }

    fn enter(&mut self, heading: &Heading) {
        if self.titles.iter().any(|(level, title)| *level == heading.level && *title == heading.title) {
            self.titles.retain(|(level, _)| *level <= heading.level);
            return;
        }
        self.titles.retain(|(level, _)| *level < heading.level);
        self.titles.push((heading.level, heading.title.clone()));
    }

    fn body(&mut self, line: &Line, edges: (f32, f32)) {
        let text = line.text.as_str();
        if let Some(word) = notice_word(text) {
            self.begin(UnitKind::Notice, format!("{word}:"), (line, edges));
        } else if let Some((word, rest)) = notice_at(text) {
            self.begin(UnitKind::Notice, format!("{word}: {rest}"), (line, edges));
        } else if self.begins_step(text) {
            self.begin(UnitKind::Step, text.to_owned(), (line, edges));
        } else if text.contains(CELL_SEPARATOR) && label(text).is_none() {
            self.close();
            let cells: Vec<&str> = text.split(CELL_SEPARATOR).map(str::trim).filter(|cell| !cell.is_empty()).collect();
            let lead = self.caption.clone().unwrap_or_default();
            self.push(UnitKind::Row, cells.join("; "), lead);
        } else if let Some(open) = self.open.as_mut().filter(|open| open.takes(line)) {
            open.add(line);
        } else {
            self.begin(UnitKind::Text, text.to_owned(), (line, edges));
        }
    }

    /// Whether a label begins a step here, and is not a reference that a line happens to begin with.
    fn begins_step(&self, text: &str) -> bool {
        let Some(label) = label(text) else { return false };
        let Some(open) = &self.open else { return true };
        if open.kind == UnitKind::Notice && label.style == LabelStyle::Bullet {
            return open.text.len() > LONGEST / 2;
        }
        let is_reference = matches!(label.style, LabelStyle::NumberInBrackets | LabelStyle::LetterInBrackets);
        !open.is_bare() && (open.is_ended() || !is_reference)
    }

    fn begin(&mut self, kind: UnitKind, text: String, at: (&Line, (f32, f32))) {
        self.close();
        self.open = Some(Open::new(kind, text, at));
    }

    /// Ends what is being read.
    fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        if open.is_bare() {
            return;
        }
        self.left_table = true;
        let is_long = open.text.chars().count() > LONG_PARAGRAPH;
        match open.kind {
            UnitKind::Text if is_long => {
                for sentence in sentences(&open.text) {
                    self.push_cut(UnitKind::Text, sentence);
                }
            }
            kind => self.push_cut(kind, &open.text),
        }
    }

    /// Adds a text, in parts where it is too long for one unit.
    fn push_cut(&mut self, kind: UnitKind, text: &str) {
        let mut kind = kind;
        let mut rest = text;
        while let Some((cut, _)) = rest.char_indices().nth(LONGEST) {
            let head = rest.get(..cut).unwrap_or_default();
            let end = head.rfind(' ').filter(|end| *end > cut / 2).unwrap_or(cut);
            self.push(kind, rest.get(..end).unwrap_or_default().trim_end().to_owned(), String::new());
            rest = rest.get(end..).unwrap_or_default().trim_start();
            kind = UnitKind::Text;
        }
        if !rest.is_empty() {
            self.push(kind, rest.to_owned(), String::new());
        }
    }

    fn push(&mut self, kind: UnitKind, text: String, lead: String) {
        let titles: Vec<&str> = self.titles.iter().map(|(_, title)| title.as_str()).collect();
        let (titles, page, task) = (titles.join(" > "), self.page, self.task);
        self.units.push(Unit { kind, text, titles, lead, page, page_end: page, task, place: None });
    }

    fn table(&mut self, table: &Table) {
        self.close();
        let boxed = |line: &Line| notice_word(&line.text).is_some();
        if table.head.len() <= 2 && table.head_lines.iter().chain(table.rows.iter().map(|row| &row.line)).any(boxed) {
            self.boxed(table);
            return;
        }
        let inside = table.head_lines.first().filter(|line| is_caption(&line.text)).map(|line| line.text.clone());
        let caption = inside.or_else(|| self.caption.clone());
        let follows = !self.left_table || caption.is_some();
        if !(follows && self.tables > 0 && self.table.goes_on_in(table, caption.as_deref())) {
            self.table.begin(table, caption, self.tables);
            self.tables += 1;
        }
        for read in self.table.read(table) {
            match read {
                Read::Remark(text) => self.push_cut(UnitKind::Text, &text),
                Read::Row(lead, text) => {
                    self.table.rows += 1;
                    let place = Place { group: self.table.group, at: self.table.rows, of: 0, depth: 0 };
                    self.push(UnitKind::Row, text, lead);
                    if let Some(unit) = self.units.last_mut() {
                        unit.place = Some(place);
                    }
                }
            }
        }
        self.left_table = false;
        self.captioned = true;
    }

    /// A frame around a warning looks like a table.
    fn boxed(&mut self, table: &Table) {
        let lines: Vec<Line> = table.head_lines.iter().chain(table.rows.iter().map(|row| &row.line)).cloned().collect();
        let edges = edges(&lines);
        for line in &lines {
            self.body(line, edges);
        }
        self.close();
    }

    /// Ends a sentence that runs over the page's border with its rest from the next page.
    fn run_over(&mut self, next: &Page, outline: &PageOutline) {
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
        let body = lines.take_while(|(_, kind)| **kind == LineKind::Body).map(|(line, _)| line);
        for line in std::iter::once(first).chain(body) {
            let part = line.text.get(..sentences::end(&line.text)).unwrap_or(&line.text);
            if tail.len() + part.len() > MOST_RUN_OVER {
                return;
            }
            append(&mut tail, part);
            if part.ends_with(['.', '!', '?', ';', ':']) {
                append(&mut last.text, &tail);
                last.page_end = next.number;
                return;
            }
        }
    }
}

/// The left and the right edge of lines.
fn edges(lines: &[Line]) -> (f32, f32) {
    let known = lines.iter().map(|line| line.area).filter(|area| !area.is_unknown());
    known.fold((f32::MAX, f32::MIN), |(left, right), area| (left.min(area.left), right.max(area.right)))
}

/// `Table 2-1. Torque limits`.
fn is_caption(line: &str) -> bool {
    let Some((word, rest)) = line.split_once(' ') else { return false };
    let names = ["table", "tab.", "tabelle", "tabla", "tableau", "cuadro"];
    names.contains(&word.to_lowercase().as_str())
        && rest.trim_start().chars().take(3).any(|c| c.is_ascii_digit() || c == '-')
}
