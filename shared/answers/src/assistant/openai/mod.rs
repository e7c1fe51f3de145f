//! Any endpoint that implements `OpenAI`'s chat completions, streamed.
//!
//! Protocol: <https://platform.openai.com/docs/api-reference/chat/create>, with `stream` and
//! `stream_options.include_usage`. Endpoints that send no usage, or no `[DONE]`, work too. If a stream ends without a
//! finish reason, it has broken off.

mod images;
mod stream;
mod wire;

use std::sync::{Arc, OnceLock};

use async_stream::try_stream;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::{RequestBuilder, Response};

use self::wire::LengthLimit;
use super::error::AnswerError;
use super::image_loader::ImageLoader;
use super::model::{Brief, LanguageModel, ModelEvent};
use super::pieces::{self, NAME};
use super::prompt;
use super::question::Role;
use foundation::config::OpenAiConfig;
use foundation::provider::{Cause, HttpProvider, ProviderError, ProviderFailure, Refused};
use foundation::telemetry;

/// What endpoints say when the model is given pictures and sees none, in lower case.
const NO_PICTURES: [&str; 4] = ["image", "multimodal", "multi-modal", "vision"];
/// What they say when the prompt is longer than the model's window.
const TOO_LONG: [&str; 4] = ["context size", "context length", "context_length", "context window"];

/// A client for an `OpenAI`-compatible endpoint.
#[derive(Debug)]
pub struct OpenAi {
    endpoint: Arc<Endpoint>,
}

/// The endpoint and what is known of it.
#[derive(Debug)]
struct Endpoint {
    server: HttpProvider,
    config: OpenAiConfig,
    loader: ImageLoader,
    /// How it takes the limit of an answer, once it is known.
    length_limit: OnceLock<LengthLimit>,
}

impl Endpoint {
    /// Sends the request. If the endpoint rejects the parameter for the maximum length, tries the next one.
    async fn ask(&self, brief: &Brief, images: &[String]) -> Result<Response, ProviderError> {
        let host = self.config.base_url.host_str().unwrap_or_default();
        let ways = self.length_limit.get().map_or_else(|| LengthLimit::for_host(host).to_vec(), |known| vec![*known]);
        let mut refusal = None;
        let mut request = wire::Request::new(&self.config.model, brief, images);
        for limit in ways {
            request = request.limited(limit, brief.answer_tokens);
            // Pictures are large: all attempts share one body.
            let body = Bytes::from(serde_json::to_vec(&request).map_err(|error| self.server.unavailable(error))?);
            let send = |request: RequestBuilder| {
                request.header(ACCEPT, "text/event-stream").header(CONTENT_TYPE, "application/json").body(body.clone())
            };
            match self.server.post("chat/completions", send).await {
                Ok(response) => {
                    // It may have refused both for another reason, which passes: only what it takes is kept.
                    if limit != LengthLimit::Untold {
                        let _ = self.length_limit.set(limit);
                    }
                    return Ok(response);
                }
                Err(error) if is_refused(limit, &error) => refusal = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(refusal.unwrap_or_else(|| ProviderError::unavailable(NAME, "there is no way to ask")))
    }
}

/// Asks, and if the endpoint refuses something that can be left out, asks again without it: the pictures, whose text
/// the prompt has as well, and then the conversation, its oldest part first.
async fn ask_for_less(
    endpoint: &Endpoint,
    mut brief: Brief,
    mut images: Vec<String>,
) -> Result<Response, ProviderError> {
    loop {
        let error = match endpoint.ask(&brief, &images).await {
            Ok(response) => return Ok(response),
            Err(error) => error,
        };
        let said = said(&error).to_ascii_lowercase();
        if !images.is_empty() && NO_PICTURES.iter().any(|words| said.contains(words)) {
            tracing::warn!(error = telemetry::causes(&error), "the language model sees no pictures");
            images.clear();
        } else if !brief.history.is_empty() && TOO_LONG.iter().any(|words| said.contains(words)) {
            tracing::warn!(turns = brief.history.len(), "the conversation is too long for the language model");
            let next = brief.history.iter().skip(1).position(|turn| turn.role == Role::User);
            brief.history.drain(..next.map_or(brief.history.len(), |next| next + 1));
        } else {
            return Err(error);
        }
    }
}

/// What the endpoint said when it refused the request.
fn said(error: &ProviderError) -> &str {
    let (ProviderFailure::Rejected(cause) | ProviderFailure::Unavailable(cause)) = &error.failure else { return "" };
    cause.downcast_ref::<Refused>().map_or("", Refused::said)
}

fn is_refused(limit: LengthLimit, error: &ProviderError) -> bool {
    let ProviderFailure::Rejected(cause) = &error.failure else { return false };
    cause.downcast_ref::<Refused>().is_some_and(|refused| limit.is_refused_by(refused.said()))
}

impl OpenAi {
    /// A client for the configured endpoint. It gets the content of `pictures` in the bucket.
    ///
    /// # Errors
    /// When TLS cannot be set up, or the key cannot stand in a header.
    pub fn new(config: OpenAiConfig, loader: ImageLoader) -> Result<Self, Cause> {
        let key = config.api_key.as_ref();
        let server = HttpProvider::new(NAME, &config.base_url, "Bearer", key, config.idle_timeout)?;
        let length_limit = OnceLock::new();
        Ok(Self { endpoint: Arc::new(Endpoint { server, config, loader, length_limit }) })
    }
}

impl LanguageModel for OpenAi {
    fn name(&self) -> &str {
        &self.endpoint.config.model
    }

    fn passages(&self) -> usize {
        prompt::PASSAGES
    }

    fn sees_images(&self) -> bool {
        true
    }

    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>> {
        let endpoint = self.endpoint.clone();
        let events = try_stream! {
            let (images, room) = images::prepare(&brief.images, &endpoint.loader).await;
            let response = ask_for_less(&endpoint, brief, images).await?;
            drop(room);
            let mut events = std::pin::pin!(pieces::events(stream::pieces(response), endpoint.config.idle_timeout));
            while let Some(event) = events.next().await {
                yield event?;
            }
        };
        events.boxed()
    }
}

#[cfg(test)]
mod tests;
