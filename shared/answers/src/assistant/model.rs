//! What the pipeline asks of a language model.

use std::fmt::Debug;
use std::ops::RangeInclusive;

use futures::stream::BoxStream;

use super::error::AnswerError;
use super::picture_summary::PictureSummary;
use super::procedure::OpenedProcedure;
use super::question::{Image, Turn};
use crate::library::Findings;
use documents::Spot;
use shared::store::{TokenUsage, Warning};

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
    pub picture_summaries: Vec<PictureSummary>,
    /// Earlier turns, oldest first, cut to the window.
    pub history: Vec<Turn>,
    /// The equipment that the conversation is about.
    pub equipment: Vec<String>,
    /// Whether the answer is read out: then it is brief.
    pub aloud: bool,
    /// Warnings that were not said to their end before: the answer begins with them.
    pub pending: Vec<Warning>,
    /// What was found in the manuals. A mark `[n]` in the answer means passage `n`, from 1.
    pub findings: Findings,
    /// Tokens of the findings that a language model is given, roughly.
    pub context_tokens: usize,
    /// Tokens that the answer may have.
    pub answer_tokens: usize,
    /// Where pages of the manuals are shown; empty where they are not linked to.
    pub gateway_url: String,
}

/// A quotation, word for word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedPassage {
    /// The place of its passage among those of the brief, from 0.
    pub passage: usize,
    /// The pages that it is from; it may begin before the passage and go on behind it.
    pub pages: RangeInclusive<u32>,
    /// The procedure that it opens.
    pub(super) begun: Option<OpenedProcedure>,
    /// Where it stands, what matters most first; empty where that is unknown.
    pub spots: Vec<Spot>,
    /// The warnings that it holds, which are those of the steps that it quotes.
    pub warnings: Vec<Warning>,
}

/// A part of what a model answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// Further text, with `[n]` marks for the passages of the brief.
    Token(String),
    /// What the text quotes; may come at any time.
    Quoted(QuotedPassage),
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

    /// Whether it quotes the manuals word for word, warnings included, and says what it quotes ([`QuotedPassage`]).
    fn quotes(&self) -> bool {
        false
    }

    /// Writes an answer. Dropping the stream stops the work. After an error nothing more comes.
    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>>;
}
