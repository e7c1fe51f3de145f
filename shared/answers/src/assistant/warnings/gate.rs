//! Releases an answer that is read out sentence by sentence, so that warnings precede their steps.

use super::matcher::WarningMatcher;
use super::said::says;
use super::{ApplicableWarning, essence};
use documents::units::sentences;
use shared::store::Warning;

/// Holds back the output of a model until a sentence is complete.
#[derive(Debug)]
pub(in crate::assistant) struct SentenceGate {
    held: String,
    /// Whether everything is held back: in another language, only the whole answer can be compared with the pages.
    holds_all: bool,
    /// The warnings that were inserted.
    put: Vec<String>,
}

/// A part of an answer, and the warnings to say before it.
#[derive(Debug, PartialEq)]
pub(in crate::assistant) struct GatedText {
    pub(in crate::assistant) before: Vec<ApplicableWarning>,
    pub(in crate::assistant) text: String,
}

impl SentenceGate {
    /// For an answer to this question that begins with these warnings.
    pub(in crate::assistant) fn new(matcher: &WarningMatcher, question: &str, begun: &[Warning]) -> Self {
        let put = begun.iter().map(|warning| essence(&warning.text)).collect();
        Self { held: String::new(), holds_all: matcher.is_foreign(question), put }
    }

    /// Takes more text, after `said`, and returns the complete sentences.
    pub(in crate::assistant) fn push(
        &mut self,
        text: &str,
        matcher: &WarningMatcher,
        (said, cited): (&str, &[usize]),
    ) -> Vec<GatedText> {
        self.held.push_str(text);
        if self.holds_all {
            return Vec::new();
        }
        let end = whole(&self.held);
        if end == 0 {
            return Vec::new();
        }
        let ready: String = self.held.drain(..end).collect();
        self.pass(&ready, matcher, (said, cited))
    }

    /// Returns the rest at the end of the answer.
    pub(in crate::assistant) fn finish(
        &mut self,
        matcher: &WarningMatcher,
        (said, cited): (&str, &[usize]),
    ) -> Vec<GatedText> {
        let rest = std::mem::take(&mut self.held);
        if !self.holds_all {
            return self.pass(&rest, matcher, (said, cited));
        }
        let all = matcher.belonging(&rest, cited);
        let is_new = |found: &&ApplicableWarning| !self.put.contains(&essence(&found.warning.text));
        let before = WarningMatcher::missing(&rest, &all).into_iter().filter(is_new).cloned().collect();
        vec![GatedText { before, text: rest }]
    }

    fn pass(&mut self, ready: &str, matcher: &WarningMatcher, (said, cited): (&str, &[usize])) -> Vec<GatedText> {
        let mut so_far = said.to_owned();
        let mut passing = Vec::new();
        for piece in pieces(ready) {
            let mut before = Vec::new();
            for found in matcher.of_sentence(piece, cited) {
                let key = essence(&found.warning.text);
                if !self.put.contains(&key) && !says(&so_far, &found.warning.text) {
                    self.put.push(key);
                    before.push(found);
                }
            }
            so_far.push_str(piece);
            passing.push(GatedText { before, text: piece.to_owned() });
        }
        passing
    }
}

/// The end of the last complete sentence in an unfinished text.
fn whole(text: &str) -> usize {
    let line = text.rfind('\n').map_or(0, |at| at + 1);
    let rest = text.get(line..).unwrap_or_default();
    // The last sentence may go on; so may the one before it, until it is known what follows.
    let last = sentences(rest).last().unwrap_or_default();
    let begins = rest.rfind(last).filter(|at| *at > 0 && !last.is_empty()).unwrap_or(0);
    line + begins
}

/// The sentences of a text including trailing white space. Together they are the text.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    for line in text.split_inclusive('\n') {
        let mut begin = 0;
        let mut at = 0;
        for (number, sentence) in sentences(line).enumerate() {
            let Some(found) = line.get(at..).and_then(|rest| rest.find(sentence)).map(|found| at + found) else {
                continue;
            };
            if number > 0 {
                pieces.push(line.get(begin..found).unwrap_or_default());
                begin = found;
            }
            at = found + sentence.len();
        }
        pieces.push(line.get(begin..).unwrap_or_default());
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_whole_where_another_begins() {
        assert_eq!(whole("Drain the oil. Close"), 15);
        assert_eq!(whole("Drain the oil."), 0);
        assert_eq!(whole("1. Drain the oil.\n2. Cl"), 18);
        assert_eq!(whole(""), 0);
    }

    #[test]
    fn pieces_are_the_text() {
        for text in ["Drain it [1]. Close it.  Then start.\n\n1. Wait.\n", "a", "", "\n\n"] {
            assert_eq!(pieces(text).concat(), text);
        }
        assert_eq!(pieces("Drain it. Close it."), ["Drain it. ", "Close it."]);
    }
}
