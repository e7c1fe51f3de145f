//! Blocks of a page: running text, lists and tables. Each line has its area.

use serde::{Deserialize, Serialize};

/// A rectangle on the page as it is displayed, in points from the upper left corner, y downwards. All zero if unknown.
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
    /// The smallest rectangle that contains both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Its surface in square points.
    #[must_use]
    pub fn surface(self) -> f32 {
        (self.right - self.left) * (self.bottom - self.top)
    }

    /// Whether the area is unknown.
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
    /// Whether most of the line is bold.
    pub bold: bool,
    /// Its area on the page.
    #[serde(default)]
    pub area: Area,
    /// Whether it was recognised in a picture on a page of text, as a label of a drawing or a cell of a scanned table.
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
    /// The text of each column; empty for empty cells.
    pub cells: Vec<String>,
    /// The row as a printed line, with three spaces or dot leaders between its cells.
    pub line: Line,
}

impl Row {
    /// A row with its cells, the separator of its printed line, and its font size and area.
    #[must_use]
    pub fn new(cells: Vec<String>, separator: &str, size: f32, area: Area) -> Self {
        let filled: Vec<&str> = cells.iter().map(String::as_str).filter(|cell| !cell.is_empty()).collect();
        let line = Line { text: filled.join(separator), size, bold: false, area, in_picture: false };
        Self { cells, line }
    }
}

/// Separates two cells of a row in a line of text.
pub const CELL_SEPARATOR: &str = "   ";

/// Separates a text from the number that dot leaders lead to.
pub const LEADERS: &str = " .... ";

/// A table: rows of cells in columns.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The column heads; empty for columns without a head or with an uncertain one.
    pub head: Vec<String>,
    /// The printed lines of the head.
    pub head_lines: Vec<Line>,
    /// The rows below the head. Each has as many cells as the head.
    pub rows: Vec<Row>,
}

impl Table {
    /// The printed lines: those of the head, then those of the rows.
    pub fn lines(&self) -> impl Iterator<Item = &Line> {
        self.head_lines.iter().chain(self.rows.iter().map(|row| &row.line))
    }

    /// The same, mutable.
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

    /// The table in plain text, with aligned columns.
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

/// Maximum width of a column in plain text. Longer cells are not aligned.
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
    /// List items with their bullets or numbers. An item may have several lines.
    List(Vec<Line>),
    /// A table.
    Table(Table),
}

impl Block {
    /// The printed lines, including those of a table's head and rows.
    #[must_use]
    pub fn lines(&self) -> Box<dyn Iterator<Item = &Line> + '_> {
        match self {
            Self::Prose(lines) | Self::List(lines) => Box::new(lines.iter()),
            Self::Table(table) => Box::new(table.lines()),
        }
    }

    /// The same, mutable.
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
