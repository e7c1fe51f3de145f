//! What is answered.

use serde::Serialize;

use crate::store::{Citation, TokenUsage};

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
