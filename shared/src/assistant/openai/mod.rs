//! Any endpoint that speaks `OpenAI`'s chat completions, streamed.
//!
//! Protocol: <https://platform.openai.com/docs/api-reference/chat/create>, with `stream` and
//! `stream_options.include_usage`. Endpoints that send no usage, or end without `[DONE]`, are fine; one
//! that ends before it said why it stopped has broken off.

mod images;
mod stream;
mod wire;

use std::sync::Arc;

use async_stream::try_stream;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use http::header::{ACCEPT, CONTENT_TYPE};

use super::error::AnswerError;
use super::model::{Brief, LanguageModel, ModelEvent};
use super::pictures::Pictures;
use super::pieces::{self, NAME};
use super::prompt;
use crate::config::OpenAiConfig;
use crate::provider::{Cause, HttpProvider};

/// An `OpenAI`-compatible endpoint.
#[derive(Debug)]
pub struct OpenAi {
    endpoint: Arc<Endpoint>,
}

/// Where requests go, and how.
#[derive(Debug)]
struct Endpoint {
    server: HttpProvider,
    config: OpenAiConfig,
    /// Whether pictures on `http://localhost`, which no endpoint can fetch, are sent along.
    inline_localhost: bool,
    pictures: Pictures,
}

impl OpenAi {
    /// A client of the configured endpoint, which is sent the content of `pictures` in the bucket.
    ///
    /// # Errors
    /// When TLS cannot be set up, or the key cannot stand in a header.
    pub fn new(config: OpenAiConfig, inline_localhost: bool, pictures: Pictures) -> Result<Self, Cause> {
        let key = config.api_key.as_ref();
        let server = HttpProvider::new(NAME, &config.base_url, "Bearer", key, config.idle_timeout)?;
        Ok(Self { endpoint: Arc::new(Endpoint { server, config, inline_localhost, pictures }) })
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
            let (images, room) = images::prepare(&brief.images, &endpoint.pictures, endpoint.inline_localhost).await;
            // Pictures are large: the request is made once, and nothing of it is kept when it was sent.
            let body = serde_json::to_vec(&wire::Request::new(&endpoint.config.model, &brief, images));
            let body = Bytes::from(body.map_err(|error| endpoint.server.unavailable(error))?);
            let send = endpoint.server.post("chat/completions", |request| {
                request.header(ACCEPT, "text/event-stream").header(CONTENT_TYPE, "application/json").body(body.clone())
            });
            let response = send.await?;
            drop((body, room));
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
