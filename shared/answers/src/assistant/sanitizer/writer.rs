//! Writes Markdown in which nothing opens an unintended picture or link.
//!
//! The invariants hold for any sequence of calls: an unescaped `]` is never followed by `(` or `:`, so there are no
//! inline links and no definitions, and therefore no references; code spans never touch other backticks; three tildes
//! never occur together.

/// Number of bytes of the current word that are remembered.
const LONGEST_WORD: usize = 512;

#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    /// The last character, if it has its Markdown meaning.
    last: Option<char>,
    /// The visible text since the last space or code span, in which bare URLs are detected.
    word: String,
}

impl Writer {
    /// Everything that was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The visible text since the last space.
    pub(super) fn word(&self) -> &str {
        &self.word
    }

    /// Writes a character that may have a Markdown meaning.
    pub(super) fn plain(&mut self, character: char) {
        let opens = matches!((self.last, character), (Some(']'), '(' | ':'));
        if opens || (character == '~' && self.text.ends_with("~~")) {
            return self.escaped(character);
        }
        self.text.push(character);
        self.last = Some(character);
        self.note(character);
    }

    /// Writes a literal character.
    pub(super) fn escaped(&mut self, character: char) {
        if character.is_ascii_punctuation() {
            self.text.push('\\');
        }
        self.text.push(character);
        self.last = None;
        self.note(character);
    }

    /// Writes a code span. The content must have no run of `ticks` backticks and no line break.
    pub(super) fn code(&mut self, content: &str, ticks: usize) {
        if self.text.ends_with('`') {
            self.text.push(' ');
        }
        let ticks = "`".repeat(ticks);
        let touches = content.starts_with('`') || content.ends_with('`');
        let pad = if touches { " " } else { "" };
        self.text.push_str(&format!("{ticks}{pad}{content}{pad}{ticks}"));
        self.last = None;
        self.word.clear();
    }

    /// Opens an allowed link.
    pub(super) fn open_link(&mut self) {
        if self.last == Some('!') {
            self.text.push(' ');
        }
        self.text.push('[');
        self.last = Some('[');
        self.word.clear();
    }

    /// Closes it.
    pub(super) fn close_link(&mut self, address: &str) {
        self.text.push_str(&format!("]({address})"));
        self.last = None;
        self.word.clear();
    }

    /// Writes an allowed URL in angle brackets.
    pub(super) fn autolink(&mut self, address: &str) {
        self.text.push_str(&format!("<{address}>"));
        self.last = None;
        self.word.clear();
    }

    /// Writes lines of a code block.
    pub(super) fn verbatim(&mut self, text: &str) {
        self.text.push_str(text);
        self.last = None;
        self.word.clear();
    }

    fn note(&mut self, character: char) {
        if character.is_ascii_whitespace() {
            self.word.clear();
        } else {
            self.word.push(character);
        }
        if self.word.len() > LONGEST_WORD {
            let at = self.word.ceil_char_boundary(self.word.len() - LONGEST_WORD / 2);
            self.word.drain(..at);
        }
    }
}
