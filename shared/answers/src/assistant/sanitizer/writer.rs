//! Writing Markdown in which nothing opens a picture or a link but what is meant to.
//!
//! What guards it, whatever is written in which order: an unescaped `]` is never followed by `(` or `:`,
//! so that there are no inline links and no definitions, hence no references either; code spans never
//! touch other backticks; three tildes never stand together.

/// Bytes of the current word that are remembered.
const LONGEST_WORD: usize = 512;

#[derive(Debug, Default)]
pub(super) struct Writer {
    text: String,
    /// The last character, where it has its meaning in Markdown.
    last: Option<char>,
    /// What is shown since the last blank or code span: addresses are found in it.
    word: String,
}

impl Writer {
    /// All that was written.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What is shown since the last blank.
    pub(super) fn word(&self) -> &str {
        &self.word
    }

    /// A character that may mean something.
    pub(super) fn plain(&mut self, character: char) {
        let opens = matches!((self.last, character), (Some(']'), '(' | ':'));
        if opens || (character == '~' && self.text.ends_with("~~")) {
            return self.escaped(character);
        }
        self.text.push(character);
        self.last = Some(character);
        self.note(character);
    }

    /// A character that stands for itself.
    pub(super) fn escaped(&mut self, character: char) {
        if character.is_ascii_punctuation() {
            self.text.push('\\');
        }
        self.text.push(character);
        self.last = None;
        self.note(character);
    }

    /// A code span. Its content holds no run of as many backticks and no line break.
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

    /// The beginning of a link that is allowed.
    pub(super) fn open_link(&mut self) {
        if self.last == Some('!') {
            self.text.push(' ');
        }
        self.text.push('[');
        self.last = Some('[');
        self.word.clear();
    }

    /// Its end.
    pub(super) fn close_link(&mut self, address: &str) {
        self.text.push_str(&format!("]({address})"));
        self.last = None;
        self.word.clear();
    }

    /// An address between angle brackets that is allowed.
    pub(super) fn autolink(&mut self, address: &str) {
        self.text.push_str(&format!("<{address}>"));
        self.last = None;
        self.word.clear();
    }

    /// Lines of a code block.
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
