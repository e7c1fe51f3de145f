//! Models of Amazon Bedrock, streamed.
//!
//! Protocol: <https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html>, which is the
//! same for all models. Models run with their own default settings, except for the maximum length of an answer.

mod images;
mod wire;

use async_stream::try_stream;
use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::StalledStreamProtectionConfig;
use aws_sdk_bedrockruntime::types::{ContentBlock, InferenceConfiguration, SystemContentBlock};
use futures::stream::BoxStream;
use futures::{FutureExt, Stream, StreamExt};

use super::error::AnswerError;
use super::image_loader::ImageLoader;
use super::model::{Brief, LanguageModel, ModelEvent};
use super::pieces::{self, NAME, Piece};
use super::prompt;
use ::images::PictureLimits;
use ::images::memory::MemoryPermit;
use foundation::aws;
use foundation::config::BedrockConfig;
use foundation::provider::{ProviderError, sdk_failure};

/// A client for a model of Amazon Bedrock. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Bedrock {
    client: Client,
    config: BedrockConfig,
    loader: ImageLoader,
    limits: PictureLimits,
}

impl Bedrock {
    /// A client for the configured model. It gets the content of `pictures`; those that the service does not accept are
    /// decoded within `limits` and re-encoded.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: BedrockConfig, loader: ImageLoader, limits: PictureLimits) -> Self {
        let mut builder = aws_sdk_bedrockruntime::config::Builder::from(sdk).retry_classifier(aws::HonourRetryAfter);
        builder.set_endpoint_url(config.endpoint.clone());
        // Models think; how long silence is borne is decided here.
        builder.set_stalled_stream_protection(Some(StalledStreamProtectionConfig::disabled()));
        builder.set_timeout_config(Some(TimeoutConfig::builder().disable_operation_attempt_timeout().build()));
        Self { client: Client::from_conf(builder.build()), config, loader, limits }
    }

    /// Sends the request, with retries until the answer begins, and reads the answer.
    fn pieces(
        self,
        brief: &Brief,
        (pictures, room): (Vec<ContentBlock>, Option<MemoryPermit>),
    ) -> impl Stream<Item = Result<Piece, ProviderError>> + use<> {
        let rules = SystemContentBlock::Text(prompt::system().to_owned());
        let most = i32::try_from(brief.answer_tokens).unwrap_or(i32::MAX);
        let limits = InferenceConfiguration::builder().max_tokens(most).build();
        let call = self.client.converse_stream().model_id(self.config.model).system(rules).inference_config(limits);
        let messages = wire::messages(brief, pictures);
        try_stream! {
            let messages = messages.map_err(|error| ProviderError::unavailable(NAME, error))?;
            let answer = call.set_messages(Some(messages)).send().await;
            drop(room);
            let mut events = answer.map_err(|error| sdk_failure(NAME, error))?.stream;
            while let Some(event) = events.recv().await.map_err(wire::broken_off)? {
                yield wire::piece(event);
            }
        }
    }
}

impl LanguageModel for Bedrock {
    fn name(&self) -> &str {
        &self.config.model
    }

    fn passages(&self) -> usize {
        prompt::PASSAGES
    }

    fn sees_images(&self) -> bool {
        true
    }

    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>> {
        let bedrock = self.clone();
        let answer = async move {
            let idle = bedrock.config.idle_timeout;
            let pictures = images::prepare(&brief.images, &bedrock.loader, bedrock.limits).await;
            pieces::events(bedrock.pieces(&brief, pictures), idle)
        };
        answer.flatten_stream().boxed()
    }
}

#[cfg(test)]
mod tests;
