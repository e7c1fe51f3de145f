//! What a page is made of: running text, lists and tables, each line with its place.

use serde::{Deserialize, Serialize};

/// A rectangle on the page as it is displayed, in points from its upper left corner, y downwards.
/// All zero where the place is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// Left edge.
    pub left: f32,
    /// Upper edge.
    pub top: f32,
    /// Right edge.
    pub right: f32,
    /// Lower edge.
    pub bottom: f32,
}

impl Area {
    /// The smallest rectangle that holds both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Its width times its height, in square points.
    #[must_use]
    pub fn surface(self) -> f32 {
        (self.right - self.left) * (self.bottom - self.top)
    }

    /// Whether the place is unknown.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self == Self::default()
    }
}

/// One printed line, cleaned by [`crate::normalize`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The text without leading and trailing white space.
    pub text: String,
    /// Font size in points; zero where unknown (plain text, OCR).
    pub size: f32,
    /// Whether most of the line is set in a bold face.
    pub bold: bool,
    /// Where it stands.
    #[serde(default)]
    pub area: Area,
    /// Whether it was recognised in a picture on a page of text: the label of a drawing, a cell of a scanned table.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_picture: bool,
}

impl Line {
    /// A line of which only the text is known.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), size: 0.0, bold: false, area: Area::default(), in_picture: false }
    }
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// The text of each column, empty where the cell is.
    pub cells: Vec<String>,
    /// The row as a printed line: its cells with three spaces, or leaders, between them.
    pub line: Line,
}

impl Row {
    /// A row from its cells and what stands between them, at a place.
    #[must_use]
    pub fn new(cells: Vec<String>, separator: &str, size: f32, area: Area) -> Self {
        let filled: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let line = Line { text: filled.join(separator), size, bold: false, area, in_picture: false };
        Self { cells, line }
    }
}

/// What stands between two cells of a row in a line of text.
pub const CELL_SEPARATOR: &str = "   ";

/// What stands between a text and the number that dots lead to.
pub const LEADERS: &str = " .... ";

/// Rows of cells in columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The heads of the columns, one for each; empty where a column has none, or it is uncertain.
    pub head: Vec<String>,
    /// The printed lines of the head.
    pub head_lines: Vec<Line>,
    /// The rows below the head; each has as many cells as the head.
    pub rows: Vec<Row>,
}

impl Table {
    /// The printed lines: those of the head, then those of the rows.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.head_lines.iter().chain(self.rows.iter().map(|row| &row.line))
    }

    /// The same, to be changed.
    pub fn lines_mut(&mut self) -> impl Iterator<Item = &mut Line> {
        self.head_lines.iter_mut().chain(self.rows.iter_mut().map(|row| &mut row.line))
    }

    /// The table in Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = markdown_row(&self.head);
        text.push('\n');
        text.push('|');
        self.head.iter().for_each(|_| text.push_str("---|"));
        for row in &self.rows {
            text.push('\n');
            text.push_str(&markdown_row(&row.cells));
        }
        text
    }

    /// The table as aligned columns of plain text, as it is printed.
    #[must_use]
    pub fn plain(&self) -> String {
        let rows = || std::iter::once(&self.head).chain(self.rows.iter().map(|row| &row.cells));
        let width = |cells: &Vec<String>, column: usize| cells.get(column).map_or(0, |cell| cell.chars().count());
        let widths: Vec<usize> = (0..self.head.len())
            .map(|column| rows().map(|cells| width(cells, column)).filter(|width| *width <= WIDEST).max().unwrap_or(0))
            .collect();
        let line = |cells: &Vec<String>| {
            let padded = cells.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
            padded.collect::<Vec<_>>().join(CELL_SEPARATOR).trim_end().to_owned()
        };
        rows().map(line).filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// Cells that are longer are not made room for in columns of plain text.
const WIDEST: usize = 48;

/// One row of a Markdown table.
#[must_use]
pub fn markdown_row(cells: &[String]) -> String {
    let mut text = String::from("|");
    for cell in cells {
        text.push(' ');
        text.push_str(&cell.replace('|', "\\|"));
        text.push_str(" |");
    }
    text
}

/// A part of a page, in reading order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Running text, titles, labels of a figure: printed lines.
    Prose(Vec<Line>),
    /// Items with a mark or number before each; an item may run over several lines.
    List(Vec<Line>),
    /// A table.
    Table(Table),
}

impl Block {
    /// The printed lines, a table's head and rows included.
    #[must_use]
    pub fn lines(&self) -> Box<dyn Iterator<Item = &Line> + '_> {
        match self {
            Self::Prose(lines) | Self::List(lines) => Box::new(lines.iter()),
            Self::Table(table) => Box::new(table.lines()),
        }
    }

    /// The same, to be changed.
    pub fn lines_mut(&mut self) -> Box<dyn Iterator<Item = &mut Line> + '_> {
        match self {
            Self::Prose(lines) | Self::List(lines) => Box::new(lines.iter_mut()),
            Self::Table(table) => Box::new(table.lines_mut()),
        }
    }

    /// The text as it is printed: lines, or aligned columns.
    #[must_use]
    pub fn plain(&self) -> String {
        if let Self::Table(table) = self { table.plain() } else { self.text() }
    }

    /// The text for language models: printed lines, or a table in Markdown.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Prose(lines) | Self::List(lines) => {
                let texts: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
                texts.join("\n")
            }
            Self::Table(table) => table.markdown(),
        }
    }
}
