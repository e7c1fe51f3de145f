//! Any endpoint that speaks `OpenAI`'s chat completions, streamed.
//!
//! Protocol: <https://platform.openai.com/docs/api-reference/chat/create>, with `stream` and
//! `stream_options.include_usage`. Endpoints that send no usage, or end without `[DONE]`, are fine; one
//! that ends before it said why it stopped has broken off.

mod images;
mod request;
mod stream;
mod wire;

use std::sync::Arc;

use async_stream::try_stream;
use futures::StreamExt;
use futures::stream::BoxStream;
use reqwest::Client;
use secrecy::ExposeSecret;

use super::error::{AnswerError, Cause};
use super::model::{Brief, LanguageModel, ModelEvent};
use super::prompt;
use crate::config::OpenAiConfig;
use crate::outbound;

/// An `OpenAI`-compatible endpoint.
#[derive(Debug)]
pub struct OpenAi {
    endpoint: Arc<Endpoint>,
}

/// Where requests go, and how.
#[derive(Debug)]
struct Endpoint {
    client: Client,
    url: String,
    config: OpenAiConfig,
    /// Whether pictures on `http://localhost`, which no endpoint can fetch, are sent along.
    inline_localhost: bool,
}

impl OpenAi {
    /// A client of the configured endpoint.
    ///
    /// # Errors
    /// When TLS cannot be set up, or the key cannot stand in a header.
    pub fn new(config: OpenAiConfig, inline_localhost: bool) -> Result<Self, Cause> {
        let mut headers = http::HeaderMap::new();
        if let Some(key) = &config.api_key {
            let mut value = http::HeaderValue::try_from(format!("Bearer {}", key.expose_secret()))
                .map_err(|_| "OPENAI_API_KEY holds characters that no header can carry")?;
            value.set_sensitive(true);
            headers.insert(http::header::AUTHORIZATION, value);
        }
        let client = outbound::builder().default_headers(headers).build()?;
        let url = format!("{}/chat/completions", config.base_url.as_str().trim_end_matches('/'));
        Ok(Self { endpoint: Arc::new(Endpoint { client, url, config, inline_localhost }) })
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
            let images = images::prepare(&brief.images, endpoint.inline_localhost).await;
            let body = wire::Request::new(&endpoint.config.model, &brief, &images);
            let response = request::send(&endpoint, &body).await?;
            let mut events = std::pin::pin!(stream::events(response, endpoint.config.idle_timeout));
            while let Some(event) = events.next().await {
                yield event?;
            }
        };
        events.boxed()
    }
}

#[cfg(test)]
mod tests;
