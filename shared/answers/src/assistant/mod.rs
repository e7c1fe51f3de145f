//! Turns a question into a streamed answer with citations.
//!
//! The steps: search, brief the [`LanguageModel`], stream its tokens, renumber its citations, remove pictures and
//! foreign links, append the list of sources. Chat and voice share this pipeline. The configuration chooses the model:
//! [`Extractive`] quotes the best passages without a model, [`OpenAi`] calls any compatible endpoint, `Bedrock` a
//! model of Amazon Bedrock.

mod answer;
#[cfg(feature = "aws")]
mod bedrock;
mod citations;
mod draft;
mod error;
mod essence;
mod extractive;
mod follow_up;
mod grounds;
mod image_loader;
mod mark_groups;
mod model;
mod openai;
mod picture_summary;
mod pieces;
mod pipeline;
mod procedure;
mod prompt;
mod question;
mod references;
mod resemblance;
mod sanitizer;
mod snippet;
mod utterance;
mod verification;
mod warnings;

#[cfg(test)]
mod test_support;

use std::pin::pin;
use std::sync::Arc;

use async_stream::stream;
use futures::StreamExt;
use futures::stream::BoxStream;
use tokio_util::sync::CancellationToken;

pub use answer::{Answer, AnswerEvent, Stage};
#[cfg(feature = "aws")]
pub use bedrock::Bedrock;
pub use citations::{escape, without_sources};
pub(crate) use draft::LONGEST_ANSWER;
pub use error::AnswerError;
pub use extractive::Extractive;
pub use follow_up::query as search_query;
pub use model::{Brief, LanguageModel, ModelEvent, QuotedPassage};
pub use openai::OpenAi;
pub use picture_summary::PictureSummary;
pub use pipeline::stream_answer;
pub use procedure::OpenProcedure;
pub use prompt::{PASSAGES as PROMPT_PASSAGES, context};
pub use question::{Image, ImageSource, MOST_PICTURES, Question, Role, Turn};
pub use resemblance::resembles;
pub use sanitizer::sanitized;
pub use snippet::snippet;
pub use verification::{UNVERIFIED_MARK, VerificationInput, Verified, Verifier, verify};
pub use warnings::{Dismissal, dismissal, unsaid, without_first};

use self::image_loader::ImageLoader;
use self::picture_summary::PictureAnalyzer;
use self::pipeline::{PreparedQuestion, stream_seen, unless};
use self::procedure::{Command, StepStyle};
use crate::library::{Findings, Library, LibraryQuery};
use foundation::config::LanguageModelConfig;
use foundation::provider::Cause;
use images::Vision;
use shared::Context;

/// Answers questions. Build it once per process; clones share everything.
#[derive(Debug, Clone)]
pub struct Assistant {
    library: Library,
    model: Arc<dyn LanguageModel>,
    analyzer: Option<Arc<PictureAnalyzer>>,
    context_tokens: usize,
    answer_tokens: usize,
    /// The gateway's URL. Answers may link to pages there.
    gateway_url: String,
}

impl Assistant {
    /// An assistant with the configured model.
    ///
    /// # Errors
    /// If the client for the model's endpoint or for pictures cannot be set up, because there are no root certificates;
    /// if the model's service is not part of this program.
    pub fn new(context: &Context, library: Library) -> Result<Self, Cause> {
        let config = &context.config;
        let model: Arc<dyn LanguageModel> = match &config.language_model {
            LanguageModelConfig::Extractive => Arc::new(Extractive),
            LanguageModelConfig::OpenAi(openai) => {
                Arc::new(OpenAi::new(openai.clone(), ImageLoader::new(&config.documents)?)?)
            }
            #[cfg(feature = "aws")]
            LanguageModelConfig::Bedrock(bedrock) => {
                let loader = ImageLoader::new(&config.documents)?;
                let limits = images::PictureLimits { most_pixels: config.vision.most_pixels };
                Arc::new(Bedrock::new(&context.sdk, bedrock.clone(), loader, limits))
            }
            #[cfg(not(feature = "aws"))]
            LanguageModelConfig::Bedrock(_) => return Err(foundation::provider::NotBuilt("Amazon Bedrock").into()),
        };
        let gateway_url = config.http.gateway_url.clone();
        let (context_tokens, answer_tokens) = (config.context_tokens, config.answer_tokens);
        Ok(Self { library, model, analyzer: None, context_tokens, answer_tokens, gateway_url })
    }

