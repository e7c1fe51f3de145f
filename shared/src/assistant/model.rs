//! What the pipeline asks of a language model.

use std::fmt::Debug;

use futures::stream::BoxStream;

use super::error::AnswerError;
use super::question::{Image, Turn};
use super::sight::Sight;
use crate::library::Findings;
use crate::store::TokenUsage;

/// Everything that a model is given to answer from.
#[derive(Debug, Clone)]
pub struct Brief {
    /// The question as it was asked.
    pub text: String,
    /// What the manuals were searched for: the question, with the turn before where it leans on that.
    pub query: String,
    /// Pictures that belong to the question.
    pub images: Vec<Image>,
    /// What was read and detected on them; empty where nothing looked at them.
    pub sights: Vec<Sight>,
    /// Earlier turns, oldest first, cut to the window.
    pub history: Vec<Turn>,
    /// The equipment that the conversation is about.
    pub equipment: Vec<String>,
    /// Whether the answer is read out: then it is brief, and says the value first.
    pub aloud: bool,
    /// What was found in the manuals. A mark `[n]` in the answer means passage `n`, from 1.
    pub findings: Findings,
    /// Tokens of the findings that a language model is given, roughly.
    pub context_tokens: usize,
    /// Tokens that the answer may have.
    pub answer_tokens: usize,
}

/// A part of what a model answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// Further text, with `[n]` marks for the passages of the brief.
    Token(String),
    /// What it cost; may come at any time, the last one counts.
    Usage(TokenUsage),
    /// The model would have gone on, but has reached its limit. Nothing but usage comes after it.
    LimitReached,
}

/// A model that writes answers.
pub trait LanguageModel: Debug + Send + Sync {
    /// The name that logs and the start banner show.
    fn name(&self) -> &str;

    /// How many passages it looks at.
    fn passages(&self) -> usize;

    /// Whether it looks at pictures.
    fn sees_images(&self) -> bool;

    /// Writes an answer. Dropping the stream stops the work. After an error nothing more comes.
    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>>;
}
