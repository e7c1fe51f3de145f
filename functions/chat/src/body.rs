//! The body of a message: words and pictures.

use answers::assistant::MOST_PICTURES;
use answers::conversation::{Prompt, SentPicture, pictures_too_large};
use axum::extract::{FromRequest, FromRequestParts, Request};
use foundation::{ApiError, ApiResult};
use http::StatusCode;
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, IdempotencyKey, Invalid, Valid, said};

use crate::App;

/// Bytes of a request that carries pictures: what Lambda takes.
pub const LIMIT: usize = 6 * 1024 * 1024;
/// Characters of a message.
const LONGEST: usize = 16_000;

/// A message as it was sent, checked as far as it can be without looking elsewhere.
#[derive(Debug)]
pub struct MessageBody {
    content: String,
    images: Vec<SentPicture>,
    key: Option<String>,
}

/// The words of a message.
#[derive(Debug)]
pub struct Words<const MIN: usize>(pub String);

impl<const MIN: usize> Field for Words<MIN> {
    fn parse(value: &Value) -> Result<Self, String> {
        said(value, MIN, LONGEST).map(Self)
    }
}

impl FromFields for MessageBody {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let content = fields.required::<Words<0>>("content");
        let images = fields.list("images", 0, MOST_PICTURES);
        let (Words(content), images) = (content?, images?);
        if content.is_empty() && images.is_empty() {
            return Err(fields.reject("content must not be empty unless there are images"));
        }
        Ok(Self { content, images, key: None })
    }
}

impl<S: Send + Sync> FromRequest<S> for MessageBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(&mut parts, state).await?;
        match Valid::from_request(Request::from_parts(parts, body), state).await {
            Ok(Valid(said)) => Ok(Self { key, ..said }),
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
        let pictures = state.conversations.pictures(&user.id, self.images).await?;
        Ok(Prompt { text: self.content, pictures, key: self.key, aloud: false })
    }
}
