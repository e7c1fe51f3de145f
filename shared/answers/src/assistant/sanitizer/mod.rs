//! Sanitises a model's output: Markdown without pictures and without foreign links.
//!
//! The text goes to a browser that renders Markdown. A hostile page of a manual may tell the model to show a picture
//! whose URL contains what the user said: loading it leaks that. So pictures are removed, and so are links, unless they
//! lead to our own pages or their URL occurs verbatim in the text of a cited page. The text of a link and the
//! alternative text of a picture stay. HTML is escaped. Of a bare URL, the rest is shown as code, so that no frontend
//! turns it into a link.
//!
//! The text arrives in pieces. What is final is passed on at once; only a tail that may still become a link, at most
//! [`WINDOW`] bytes, is held back. Decisions depend on the text alone, not on how it is split into pieces. Safety does
//! not depend on recognising every form of a link: [`Writer`] never writes what could open one, and [`Fence`] knows for
//! certain what a code block is.

mod addresses;
mod bare;
mod fence;
mod inline;
mod links;
mod scan;
mod writer;

#[cfg(test)]
mod tests;

pub(super) use addresses::Addresses;

use self::fence::{Fence, Opener};
use self::scan::{View, from};
use self::writer::Writer;

/// Number of bytes after which undecided text is not a link.
const WINDOW: usize = 2_048;

/// Removes pictures and foreign links from a text that arrives in pieces.
#[derive(Debug)]
pub(super) struct Sanitizer {
    addresses: Addresses,
    writer: Writer,
    /// Undecided text.
    held: String,
    fence: Option<Fence>,
    /// Number of code block openers that the parser was asked about.
    judged: usize,
    /// Whether the next character begins a line.
    at_start: bool,
    /// Whether the line so far contains only what may precede a block.
    is_clean: bool,
    /// Whether the last character was a carriage return, which has already ended the line.
    returned: bool,
    /// The passages cited so far.
    seen: Vec<usize>,
}

impl Sanitizer {
    pub(super) fn new(addresses: Addresses) -> Self {
        Self {
            addresses,
            writer: Writer::default(),
            held: String::new(),
            fence: None,
            judged: 0,
            at_start: true,
            is_clean: true,
            returned: false,
            seen: Vec::new(),
        }
    }

    /// Takes the next piece and returns what is final. `cited` are the passages that the marks `[1]`, `[2]` … refer to,
    /// including those in `text`.
    pub(super) fn push(&mut self, text: &str, cited: &[usize]) -> String {
        self.receive(text);
        self.advance(false, cited)
    }

    /// Returns the rest. Closes an open code block, because a list of sources may follow.
    pub(super) fn finish(&mut self, cited: &[usize]) -> String {
        let mut out = self.advance(true, cited);
        if let Some(fence) = self.fence.take() {
            let before = self.writer.text().len();
            if !self.writer.text().ends_with('\n') {
                self.writer.verbatim("\n");
            }
            self.writer.verbatim(&fence.closer());
            out.push_str(from(self.writer.text(), before));
        }
        out
    }

    /// Normalises line breaks and drops other control characters, so that they cannot hide anything.
    fn receive(&mut self, text: &str) {
        for character in text.chars() {
            let was_return = std::mem::replace(&mut self.returned, character == '\r');
            match character {
                '\n' if was_return => {}
                '\r' | '\n' => self.held.push('\n'),
                '\t' => self.held.push('\t'),
                character if character.is_control() => {}
                character => self.held.push(character),
            }
        }
    }

    fn advance(&mut self, ends: bool, cited: &[usize]) -> String {
        let before = self.writer.text().len();
        let held = std::mem::take(&mut self.held);
        let mut at = 0;
        while at < held.len() {
            let Some(taken) = self.step(View::new(from(&held, at), ends), cited) else { break };
            at += taken;
        }
        self.held = from(&held, at).to_owned();
        from(self.writer.text(), before).to_owned()
    }

    /// Processes the beginning of the view. Returns the number of bytes, or `None` if more text is needed. Zero if only
    /// the state has changed.
    fn step(&mut self, view: View<'_>, cited: &[usize]) -> Option<usize> {
        if self.fence.is_some() {
            return self.code_block(view);
        }
        if self.at_start {
            return self.line_start(view);
        }
        self.inline(view, cited, 0)
    }

    fn line_start(&mut self, view: View<'_>) -> Option<usize> {
        self.at_start = false;
        match Opener::at(view) {
            Opener::Undecided => {
                self.at_start = true;
                None
            }
            Opener::None => Some(0),
            Opener::Line { fence, length } => {
                let line = view.text.get(..length).unwrap_or_default();
                if !fence.is_plain() {
                    self.judged += 1;
                }
                if fence.is_plain() || (self.judged <= fence::MOST_JUDGED && fence.opens(self.writer.text(), line)) {
                    self.writer.verbatim(line);
                    self.fence = Some(fence);
                    // The rest of the line is its end, if that is there.
                    let ends_line = from(view.text, length).starts_with('\n');
                    if ends_line {
                        self.writer.verbatim("\n");
                    }
                    return Some(length + usize::from(ends_line));
                }
                Some(0)
            }
        }
    }

    fn code_block(&mut self, view: View<'_>) -> Option<usize> {
        let fence = self.fence.as_mut()?;
        match fence.line(view) {
            fence::Line::Undecided => None,
            fence::Line::Content(length) => {
                self.writer.verbatim(view.text.get(..length).unwrap_or_default());
                Some(length)
            }
            fence::Line::Closer(length) => {
                let closer = fence.closer();
                self.writer.verbatim(&closer);
                self.leave_fence();
                // What follows is the line's end.
                self.at_start = false;
                Some(length)
            }
            fence::Line::Outside => {
                let closer = fence.closer();
                self.writer.verbatim(&closer);
                self.writer.verbatim("\n");
                self.leave_fence();
                Some(0)
            }
        }
    }

    fn leave_fence(&mut self) {
        self.fence = None;
        self.at_start = true;
        self.is_clean = true;
    }
}

/// Sanitises a whole text. Its marks `[1]`, `[2]` … refer to `pages` in order; URLs that occur in cited ones stay.
/// `own` is the gateway's URL.
#[must_use]
pub fn sanitized(text: &str, pages: Vec<String>, own: &str) -> String {
    let cited: Vec<usize> = (0..pages.len()).collect();
    let mut sanitizer = Sanitizer::new(Addresses::new(pages, own));
    let mut out = sanitizer.push(text, &cited);
    out.push_str(&sanitizer.finish(&cited));
    out
}
