//! Citation marks `[n]`: renumbers them from passages to citations while the text streams.

use super::snippet::snippet;
use crate::library::Passage;
use foundation::page_boxes::{PageBox, marks};
use shared::store::Citation;

/// Maximum length of a text between brackets that is held back as a possible mark.
const LONGEST_MARK: usize = 40;
/// Maximum number of links to pages of one source.
const MOST_LINKS: usize = 8;

/// Renumbers the marks of a streamed text in the order of their first use, and drops those that refer to no passage.
/// Leaves code spans and links alone.
#[derive(Debug)]
pub struct Marks {
    passages: usize,
    /// The cited passages, in the order of their citation numbers.
    cited: Vec<usize>,
    /// Text that may become a mark, or white space before one.
    held: String,
    in_code: bool,
    /// Whether the previous character was a backslash.
    escaped: bool,
}

impl Marks {
    /// For a text that may cite `passages` passages.
    #[must_use]
    pub fn new(passages: usize) -> Self {
        Self { passages, cited: Vec::new(), held: String::new(), in_code: false, escaped: false }
    }

    /// Takes the next piece of text and returns what is final.
    pub fn push(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for character in text.chars() {
            if std::mem::take(&mut self.escaped) {
                // A backslash leaves nothing held.
                out.push(character);
                continue;
            }
            self.escaped = character == '\\' && !self.in_code;
            self.take(character, &mut out);
        }
        out
    }

    /// Returns the remaining text.
    pub fn finish(&mut self) -> String {
        let mut out = String::new();
        self.settle(None, &mut out);
        out
    }

    /// The indices of the passages cited so far, in the order of their numbers.
    #[must_use]
    pub fn cited(&self) -> &[usize] {
        &self.cited
    }

    fn take(&mut self, character: char, out: &mut String) {
        if character == '`' {
            self.settle(Some(character), out);
            self.in_code = !self.in_code;
            out.push(character);
            return;
        }
        if self.in_code {
            out.push(character);
            return;
        }
        let bracket = self.held.find('[');
        match (bracket, character) {
            // The mark is whole; the next character says whether it is a link.
            (Some(_), _) if self.held.ends_with(']') => {
                self.settle(Some(character), out);
                self.take(character, out);
            }
            (Some(at), _) if mark_goes_on(self.held.get(at + 1..).unwrap_or_default(), character) => {
                self.held.push(character);
            }
            (Some(_), _) => {
                self.settle(Some(character), out);
                self.take(character, out);
            }
            // White space before a dropped mark goes with it.
            (None, '[' | ' ') => {
                if character == ' ' && !self.held.is_empty() {
                    out.push_str(&std::mem::take(&mut self.held));
                }
                self.held.push(character);
            }
            (None, _) => {
                out.push_str(&std::mem::take(&mut self.held));
                out.push(character);
            }
        }
    }

    /// Processes the held text, given the character after it.
    fn settle(&mut self, next: Option<char>, out: &mut String) {
        let held = std::mem::take(&mut self.held);
        let Some((space, numbers)) = held.strip_suffix(']').and_then(|mark| mark.split_once('[')) else {
            out.push_str(&held);
            return;
        };
        if next == Some('(') {
            out.push_str(&held);
            return;
        }
        let places: Vec<usize> = numbers.split(',').filter_map(|number| self.place(number)).collect();
        if !places.is_empty() {
            out.push_str(space);
        }
        for place in places {
            out.push_str(&format!("[{}]", place + 1));
        }
    }

    /// The index among the citations of the passage with this number.
    fn place(&mut self, number: &str) -> Option<usize> {
        self.cite(number.trim().parse::<usize>().ok()?.checked_sub(1)?)
    }

    /// The index among the citations of this passage, which counts as cited from now on.
    pub fn cite(&mut self, passage: usize) -> Option<usize> {
        if passage >= self.passages {
            return None;
        }
        if let Some(place) = self.cited.iter().position(|cited| *cited == passage) {
            return Some(place);
        }
        self.cited.push(passage);
        Some(self.cited.len() - 1)
    }
}

