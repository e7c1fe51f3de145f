//! From pages to units, line by line.

mod rows;

use std::ops::Range;

use super::paragraphs::{Open, append};
use super::tables::Known;
use super::trace::{Printed, Sheet, spots};
use super::{LabelStyle, Unit, UnitKind, label, notice_at, notice_word, sentences};
use crate::documents::outline::{Heading, HeadingKind, LineKind, PageOutline};
use crate::documents::{Block, CELL_SEPARATOR, Line, Page, Spot};

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
    sheet: Sheet,
    open: Option<Open>,
    /// A signal word at the end of a page, whose text is on the next.
    carried: Option<String>,
    /// Whether the title that is being read is the first line of a notice.
    titled_notice: bool,
    /// The title of the table that comes next.
    caption: Option<String>,
    /// Where it stands.
    caption_spots: Vec<Spot>,
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

    /// Whether what looks like a title is the first line below a signal word: `WARNING`, `HIGH VOLTAGE`.
    fn is_title_of_notice(&self, heading: &Heading) -> bool {
        let is_numbered = heading.title.starts_with(|c: char| c.is_ascii_digit()) || label(&heading.title).is_some();
        self.is_bare()
            && heading.kind == HeadingKind::Section
            && heading.level > 2
            && !heading.continued
            && !is_numbered
    }

    fn title(&mut self, heading: &Heading, line: &Line) {
        let printed = Printed::line(self.sheet, line);
        self.carry();
        self.close();
        self.titled_notice = false;
        let continued = heading.continued || self.is_open(heading);
        if !continued && heading.kind == HeadingKind::Section {
            self.carried = None;
        }
        if heading.kind == HeadingKind::Caption {
            self.caption = Some(heading.title.clone());
            self.caption_spots.clone_from(&printed.spots);
            self.captioned = false;
        } else {
            if !continued {
                // A title between a table and its caption is part of the table's head.
                if self.captioned {
                    self.caption = None;
                }
                self.left_table = true;
                self.task += u32::from(heading.level <= 2);
            }
            self.enter(heading);
        }
        self.push(UnitKind::Title, heading.title.clone(), String::new(), printed);
    }

    /// A further line of a title.
    fn title_goes_on(&mut self, line: &Line) {
        let Some(title) = self.units.last_mut().filter(|unit| unit.kind == UnitKind::Title) else { return };
        title.spots.extend(spots(self.sheet, [line.area]));
    }

    /// Whether the section is in force already: its number says so, where its words differ a little.
    fn is_open(&self, heading: &Heading) -> bool {
        heading.kind == HeadingKind::Section && self.titles.iter().any(|open| is_same_section(open, heading))
    }

    /// Keeps a signal word whose text comes behind a caption, or on the next page.
    fn carry(&mut self) {
        if let Some(open) = self.open.take_if(|open| open.is_bare()) {
            self.carried = Some(open.text);
        }
    }

    fn enter(&mut self, heading: &Heading) {
        if self.titles.iter().any(|open| is_same_section(open, heading)) {
            self.titles.retain(|(level, _)| *level <= heading.level);
            return;
        }
        self.titles.retain(|(level, _)| *level < heading.level);
        self.titles.push((heading.level, heading.title.clone()));
    }

    fn body(&mut self, line: &Line, edges: (f32, f32)) {
        let text = line.text.as_str();
        if !text.chars().any(char::is_alphanumeric) {
            // The sign beside a warning.
            return;
        }
        let carried = self.carried.take();
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
            let lead = self.caption.clone().unwrap_or_default();
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
        self.open.as_ref().is_some_and(Open::is_bare)
    }

    /// Whether a line goes on with a notice; then gaps in it are those of justified text.
    fn is_in_notice(&self, line: &Line) -> bool {
        let open = self.open.as_ref().filter(|open| open.kind == UnitKind::Notice && !open.is_ended());
        open.is_some_and(|open| open.takes(line))
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
        let sheet = self.sheet;
        match open.kind {
            UnitKind::Text if is_long => {
                let mut at = 0;
                for sentence in sentences(&open.text) {
                    at += open.text.get(at..).and_then(|rest| rest.find(sentence)).unwrap_or(0);
                    let begin = at;
                    let spots = |bytes: Range<usize>| open.spots(&(begin + bytes.start..begin + bytes.end), sheet);
                    self.push_cut(UnitKind::Text, sentence, &spots);
                    at += sentence.len();
                }
            }
            kind => self.push_cut(kind, &open.text, &|bytes| open.spots(&bytes, sheet)),
        }
    }

    /// Adds a text, in parts where it is too long for one unit; `spots` says where its bytes stand. All parts of a
    /// notice are notices.
    fn push_cut(&mut self, kind: UnitKind, text: &str, spots: &dyn Fn(Range<usize>) -> Vec<Spot>) {
        let mut kind = kind;
        let mut rest = text;
        let name = text.split_once(": ").map(|(name, _)| name).filter(|_| kind == UnitKind::Notice);
        while let Some((cut, _)) = rest.char_indices().nth(LONGEST) {
            let head = rest.get(..cut).unwrap_or_default();
            let end = head.rfind(' ').filter(|end| *end > cut / 2).unwrap_or(cut);
            let begin = text.len() - rest.len();
            let printed = Printed { spots: spots(begin..begin + end), over: Vec::new() };
            let cut = part(rest.get(..end).unwrap_or_default().trim_end(), begin > 0, name);
            self.push(kind, cut, String::new(), printed);
            rest = rest.get(end..).unwrap_or_default().trim_start();
            if name.is_none() {
                kind = UnitKind::Text;
            }
        }
        if !rest.is_empty() {
            let begin = text.len() - rest.len();
            let printed = Printed { spots: spots(begin..text.len()), over: Vec::new() };
            self.push(kind, part(rest, begin > 0, name), String::new(), printed);
        }
    }

    fn push(&mut self, kind: UnitKind, text: String, lead: String, printed: Printed) {
        let titles: Vec<&str> = self.titles.iter().map(|(_, title)| title.as_str()).collect();
        let (titles, page, task) = (titles.join(" > "), self.page, self.task);
        let Printed { spots, over } = printed;
        self.units.push(Unit { kind, text, titles, lead, page, page_end: page, task, place: None, spots, over });
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

/// Whether a title is that of a section in force, word by word or by its number (`4-2.`, `2-1.1`).
fn is_same_section((level, open): &(u8, String), heading: &Heading) -> bool {
    let number = |title: &str| {
        let number = title.split_whitespace().next().unwrap_or_default().trim_end_matches('.');
        let is_compound = number.starts_with(|c: char| c.is_ascii_digit()) && number.contains(['-', '.']);
        is_compound.then(|| number.to_owned())
    };
    let is_same_number = || number(open).is_some_and(|own| Some(own) == number(&heading.title));
    *level == heading.level && (*open == heading.title || is_same_number())
}

/// Whether a line is an item of a list in the notice.
fn is_item_of(open: &Open, line: &Line) -> bool {
    label(&line.text).filter(|_| open.kind == UnitKind::Notice).is_some_and(|label| match label.style {
        LabelStyle::Bullet => open.takes_bullet(line),
        _ => open.takes_number(line, label.number),
    })
}

/// A part of a text; further parts of a notice are named as the first is.
fn part(text: &str, is_further: bool, name: Option<&str>) -> String {
    match name.filter(|_| is_further) {
        Some(name) => format!("{name}: {text}"),
        None => text.to_owned(),
    }
}

/// The left and the right edge of lines.
fn edges(lines: &[Line]) -> (f32, f32) {
    let known = lines.iter().map(|line| line.area).filter(|area| !area.is_unknown());
    known.fold((f32::MAX, f32::MIN), |(left, right), area| (left.min(area.left), right.max(area.right)))
}
