//! What is answered.

use serde::{Deserialize, Serialize};

/// What the assistant is doing before tokens come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// The manuals are searched.
    Retrieval,
    /// Pictures are prepared for the model.
    ImageAnalysis,
    /// The model writes.
    Generation,
}

impl Stage {
    /// The stage's name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retrieval => "retrieval",
            Self::ImageAnalysis => "image-analysis",
            Self::Generation => "generation",
        }
    }
}

/// A step of an answer. The tokens in their order, put together, are [`Answer::text`].
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerEvent {
    /// A stage begins.
    Stage(Stage),
    /// Further text.
    Token(String),
    /// The answer is complete, or was cancelled. Always the last event.
    Done(Answer),
}

/// A finished (or cancelled) answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Markdown with `[1]` marks and a closing list of sources.
    pub text: String,
    /// The passages that the marks stand for, in the order of their numbers.
    pub citations: Vec<Citation>,
    /// What it cost.
    pub usage: TokenUsage,
    /// Whether it was cancelled; `text` is then what was streamed until then.
    pub aborted: bool,
}

/// A passage of a manual that an answer rests on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Citation {
    /// The number of its mark, from 1.
    pub index: u32,
    /// The document.
    pub document_id: String,
    /// The document's file name.
    pub file_name: String,
    /// First page, as a PDF viewer counts.
    pub page: u32,
    /// Last page.
    pub page_end: u32,
    /// The beginning of the passage, at most 300 characters.
    pub snippet: String,
    /// How well the passage matched, 0 to 1.
    pub score: f32,
}

/// Tokens of a language model; all zero where the endpoint does not tell and for the extractive
/// model, which has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TokenUsage {
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
    /// Tokens of the prompt that the endpoint had cached.
    pub cached_tokens: u64,
    /// Prompt and answer together.
    pub total_tokens: u64,
}
