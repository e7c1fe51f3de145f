//! Requests and events of the service.

use aws_sdk_bedrockruntime::error::{BuildError, SdkError};
use aws_sdk_bedrockruntime::types::error::ConverseStreamOutputError;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ContentBlockDelta, ConversationRole, ConverseStreamOutput, Message, TokenUsage as Counted,
};

use crate::assistant::model::Brief;
use crate::assistant::pieces::{NAME, Piece};
use crate::assistant::prompt;
use crate::assistant::question::Role;
use foundation::provider::{ProviderError, ProviderFailure};
use shared::store::TokenUsage;

/// The messages of a brief, with its pictures after the question.
pub(super) fn messages(brief: &Brief, pictures: Vec<ContentBlock>) -> Result<Vec<Message>, BuildError> {
    let mut contents: Vec<_> = prompt::turns(brief)
        .into_iter()
        .map(|turn| (role(turn.role), vec![ContentBlock::Text(turn.content)]))
        .collect();
    if let Some((_, last)) = contents.last_mut() {
        last.extend(pictures);
    }
    let message = |(role, content)| Message::builder().role(role).set_content(Some(content)).build();
    contents.into_iter().map(message).collect()
}

fn role(role: Role) -> ConversationRole {
    match role {
        Role::User => ConversationRole::User,
        Role::Assistant => ConversationRole::Assistant,
    }
}

/// The content of an event.
pub(super) fn piece(event: ConverseStreamOutput) -> Piece {
    match event {
        ConverseStreamOutput::ContentBlockDelta(event) => match event.delta {
            Some(ContentBlockDelta::Text(text)) => Piece { text, ..Piece::default() },
            _ => Piece::default(),
        },
        ConverseStreamOutput::MessageStop(event) => {
            Piece { stopped: Some(event.stop_reason.as_str().to_owned()), ..Piece::default() }
        }
        ConverseStreamOutput::Metadata(event) => Piece { usage: event.usage.as_ref().map(usage), ..Piece::default() },
        _ => Piece::default(),
    }
}

/// The usage. The service counts cached parts of the prompt separately.
fn usage(counted: &Counted) -> TokenUsage {
    let tokens = |count: i32| u64::try_from(count).unwrap_or_default();
    let cached_tokens = tokens(counted.cache_read_input_tokens.unwrap_or_default());
    let newly_cached = tokens(counted.cache_write_input_tokens.unwrap_or_default());
    let prompt_tokens = tokens(counted.input_tokens) + cached_tokens + newly_cached;
    let completion_tokens = tokens(counted.output_tokens);
    let total_tokens = tokens(counted.total_tokens).max(prompt_tokens + completion_tokens);
    TokenUsage { prompt_tokens, completion_tokens, cached_tokens, total_tokens }
}

/// Converts a failure within the stream.
pub(super) fn broken_off<R>(error: SdkError<ConverseStreamOutputError, R>) -> ProviderError
where
    R: std::fmt::Debug + Send + Sync + 'static,
{
    let failure = match error.as_service_error() {
        Some(ConverseStreamOutputError::ThrottlingException(_)) => {
            ProviderFailure::RateLimited { retry_after_seconds: None }
        }
        Some(ConverseStreamOutputError::ValidationException(_)) => ProviderFailure::Rejected(Box::new(error)),
        _ => ProviderFailure::Unavailable(Box::new(error)),
    };
    ProviderError::new(NAME, failure)
}
