//! Splits an answer into sentences while it is being written.

use speech::spoken::SentenceSplitter;

use crate::speaking::Sentence;

/// Finds sentences and their ends in the answer.
#[derive(Default)]
pub(crate) struct Splitter {
    splitter: SentenceSplitter,
    text: String,
    end: usize,
}

impl Splitter {
    pub(crate) fn push(&mut self, token: &str) -> Vec<Sentence> {
        self.text.push_str(token);
        let found = self.splitter.push(token);
        self.placed(found)
    }

    pub(crate) fn finish(&mut self) -> Vec<Sentence> {
        let found = self.splitter.finish();
        self.placed(found)
    }

    fn placed(&mut self, found: Vec<String>) -> Vec<Sentence> {
        let mut placed = Vec::with_capacity(found.len());
        for text in found {
            if let Some(at) = self.text.get(self.end..).and_then(|rest| rest.find(text.as_str())) {
                self.end += at + text.len();
            }
            placed.push(Sentence { text, end: self.end });
        }
        placed
    }
}
