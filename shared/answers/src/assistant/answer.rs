//! What is answered.

use serde::Serialize;

use shared::store::{Citation, Procedure, TokenUsage, Verification, Warning};

/// What the assistant is doing before tokens come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
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

/// A step of an answer. The tokens in their order, put together, are [`Answer::text`] without the marks behind figures
/// that were not found on the cited pages. Warnings that a model has left out begin that text; in the tokens they stand
/// at the end, or, in an answer that is read out, before their steps.
#[derive(Debug, Clone, PartialEq)]
pub enum AnswerEvent {
    /// A stage begins.
    Stage(Stage),
    /// Further text.
    Token(String),
    /// The answer is complete, or was cancelled. Always the last event.
    Done(Box<Answer>),
}

/// A finished (or cancelled) answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// Markdown with `[1]` marks and a closing list of sources.
    pub text: String,
    /// The passages that the marks stand for, in the order of their numbers.
    pub citations: Vec<Citation>,
    /// Whether its figures stand on the pages that it cites.
    pub verification: Verification,
    /// The procedure that it opens or goes on with; none where it tells no steps and is asked of none.
    pub procedure: Option<Procedure>,
    /// The warnings that hold for the steps that it tells, in their order. All of them stand in the text.
    pub warnings: Vec<Warning>,
    /// What it cost.
    pub usage: TokenUsage,
    /// Whether it was cancelled; `text` is then what was streamed until then.
    pub aborted: bool,
}

impl AnswerEvent {
    /// The end of an answer that was cancelled before its first word.
    pub(super) fn nothing() -> Self {
        Self::Done(Box::new(Answer { aborted: true, ..Answer::default() }))
    }
}