    /// The manuals that it answers from.
    #[must_use]
    pub fn library(&self) -> Library {
        self.library.clone()
    }

    /// Adds text recognition and object detection. Their results for the pictures of a question go into the search and
    /// to the model. Without them, only a multimodal model considers pictures.
    #[must_use]
    pub fn with_vision(self, context: &Context, vision: Vision) -> Self {
        match PictureAnalyzer::new(context, vision) {
            Ok(analyzer) => Self { analyzer: Some(Arc::new(analyzer)), ..self },
            Err(error) => {
                tracing::error!(%error, "pictures in chats are not looked at");
                self
            }
        }
    }

    /// The name of the language model.
    #[must_use]
    pub fn model_name(&self) -> &str {
        self.model.name()
    }

    /// Answers a question. The stream ends with [`AnswerEvent::Done`] or an error. Cancelling `cancel` ends it with
    /// `Done` and what was streamed so far; dropping the stream stops the work silently.
    #[must_use]
    pub fn answer(
        &self,
        question: Question,
        cancel: CancellationToken,
    ) -> BoxStream<'static, Result<AnswerEvent, AnswerError>> {
        let library = self.library.clone();
        let user = question.user.clone();
        let top_k = self.model.passages();
        let (mut question, shelves) = (question, library.clone());
        let working = question.procedure.clone().filter(|_| question.images.is_empty() && question.reply.is_none());
        let worked = working.and_then(|open| Some((open.command(&question.text)?, open.place)));
        let (mut document_ids, mut asked_about) = (None, None);
        if let Some(((Command::Ask, _), place)) = &worked
            && !place.is_untold()
        {
            // What is asked of a step is answered from its manual.
            question.history.push(procedure::turn(place));
            document_ids = place.document_id.parse().ok().map(|id| vec![id]);
            asked_about = Some(place.clone());
        }
        let step = worked.filter(|((command, _), _)| *command != Command::Ask);
        let retrieve = move |text: String| async move {
            if text.is_empty() {
                return Ok(Findings::default());
            }
            let query = LibraryQuery { text, top_k, document_ids, min_score: None };
            library.consult(&user, query).await
        };
        let (model, analyzer) = (self.model.clone(), self.analyzer.clone());
        let (context_tokens, answer_tokens) = (self.context_tokens, self.answer_tokens);
        let gateway_url = self.gateway_url.clone();
        let events = stream! {
            if let Some(((command, language), place)) = step {
                let unheard = question.procedure.as_ref().map(|open| open.unheard.as_slice()).unwrap_or_default();
                let style = StepStyle { language, aloud: question.aloud, pending: &question.pending, unheard };
                let told = Box::pin(procedure::tell(&shelves, &question.user, &place, command, style));
                match unless(&cancel, told).await {
                    None => yield Ok(AnswerEvent::nothing()),
                    Some(Err(error)) => yield Err(error.into()),
                    Some(Ok(told)) => {
                        for event in pipeline::tell(question, told, &gateway_url) {
                            yield Ok(event);
                        }
                    }
                }
                return;
            }
            let mut picture_summaries = Vec::new();
            if let Some(analyzer) = analyzer.filter(|_| !question.images.is_empty()) {
                yield Ok(AnswerEvent::Stage(Stage::ImageAnalysis));
                let Some(seen) = unless(&cancel, analyzer.look(&question.images)).await else {
                    yield Ok(AnswerEvent::nothing());
                    return;
                };
                picture_summaries = seen;
            }
            let asked = PreparedQuestion { question, picture_summaries, step: asked_about, context_tokens, answer_tokens, gateway_url };
            let mut answer = pin!(stream_seen(asked, retrieve, model, cancel));
            while let Some(event) = answer.next().await {
                yield event;
            }
        };
        events.boxed()
    }
}
