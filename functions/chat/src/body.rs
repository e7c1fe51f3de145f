//! The body of a message: words and pictures.

use answers::assistant::ImageSource;
use answers::conversation::Prompt;
use axum::extract::{FromRequest, FromRequestParts, Request};
use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use foundation::file_url::FileUrl;
use foundation::ids::AttachmentId;
use foundation::{ApiError, ApiResult};
use http::StatusCode;
use serde_json::Value;
use shared::access::CurrentUser;
use shared::http::{Field, Fields, FromFields, IdempotencyKey, Invalid, Valid, said};

use crate::App;
use crate::attachments;

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
pub struct MessageBody {
    content: String,
    images: Vec<Sent>,
    key: Option<String>,
}

#[derive(Debug)]
enum Sent {
    Image(ImageSource),
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
            return from_data_url(text).map(Self::Image).map_err(str::to_owned);
        }
        if text.is_empty() { Err("must not be empty".to_owned()) } else { Ok(Self::Address(text.to_owned())) }
    }
}

/// Base64 with or without its closing signs.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The picture in a `data:` URL; else the end of a sentence that begins with the field's name.
fn from_data_url(url: &str) -> Result<ImageSource, &'static str> {
    const NO_DATA_URL: &str = "must be a data: URL in base64";
    let (head, encoded) = url.split_once(',').ok_or(NO_DATA_URL)?;
    if !head.to_ascii_lowercase().ends_with(";base64") {
        return Err(NO_DATA_URL);
    }
    let bytes = LENIENT.decode(encoded.trim()).map_err(|_| NO_DATA_URL)?;
    ImageSource::of_file(bytes.into()).ok_or("must be a PNG, JPEG, WebP or GIF picture")
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
            Err(error) if error.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(too_large()),
            Err(error) => Err(error),
        }
    }
}

impl MessageBody {
    /// Looks at the addresses: they must be allowed, or name a picture that the user sent before.
    ///
    /// # Errors
    /// 400 with a sentence for each that is not, 413 when the pictures are too large together.
    pub async fn into_prompt(self, state: &App, user: &CurrentUser) -> ApiResult<Prompt> {
        let mut pictures = Vec::with_capacity(self.images.len());
        let mut sentences = Vec::new();
        for (at, sent) in self.images.into_iter().enumerate() {
            match sent {
                Sent::Image(image) => pictures.push(image),
                Sent::Address(address) => match picture_at(state, user, &address).await? {
                    Ok(picture) => pictures.push(picture),
                    Err(reason) => sentences.push(format!("images[{at}] {reason}")),
                },
            }
        }
        if !sentences.is_empty() {
            return Err(ApiError::validation(sentences));
        }
        if pictures.iter().filter_map(ImageSource::size).sum::<usize>() > LARGEST_PICTURES {
            return Err(too_large());
        }
        Ok(Prompt { text: self.content, pictures, key: self.key, aloud: false })
    }
}

async fn picture_at(state: &App, user: &CurrentUser, address: &str) -> ApiResult<Result<ImageSource, String>> {
    let config = &state.context.config;
    if let Some(id) = attachments::named_by(&config.http.gateway_url, address) {
        let found = match AttachmentId::try_from(id.to_owned()) {
            Ok(id) => state.conversations.image(&user.id, &id).await?,
            Err(_) => None,
        };
        return Ok(found.ok_or_else(|| "names a picture that is not there".to_owned()));
    }
    let url = FileUrl::parse(address, &config.documents).map_err(|error| error.to_string());
    Ok(url.map(|url| ImageSource::Address(url.as_url().clone())))
}

fn too_large() -> ApiError {
    ApiError::payload_too_large(
        "payload_too_large",
        "The message is too large. Its pictures may have 4 MiB together: make them smaller or send fewer at once.",
    )
}
