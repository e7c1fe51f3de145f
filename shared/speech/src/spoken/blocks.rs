//! Converts Markdown to the plain text of its paragraphs, headings, items and rows.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// Longer code listings are mentioned instead of read, in characters.
const LONGEST_CODE: usize = 160;

/// Number of table rows that are read. Further rows are mentioned.
const ROWS: usize = 12;

/// The blocks of a text in their order.
pub(super) fn blocks(markdown: &str) -> Vec<String> {
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let mut reader = Reader::default();
    for event in Parser::new_ext(markdown, options) {
        reader.take(event);
    }
    reader.end_block();
    reader.blocks
}

#[derive(Default)]
struct Reader {
    blocks: Vec<String>,
    text: String,
    /// The next item number of each enclosing list; `None` for bullets.
    lists: Vec<Option<u64>>,
    /// The current code listing.
    code: Option<String>,
    table: Option<Table>,
    /// Whether text is struck out.
    struck: bool,
}

/// A table: the names of its columns, and the current row.
#[derive(Default)]
struct Table {
    names: Vec<String>,
    row: Vec<String>,
    rows: usize,
}

impl Reader {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(&tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) => self.add(&text),
            Event::Code(text) => self.add(&text),
            Event::Html(html) | Event::InlineHtml(html) => self.html(&html),
            Event::SoftBreak => self.text.push(' '),
            // Not the end of a sentence, but a pause.
            Event::HardBreak => self.text.push_str(", "),
            Event::Rule => self.end_block(),
            _ => {}
        }
    }

    fn add(&mut self, text: &str) {
        match &mut self.code {
            Some(code) => code.push_str(text),
            None if self.struck => {}
            None => self.text.push_str(text),
        }
    }

    /// The text between tags. A line break is a pause.
    fn html(&mut self, html: &str) {
        for (number, part) in html.split('<').enumerate() {
            let tag_end = if number == 0 { None } else { part.find('>') };
            let (tag, text) = tag_end.map_or(("", part), |end| part.split_at(end));
            if tag.get(..2).is_some_and(|name| name.eq_ignore_ascii_case("br")) {
                self.text.push_str(", ");
            }
            if number == 0 || tag_end.is_some() {
                self.text.push_str(text.strip_prefix('>').unwrap_or(text).trim_end_matches('\n'));
            }
        }
    }

    fn start(&mut self, tag: &Tag<'_>) {
        match tag {
            // An item's number and its first paragraph belong together.
            Tag::Paragraph if self.text.ends_with(": ") => {}
            Tag::Paragraph | Tag::Heading { .. } | Tag::BlockQuote(_) | Tag::HtmlBlock => self.end_block(),
            Tag::List(first) => {
                self.end_block();
                self.lists.push(*first);
            }
            Tag::Item => {
                self.end_block();
                if let Some(Some(number)) = self.lists.last_mut() {
                    self.text = format!("{number}: ");
                    *number += 1;
                }
            }
            Tag::CodeBlock(kind) => {
                self.end_block();
                // What is drawn as a diagram cannot be read.
                let drawn = matches!(kind, CodeBlockKind::Fenced(language) if &**language == "mermaid");
                self.code = Some(if drawn { " ".repeat(LONGEST_CODE + 1) } else { String::new() });
            }
            Tag::Table(_) => {
                self.end_block();
                self.table = Some(Table::default());
            }
            Tag::Strikethrough => self.struck = true,
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::BlockQuote(_) | TagEnd::HtmlBlock => {
                self.end_block();
            }
            TagEnd::List(_) => {
                self.end_block();
                self.lists.pop();
            }
            TagEnd::CodeBlock => self.end_code(),
            TagEnd::TableCell => {
                let cell = std::mem::take(&mut self.text);
                if let Some(table) = &mut self.table {
                    table.row.push(cell.trim().to_owned());
                }
            }
            TagEnd::TableHead => {
                if let Some(table) = &mut self.table {
                    table.names = std::mem::take(&mut table.row);
                }
            }
            TagEnd::TableRow => self.end_row(),
            TagEnd::Table => self.end_table(),
            TagEnd::Strikethrough => self.struck = false,
            _ => {}
        }
    }

    fn end_block(&mut self) {
        let block = std::mem::take(&mut self.text);
        if !block.trim().is_empty() {
            self.blocks.push(block);
        }
    }

    fn end_code(&mut self) {
        let code = self.code.take().unwrap_or_default();
        if code.len() > LONGEST_CODE {
            self.blocks.push("There is a listing here in the written text.".to_owned());
        } else {
            self.blocks.extend(code.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned));
        }
    }

    /// Reads a row with the names of its columns: "Bolt: M12, Torque: 80 N·m".
    fn end_row(&mut self) {
        let Some(table) = &mut self.table else { return };
        let row = std::mem::take(&mut table.row);
        table.rows += 1;
        if table.rows > ROWS {
            return;
        }
        let named = row.iter().enumerate().filter(|(_, cell)| !cell.is_empty()).map(|(column, cell)| {
            match table.names.get(column).filter(|name| !name.is_empty()) {
                Some(name) => format!("{name}: {cell}"),
                None => cell.clone(),
            }
        });
        let line = named.collect::<Vec<_>>().join(", ");
        if !line.is_empty() {
            self.blocks.push(line);
        }
    }

    fn end_table(&mut self) {
        let Some(table) = self.table.take() else { return };
        if table.rows == 0 && !table.names.is_empty() {
            self.blocks.push(table.names.join(", "));
        } else if table.rows > ROWS {
            self.blocks.push(format!("The written table has {} more rows.", table.rows - ROWS));
        }
    }
}
