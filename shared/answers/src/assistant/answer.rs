//! Answers and the events that stream them.

use serde::Serialize;

use shared::store::{Citation, Procedure, TokenUsage, Verification, Warning};

/// What the assistant is doing before the first token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// Searching the manuals.
    Retrieval,
    /// Preparing pictures for the model.
    ImageAnalysis,
    /// Writing the answer.
    Generation,
}

impl Stage {
    /// The name on the wire.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Retrieval => "retrieval",
            Self::ImageAnalysis => "image-analysis",
            Self::Generation => "generation",
        }
    }
}

/// An event of an answer. The concatenated tokens are [`Answer::text`], except for two things: the text has marks after
/// figures that were not found on the cited pages, and it begins with warnings that a model has omitted. In the tokens
/// such warnings come at the end, or before their steps if the answer is read out.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerEvent {
    /// A stage begins.
    Stage(Stage),
    /// Further text.
    Token(String),
    /// The answer is complete or was cancelled. Always the last event.
    Done(Box<Answer>),
}

/// A finished or cancelled answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Markdown with `[1]` marks and a closing list of sources.
    pub text: String,
    /// The passages that the marks refer to, in the order of their numbers.
    pub citations: Vec<Citation>,
    /// The result of checking its figures against the cited pages.
    pub verification: Verification,
    /// The procedure that it starts or continues; `None` if it contains no steps and was not about any.
    pub procedure: Option<Procedure>,
    /// The warnings that apply to its steps, in order. The text contains all of them.
    pub warnings: Vec<Warning>,
    /// The tokens that it used.
    pub usage: TokenUsage,
    /// Whether it was cancelled. `text` is then what had been streamed.
    pub aborted: bool,
}

impl AnswerEvent {
    /// The end of an answer that was cancelled before its first token.
    pub(super) fn nothing() -> Self {
        Self::Done(Box::new(Answer { aborted: true, ..Answer::default() }))
    }
}
