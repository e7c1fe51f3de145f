use std::{ops::Range, path::Path, sync::Arc};

use tokenizers::{PostProcessor, Tokenizer, TruncationDirection};

use super::EmbeddingError;

/// Bytes of text per token of the limit that are tokenised. Longer text is truncated first, so that a huge text costs
/// no more than a long one. Typical text has four to five bytes per token.
const BYTES_PER_TOKEN: usize = 64;

/// The model's tokenizer, which measures chunks. Cheap to clone.
#[derive(Debug, Clone)]
pub struct TokenCounter {
    tokenizer: Arc<Tokenizer>,
}

impl TokenCounter {
    /// Reads a `tokenizer.json`.
    ///
    /// # Errors
    /// [`EmbeddingError::Failed`] if the file is missing or not a tokenizer.
    pub fn load(file: &Path) -> Result<Self, EmbeddingError> {
        let mut tokenizer =
            Tokenizer::from_file(file).map_err(|error| EmbeddingError::failed("reading the tokenizer", error))?;
        // Exports carry whatever limits they were trained with; ours apply instead.
        tokenizer.with_padding(None);
        tokenizer.with_truncation(None).map_err(|error| EmbeddingError::failed("preparing the tokenizer", error))?;
        Ok(Self { tokenizer: Arc::new(tokenizer) })
    }

    /// The number of tokens of `text`, without the special tokens that the model adds to every text (two for BERT
    /// models).
    #[must_use]
    pub fn count(&self, text: &str) -> usize {
        self.tokenizer.encode_fast(text, false).map_or_else(
            // What a tokenizer cannot read has at most a token per character.
            |_| text.chars().count(),
            |encoding| encoding.len(),
        )
    }

    /// The byte range of each token in `text`, in order. Cutting between two ranges splits no token.
    #[must_use]
    pub fn offsets(&self, text: &str) -> Vec<Range<usize>> {
        self.tokenizer.encode(text, false).map_or_else(
            |_| text.char_indices().map(|(at, c)| at..at + c.len_utf8()).collect(),
            |encoding| encoding.get_offsets().iter().map(|&(start, end)| start..end).collect(),
        )
    }

    /// Token ids for the model, including special tokens, truncated to `limit`.
    pub(super) fn ids(&self, text: &str, limit: usize) -> Result<Vec<u32>, EmbeddingError> {
        let failed = |error| EmbeddingError::failed("tokenising", error);
        let head = head(text, limit.saturating_mul(BYTES_PER_TOKEN));
        let mut encoding = self.tokenizer.encode_fast(head, false).map_err(failed)?;
        let marks = self.tokenizer.get_post_processor().map_or(0, |marks| marks.added_tokens(false));
        encoding.truncate(limit.saturating_sub(marks), 0, TruncationDirection::Right);
        let encoding = self.tokenizer.post_process(encoding, None, true).map_err(failed)?;
        Ok(encoding.get_ids().to_vec())
    }
}

/// The first `bytes` bytes of `text`, or slightly less, to end at a character boundary.
fn head(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or(text)
}
