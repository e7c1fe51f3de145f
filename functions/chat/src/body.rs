//! The body of a message: words and pictures.

use answers::conversation::{Prompt, SentMessage, pictures_too_large};
use axum::extract::{FromRequest, FromRequestParts, Request};
use foundation::{ApiError, ApiResult};
use http::StatusCode;
use shared::access::CurrentUser;
use shared::http::{IdempotencyKey, Valid};

use crate::App;

/// Bytes of a request that carries pictures: what Lambda takes.
pub const LIMIT: usize = 6 * 1024 * 1024;

/// A message, and the key under which it was sent, if it has one.
#[derive(Debug)]
pub struct MessageBody {
    message: SentMessage,
    key: Option<String>,
}

impl<S: Send + Sync> FromRequest<S> for MessageBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(&mut parts, state).await?;
        match Valid::from_request(Request::from_parts(parts, body), state).await {
            Ok(Valid(message)) => Ok(Self { message, key }),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(pictures_too_large()),
            Err(error) => Err(error),
        }
    }
}

impl MessageBody {
    /// Looks at the addresses of its pictures.
    ///
    /// # Errors
    /// Those of [`answers::conversation::Conversations::pictures`].
    pub async fn into_prompt(self, state: &App, user: &CurrentUser) -> ApiResult<Prompt> {
        let pictures = state.conversations.pictures(&user.id, self.message.images).await?;
        Ok(Prompt { text: self.message.content, pictures, key: self.key, aloud: false })
    }
}
