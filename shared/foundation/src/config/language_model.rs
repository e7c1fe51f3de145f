//! The language model that writes answers.

use std::time::Duration;

use secrecy::SecretString;
use strum::{EnumString, VariantNames};
use url::Url;

use super::reader::Reader;
use super::variables as var;

/// The language model that writes answers.
#[derive(Debug, Clone)]
pub enum LanguageModelConfig {
    /// Quotes the best passages, without a model.
    Extractive,
    /// Any endpoint that implements `OpenAI`'s chat completions.
    OpenAi(OpenAiConfig),
    /// A model of Amazon Bedrock.
    Bedrock(BedrockConfig),
}

/// An `OpenAI`-compatible endpoint.
#[derive(Debug, Clone)]
pub struct OpenAiConfig {
    /// `OPENAI_BASE_URL`.
    pub base_url: Url,
    /// `OPENAI_API_KEY`.
    pub api_key: Option<SecretString>,
    /// `OPENAI_MODEL`.
    pub model: String,
    /// `OPENAI_SECONDS`.
    pub idle_timeout: Duration,
}

/// A model of Amazon Bedrock.
#[derive(Debug, Clone)]
pub struct BedrockConfig {
    /// `BEDROCK_MODEL`.
    pub model: String,
    /// `BEDROCK_SECONDS`.
    pub idle_timeout: Duration,
    /// `AWS_ENDPOINT_URL_BEDROCK_RUNTIME`.
    pub endpoint: Option<String>,
}

/// The word of `LANGUAGE_MODEL`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
pub(super) enum LanguageModelKind {
    #[default]
    Extractive,
    OpenAi,
    Bedrock,
}

impl OpenAiConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        Some(Self {
            base_url: reader.url(&var::OPENAI_BASE_URL)?,
            api_key: reader.secret(&var::OPENAI_API_KEY),
            model: reader.text(&var::OPENAI_MODEL),
            idle_timeout: Duration::from_secs(reader.number(&var::OPENAI_SECONDS, 1, 900)),
        })
    }
}

impl LanguageModelConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        match reader.choice(&var::LANGUAGE_MODEL) {
            LanguageModelKind::Extractive => Self::Extractive,
            LanguageModelKind::OpenAi => OpenAiConfig::read(reader).map_or(Self::Extractive, Self::OpenAi),
            LanguageModelKind::Bedrock => Self::Bedrock(BedrockConfig {
                model: reader.text(&var::BEDROCK_MODEL),
                idle_timeout: Duration::from_secs(reader.number(&var::BEDROCK_SECONDS, 1, 900)),
                endpoint: reader.optional(&var::AWS_ENDPOINT_URL_BEDROCK_RUNTIME),
            }),
        }
    }
}
