//! The blocks of a page for clients: paragraphs, lists, tables, warnings and figures, with their areas.

use std::collections::BTreeSet;

use super::units::{Unit, UnitKind, label};
use super::{Area, Block, Line, Page, PageSource, Spot, Table};
use foundation::page_boxes::PageBox;
use foundation::page_texts::{PageBlock, PageRow};

/// A picture that covers at least this share of the page is a scan of the whole page.
const WHOLE: f32 = 0.8;

/// The blocks of a page in reading order, figures last. `units` are those of this page and the previous one.
#[must_use]
pub fn parts(page: &Page, units: &[Unit]) -> Vec<PageBlock> {
    let reader = Reader::of(page, units);
    let mut told = BTreeSet::new();
    let mut parts = Vec::new();
    for block in &page.blocks {
        let lines: Vec<&Line> = block.lines().collect();
        // A frame around a warning looks like a table.
        let table = match block {
            Block::Table(table) if lines.iter().any(|line| reader.notice(line).is_none()) => Some(table),
            _ => None,
        };
        if let Some(table) = table {
            parts.push(reader.table(table));
            continue;
        }
        for group in lines.chunk_by(|a, b| reader.notice(a) == reader.notice(b)) {
            match group.first().and_then(|first| reader.notice(first)) {
                Some(at) if told.insert(at) => parts.extend(reader.warning(at)),
                Some(_) => {}
                None => parts.push(reader.text(group, matches!(block, Block::List(_)))),
            }
        }
    }
    let size = page.size.0 * page.size.1;
    let is_figure = |area: &&Area| {
        let share = area.surface() / size.max(1.0);
        page.source != PageSource::Ocr && share < WHOLE
    };
    let figures = page.unread.iter().filter(is_figure).filter_map(|area| reader.place([*area]));
    parts.extend(figures.map(|place| PageBlock::Figure { place: Some(place) }));
    parts
}

struct Reader<'a> {
    page: &'a Page,
    units: &'a [Unit],
    /// Warnings, cautions and notes on the page.
    notices: Vec<&'a Unit>,
}

impl<'a> Reader<'a> {
    fn of(page: &'a Page, units: &'a [Unit]) -> Self {
        let is_here = |unit: &&Unit| unit.spots.iter().any(|spot| spot.page == page.number);
        let notices = units.iter().filter(|unit| unit.kind == UnitKind::Notice).filter(is_here).collect();
        Self { page, units, notices }
    }

    fn spot(&self, areas: impl IntoIterator<Item = Area>) -> Option<Spot> {
        let known = areas.into_iter().filter(|area| !area.is_unknown()).reduce(Area::union)?;
        Spot::of(self.page.number, known, self.page.size)
    }

    fn place(&self, areas: impl IntoIterator<Item = Area>) -> Option<PageBox> {
        self.spot(areas).map(PageBox::from)
    }

    /// The index of the notice that a line belongs to.
    fn notice(&self, line: &Line) -> Option<usize> {
        let spot = self.spot([line.area])?;
        self.notices.iter().position(|unit| unit.spots.iter().any(|known| known.holds(spot)))
    }

    fn warning(&self, at: usize) -> Option<PageBlock> {
        let unit = self.notices.get(at)?;
        let (word, text) = unit.text.split_once(':').unwrap_or(("", &unit.text));
        let here = unit.spots.iter().filter(|spot| spot.page == self.page.number).copied();
        let place = here.reduce(Spot::union).map(PageBox::from);
        Some(PageBlock::Warning { word: word.to_owned(), text: text.trim().to_owned(), place })
    }

    fn text(&self, lines: &[&Line], is_list: bool) -> PageBlock {
        let place = self.place(lines.iter().map(|line| line.area));
        if !is_list {
            let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
            return PageBlock::Prose { text: texts.join("\n"), place };
        }
        let mut items: Vec<String> = Vec::new();
        for line in lines {
            match items.last_mut().filter(|_| label(&line.text).is_none()) {
                Some(item) => *item = format!("{item} {}", line.text),
                None => items.push(line.text.clone()),
            }
        }
        PageBlock::List { items, place }
    }

