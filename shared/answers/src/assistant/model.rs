//! The interface of language models.

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

/// Everything that a model needs to answer.
#[derive(Debug, Clone)]
pub struct Brief {
    /// The question as it was asked.
    pub text: String,
    /// The search query: the question, completed from the previous turn if necessary.
    pub query: String,
    /// Pictures that belong to the question.
    pub images: Vec<Image>,
    /// What was recognised on them; empty if they were not analysed.
    pub picture_summaries: Vec<PictureSummary>,
    /// Earlier turns within the window, oldest first.
    pub history: Vec<Turn>,
    /// The equipment that the conversation is about.
    pub equipment: Vec<String>,
    /// Whether the answer is read out, and should be brief.
    pub aloud: bool,
    /// Whether nothing may be inserted into what was streamed.
    pub appends: bool,
    /// Warnings of earlier answers that were not heard to their end. The answer begins with them.
    pub pending: Vec<Warning>,
    /// The search results. A mark `[n]` in the answer refers to passage `n`, from 1.
    pub findings: Findings,
    /// Approximate number of tokens of the findings for a language model.
    pub context_tokens: usize,
    /// Maximum number of tokens of the answer.
    pub answer_tokens: usize,
    /// The gateway's URL for links to pages; empty for no links.
    pub gateway_url: String,
}

/// A verbatim quotation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuotedPassage {
    /// The index of its passage in the brief.
    pub passage: usize,
    /// Its pages. It may begin before the passage and continue after it.
    pub pages: RangeInclusive<u32>,
    /// The procedure that it starts.
    pub(super) begun: Option<OpenedProcedure>,
    /// Its areas, most important first; empty if unknown.
    pub spots: Vec<Spot>,
    /// The warnings in it, which apply to the quoted steps.
    pub warnings: Vec<Warning>,
}

/// A part of a model's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelEvent {
    /// Further text, with `[n]` marks for the passages of the brief.
    Token(String),
    /// A quotation in the text. May come at any time.
    Quoted(QuotedPassage),
    /// The token usage. May come at any time; the last one counts.
    Usage(TokenUsage),
    /// The model has reached its limit. Only usage follows.
    LimitReached,
}

/// A language model.
pub trait LanguageModel: Debug + Send + Sync {
    /// The name for logs and the start banner.
    fn name(&self) -> &str;

    /// Number of passages that it considers.
    fn passages(&self) -> usize;

    /// Whether it is multimodal.
    fn sees_images(&self) -> bool;

    /// Whether it quotes the manuals verbatim, including warnings, and reports its quotations ([`QuotedPassage`]).
    fn quotes(&self) -> bool {
        false
    }

    /// Writes an answer. Dropping the stream stops the work. Nothing follows an error.
    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>>;
}
