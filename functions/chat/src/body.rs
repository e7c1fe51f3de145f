//! The body of a message: words and pictures.

use answers::conversation::{Picture, Prompt};
use axum::extract::{FromRequest, FromRequestParts, Request};
use foundation::file_url::FileUrl;
use foundation::ids::AttachmentId;
use foundation::{ApiError, ApiResult};
use http::StatusCode;
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, IdempotencyKey, Invalid, Valid, said};

use crate::State;
use crate::attachments;
use crate::refusal::refusal;

/// Bytes of a request that carries pictures: what Lambda takes.
pub const LIMIT: usize = 6 * 1024 * 1024;
/// Characters of a message.
const LONGEST: usize = 16_000;
/// Pictures of a message.
const MOST_PICTURES: usize = 4;
/// Bytes that they may have together.
const LARGEST_PICTURES: usize = 4 * 1024 * 1024;

/// A message as it was sent, checked as far as it can be without looking elsewhere.
#[derive(Debug)]
pub struct Said {
    content: String,
    images: Vec<Sent>,
    key: Option<String>,
}

#[derive(Debug)]
enum Sent {
    Picture(Picture),
    Address(String),
}

/// The words of a message.
#[derive(Debug)]
pub struct Words<const MIN: usize>(pub String);

impl<const MIN: usize> Field for Words<MIN> {
    fn parse(value: &Value) -> Result<Self, String> {
        said(value, MIN, LONGEST).map(Self)
    }
}

impl Field for Sent {
    fn parse(value: &Value) -> Result<Self, String> {
        let Value::String(text) = value else { return Err("must be text".to_owned()) };
        let text = text.trim();
        if text.get(..5).is_some_and(|scheme| scheme.eq_ignore_ascii_case("data:")) {
            return Picture::from_data_url(text).map(Self::Picture);
        }
        if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(Self::Address(text.to_owned())) }
    }
}

impl FromFields for Said {
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

impl<S: Send + Sync> FromRequest<S> for Said {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let (mut parts, body) = request.into_parts();
        let IdempotencyKey(key) = IdempotencyKey::from_request_parts(&mut parts, state).await?;
        match Valid::from_request(Request::from_parts(parts, body), state).await {
            Ok(Valid(said)) => Ok(Self { key, ..said }),
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            Err(error) => Err(error),
        }
    }
}

impl Said {
    /// Looks at the addresses: they must be allowed, or name a picture that the user sent before.
    ///
    /// # Errors
    /// 400 with a sentence for each that is not, 413 when the pictures are too large together.
    pub async fn into_prompt(self, state: &State, user: &CurrentUser) -> ApiResult<Prompt> {
        let mut pictures = Vec::with_capacity(self.images.len());
        let mut sentences = Vec::new();
        for (at, sent) in self.images.into_iter().enumerate() {
            match sent {
                Sent::Picture(picture) => pictures.push(picture),
                Sent::Address(address) => match picture_at(state, user, &address).await? {
                    Ok(picture) => pictures.push(picture),
                    Err(reason) => sentences.push(format!("images[{at}] {reason}")),
                },
            }
        }
        if !sentences.is_empty() {
            return Err(ApiError::validation(sentences));
        }
        if pictures.iter().map(Picture::size).sum::<usize>() > LARGEST_PICTURES {
            return Err(too_large());
        }
        Ok(Prompt { text: self.content, pictures, key: self.key, aloud: false })
    }
}

async fn picture_at(state: &State, user: &CurrentUser, address: &str) -> ApiResult<Result<Picture, String>> {
    let config = &state.context.config;
    if let Some(id) = attachments::named_by(&config.http.gateway_url, address) {
        let found = match AttachmentId::try_from(id.to_owned()) {
            Ok(id) => state.conversations.picture(&user.id, &id).await.map_err(refusal)?,
            Err(_) => None,
        };
        return Ok(found.ok_or_else(|| "names a picture that is not there".to_owned()));
    }
    let url = FileUrl::parse(address, &config.documents).map_err(|error| error.to_string());
    Ok(url.map(|url| Picture::Elsewhere(url.as_url().clone())))
}

fn too_large() -> ApiError {
    ApiError::payload_too_large(
        "payload_too_large",
        "The message is too large. Its pictures may have 4 MiB together: make them smaller or send fewer at once.",
    )
}