/// Whether `character` can follow `inside` in a mark such as `[3]` or `[1, 4]`.
fn mark_goes_on(inside: &str, character: char) -> bool {
    let has_number = inside.ends_with(|last: char| last.is_ascii_digit());
    inside.len() < LONGEST_MARK
        && match character {
            ']' | ',' => has_number,
            ' ' => inside.ends_with(','),
            digit => digit.is_ascii_digit(),
        }
}

/// The citations of these passages, each with its most relevant part for the query.
#[must_use]
pub fn citations(cited: &[usize], passages: &[Passage], query: &str) -> Vec<Citation> {
    let passages = cited.iter().filter_map(|passage| passages.get(*passage));
    let numbered = passages.zip(1_u32..);
    let citation = |(passage, index): (&Passage, u32)| Citation {
        index,
        document_id: passage.hit.document_id.clone(),
        file_name: passage.hit.file_name.clone(),
        page: passage.hit.page,
        page_end: passage.hit.page_end,
        snippet: snippet(&passage.hit.content, query),
        score: passage.hit.score,
        boxes: Vec::new(),
    };
    numbered.map(citation).collect()
}

/// The closing list of sources; empty if nothing is cited. If the gateway's URL is known, each page links to its
/// picture, with the cited areas highlighted.
#[must_use]
pub fn source_list(citations: &[Citation], gateway_url: &str) -> String {
    if citations.is_empty() {
        return String::new();
    }
    let mut list = String::from("\n\n**Sources**\n");
    for citation in citations {
        let Citation { index, page, .. } = citation;
        let source = match gateway_url.trim_end_matches('/') {
            "" => format!("{}, {}", escape(&citation.file_name), pages(*page, citation.page_end)),
            gateway_url => links(citation, gateway_url),
        };
        list.push_str(&format!("\n- [{index}] {source}"));
    }
    list
}

/// The URL of a page's picture, with those of the areas highlighted that are on it.
pub(super) fn page_address(gateway_url: &str, document_id: &str, page: u32, boxes: &[PageBox]) -> String {
    let mark = marks(boxes.iter().filter(|one| one.page == page));
    let query = if mark.is_empty() { String::new() } else { format!("?mark={mark}") };
    let gateway_url = gateway_url.trim_end_matches('/');
    format!("{gateway_url}/api/v1/repository/documents/{document_id}/pages/{page}/image{query}")
}

/// Links to the pages of a source: those with areas to highlight, otherwise all.
fn links(citation: &Citation, gateway_url: &str) -> String {
    let Citation { document_id, boxes, .. } = citation;
    let mut shown: Vec<u32> = boxes.iter().map(|one| one.page).collect();
    if shown.is_empty() {
        shown = (citation.page..=citation.page_end.max(citation.page)).take(MOST_LINKS).collect();
    }
    // What the answer rests on stands on the passage's own page; others hold its warnings, its heads, or its end.
    shown.sort_unstable_by_key(|page| (*page != citation.page, *page));
    shown.dedup();
    let link = |(at, page): (usize, &u32)| {
        let name = if at == 0 { format!("{}, ", escape(&citation.file_name)) } else { String::new() };
        format!("[{name}page {page}]({})", page_address(gateway_url, document_id, *page, boxes))
    };
    let links: Vec<String> = shown.iter().take(MOST_LINKS).enumerate().map(link).collect();
    links.join(", ")
}

/// The text without its closing list of sources, for the history of a conversation.
#[must_use]
pub fn without_sources(text: &str) -> &str {
    text.rsplit_once("\n\n**Sources**\n").map_or(text, |(answer, _)| answer)
}

/// "page 3", or "pages 3–4".
#[must_use]
pub fn pages(first: u32, last: u32) -> String {
    if last > first { format!("pages {first}–{last}") } else { format!("page {first}") }
}

/// Escapes a name for Markdown.
#[must_use]
pub fn escape(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    for character in name.chars().filter(|c| !c.is_control()) {
        if matches!(character, '\\' | '*' | '[' | ']' | '<' | '>' | '`' | '|' | '#') {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

#[cfg(test)]
#[path = "citations_tests.rs"]
mod tests;