    fn table(&self, table: &Table) -> PageBlock {
        let rows =
            table.rows.iter().map(|row| PageRow { cells: row.cells.clone(), place: self.place([row.line.area]) });
        PageBlock::Table {
            title: self.title(table),
            heads: table.head.clone(),
            rows: rows.collect(),
            place: self.place(table.lines().map(|line| line.area)),
        }
    }

    /// The title of a table, if it is printed on this page or the previous one.
    fn title(&self, table: &Table) -> Option<String> {
        let own: Vec<Spot> = table.rows.iter().filter_map(|row| self.spot([row.line.area])).collect();
        let is_own = |unit: &&Unit| unit.kind == UnitKind::Row && unit.spots.iter().any(|spot| own.contains(spot));
        let row = self.units.iter().find(is_own)?;
        let is_over =
            |unit: &&Unit| unit.kind == UnitKind::Title && unit.spots.iter().any(|spot| row.over.contains(spot));
        self.units.iter().find(is_over).map(|unit| unit.text.clone())
    }
}

#[cfg(test)]
#[expect(clippy::indexing_slicing, reason = "tests")]
mod tests {
    use super::*;
    use crate::Row;
    use crate::outline::outline;
    use crate::units::units;

    fn at(top: f32) -> Area {
        Area { left: 60.0, top, right: 540.0, bottom: top + 10.0 }
    }

    fn line(top: f32, text: &str) -> Line {
        Line { area: at(top), size: 10.0, ..Line::plain(text) }
    }

    fn row(top: f32, cells: [&str; 2]) -> Row {
        Row::new(cells.map(str::to_owned).to_vec(), "   ", 10.0, at(top))
    }

    #[test]
    fn a_page_is_told_as_paragraphs_lists_tables_and_warnings() {
        let table = Table {
            head: ["PART", "TORQUE"].map(str::to_owned).to_vec(),
            head_lines: vec![row(230.0, ["PART", "TORQUE"]).line],
            rows: vec![row(250.0, ["Lid bolts", "40 Nm"])],
        };
        let blocks = vec![
            Block::Prose(vec![
                line(100.0, "The hoist must turn freely at all times."),
                line(130.0, "WARNING"),
                line(142.0, "Keep clear of the load."),
            ]),
            Block::List(vec![
                line(170.0, "1. Remove the pins and"),
                line(182.0, "the hook."),
                line(194.0, "2. Go on."),
            ]),
            Block::Prose(vec![line(215.0, "Table 7-1. Lid Torques")]),
            Block::Table(table),
        ];
        let source = PageSource::TextLayer;
        let unread = vec![Area { left: 60.0, top: 400.0, right: 500.0, bottom: 700.0 }];
        let page = Page { blocks, size: (600.0, 800.0), source, has_text: true, unread, ..Page::blank(1) };
        let pages = [page];
        let found = parts(&pages[0], &units(&pages, &outline(&pages)));
        let [PageBlock::Prose { text, .. }, PageBlock::Warning { word, text: warning, place }, rest @ ..] =
            found.as_slice()
        else {
            panic!("{found:?}")
        };
        assert_eq!((text.as_str(), word.as_str()), ("The hoist must turn freely at all times.", "WARNING"));
        assert_eq!(warning, "Keep clear of the load.");
        assert!(
            place.is_some_and(|place| place.y < 131.0 / 800.0 && place.y + place.height > 151.0 / 800.0),
            "{place:?}"
        );
        let [
            PageBlock::List { items, .. },
            PageBlock::Prose { .. },
            PageBlock::Table { title, heads, rows, .. },
            figure,
        ] = rest
        else {
            panic!("{rest:?}")
        };
        assert_eq!(*items, ["1. Remove the pins and the hook.", "2. Go on."]);
        assert_eq!(title.as_deref(), Some("Table 7-1. Lid Torques"));
        assert_eq!(
            (heads.as_slice(), &rows[0].cells),
            (["PART".to_owned(), "TORQUE".to_owned()].as_slice(), &vec!["Lid bolts".to_owned(), "40 Nm".to_owned()])
        );
        assert!(rows[0].place.is_some() && matches!(figure, PageBlock::Figure { place: Some(_) }));
    }
}
