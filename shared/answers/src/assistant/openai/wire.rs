//! Requests and chunks of the protocol.

use serde::{Deserialize, Serialize};

use crate::assistant::model::Brief;
use crate::assistant::pieces::Piece;
use crate::assistant::prompt;
use crate::assistant::question::{Role, Turn};
use shared::store::TokenUsage;

/// The body of a request.
#[derive(Debug, Serialize)]
pub(super) struct Request<'a> {
    model: &'a str,
    messages: Vec<Message<'a>>,
    stream: bool,
    stream_options: StreamOptions,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_completion_tokens: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<usize>,
}

/// The parameter for the maximum length of an answer. `OpenAI`'s own endpoint expects the newer name and rejects the
/// older one for reasoning models; most others know only the older one; none accepts both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LengthLimit {
    MaxCompletionTokens,
    MaxTokens,
    /// None: the answer is cut as it arrives.
    Untold,
}

impl LengthLimit {
    /// All of them, in the order in which to try them at `host`.
    pub(super) fn for_host(host: &str) -> [Self; 3] {
        let is_openai = host == "api.openai.com" || host.ends_with(".openai.azure.com");
        if is_openai {
            [Self::MaxCompletionTokens, Self::MaxTokens, Self::Untold]
        } else {
            [Self::MaxTokens, Self::MaxCompletionTokens, Self::Untold]
        }
    }

    /// Whether an endpoint with this error message has rejected it.
    pub(super) fn is_refused_by(self, said: &str) -> bool {
        match self {
            Self::MaxCompletionTokens => said.contains("max_completion_tokens"),
            Self::MaxTokens => said.contains("max_tokens"),
            Self::Untold => false,
        }
    }
}

#[derive(Debug, Serialize)]
struct StreamOptions {
    include_usage: bool,
}

#[derive(Debug, Serialize)]
struct Message<'a> {
    role: &'static str,
    content: Content<'a>,
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Content<'a> {
    Text(String),
    Parts(Vec<Part<'a>>),
}

#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Part<'a> {
    Text { text: String },
    ImageUrl { image_url: ImageUrl<'a> },
}

#[derive(Debug, Serialize)]
struct ImageUrl<'a> {
    url: &'a str,
}

impl<'a> Request<'a> {
    /// The request for a brief. `images` are the URLs of its pictures.
    pub(super) fn new(model: &'a str, brief: &Brief, images: &'a [String]) -> Self {
        let mut messages = vec![Message { role: "system", content: Content::Text(prompt::system().to_owned()) }];
        messages.extend(prompt::turns(brief).into_iter().map(Message::from));
        if let Some(last) = messages.last_mut().filter(|_| !images.is_empty()) {
            last.add_images(images);
        }
        let stream_options = StreamOptions { include_usage: true };
        Self { model, messages, stream: true, stream_options, max_completion_tokens: None, max_tokens: None }
    }

    /// The request with a maximum number of tokens.
    pub(super) fn limited(self, limit: LengthLimit, tokens: usize) -> Self {
        let told = |by: LengthLimit| (limit == by).then_some(tokens);
        Self {
            max_completion_tokens: told(LengthLimit::MaxCompletionTokens),
            max_tokens: told(LengthLimit::MaxTokens),
            ..self
        }
    }
}

impl From<Turn> for Message<'_> {
    fn from(turn: Turn) -> Self {
        let role = match turn.role {
            Role::User => "user",
            Role::Assistant => "assistant",
        };
        Self { role, content: Content::Text(turn.content) }
    }
}

impl<'a> Message<'a> {
    fn add_images(&mut self, urls: &'a [String]) {
        if let Content::Text(text) = &mut self.content {
            let mut parts = vec![Part::Text { text: std::mem::take(text) }];
            parts.extend(urls.iter().map(|url| Part::ImageUrl { image_url: ImageUrl { url } }));
            self.content = Content::Parts(parts);
        }
    }
}

/// An event of the stream. Endpoints differ in what they omit.
#[derive(Debug, Deserialize)]
pub(super) struct Chunk {
    #[serde(default)]
    choices: Vec<Choice>,
    usage: Option<Usage>,
    /// Some endpoints report errors within a stream like this.
    error: Option<serde_json::Value>,
}

#[derive(Debug, Deserialize)]
struct Choice {
    #[serde(default)]
    delta: Delta,
    finish_reason: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Delta {
    content: Option<String>,
    refusal: Option<String>,
}

impl Chunk {
    /// Its content, or the error that it reports.
    pub(super) fn into_piece(self) -> Result<Piece, String> {
        if let Some(error) = self.error.filter(|error| !error.is_null()) {
            return Err(format!("the endpoint broke off: {error}"));
        }
        let mut piece = Piece { usage: self.usage.map(TokenUsage::from), ..Piece::default() };
        for choice in self.choices {
            piece.text.push_str(&choice.delta.content.or(choice.delta.refusal).unwrap_or_default());
            piece.stopped = piece.stopped.or(choice.finish_reason);
        }
        Ok(piece)
    }
}

#[derive(Debug, Deserialize)]
struct Usage {
    #[serde(default)]
    prompt_tokens: u64,
    #[serde(default)]
    completion_tokens: u64,
    #[serde(default)]
    total_tokens: u64,
    prompt_tokens_details: Option<PromptDetails>,
}

#[derive(Debug, Deserialize)]
struct PromptDetails {
    cached_tokens: Option<u64>,
}

impl From<Usage> for TokenUsage {
    fn from(usage: Usage) -> Self {
        Self {
            prompt_tokens: usage.prompt_tokens,
            completion_tokens: usage.completion_tokens,
            cached_tokens: usage.prompt_tokens_details.and_then(|details| details.cached_tokens).unwrap_or(0),
            total_tokens: usage.total_tokens.max(usage.prompt_tokens + usage.completion_tokens),
        }
    }
}
