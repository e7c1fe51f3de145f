//! Pictures as clients name them in a message.

use base64::alphabet;
use base64::engine::{DecodePaddingMode, Engine as _, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::{ConversationResult, Conversations};
use crate::assistant::ImageSource;
use foundation::file_url::FileUrl;
use foundation::ids::{AttachmentId, UserId};
use foundation::{ApiError, ApiResult};
use shared::http::Field;

/// Bytes that the pictures of a message may have together that are sent with it, or were sent before. What is fetched
/// from an address does not count.
const LARGEST: usize = 4 * 1024 * 1024;
/// The path under which its owner reads a picture.
const PATH: &str = "/api/v1/chat/attachments/";

/// A picture of a message as it was sent: a field of the request, checked as far as it can be without looking elsewhere.
#[derive(Debug)]
pub enum SentPicture {
    /// The content, as a `data:` URL.
    Image(ImageSource),
    /// An address, which nothing has looked at yet.
    Address(String),
}

impl Field for SentPicture {
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

impl Conversations {
    /// The pictures of a message of `user`, of which there may be [`MOST_PICTURES`](crate::assistant::MOST_PICTURES)
    /// in the field `images`. An address must name a picture that the user sent before, or be on a host that is
    /// allowed (`FILE_URL_HOSTS`); a picture that is there is read, one elsewhere is fetched when it is needed.
    ///
    /// # Errors
    /// 400 `validation_failed` with a sentence for each address that is refused ("images\[2\] must be …"), 413
    /// `payload_too_large` when the pictures are too large together, or an error of the bucket.
    pub async fn pictures(&self, user: &UserId, sent: Vec<SentPicture>) -> ApiResult<Vec<ImageSource>> {
        let mut pictures = Vec::with_capacity(sent.len());
        let mut sentences = Vec::new();
        for (at, sent) in sent.into_iter().enumerate() {
            match sent {
                SentPicture::Image(image) => pictures.push(image),
                SentPicture::Address(address) => match self.picture_at(user, &address).await? {
                    Ok(picture) => pictures.push(picture),
                    Err(reason) => sentences.push(format!("images[{at}] {reason}")),
                },
            }
        }
        if !sentences.is_empty() {
            return Err(ApiError::validation(sentences));
        }
        if pictures.iter().filter_map(ImageSource::size).sum::<usize>() > LARGEST {
            return Err(pictures_too_large());
        }
        Ok(pictures)
    }

    /// The picture at an address; else the end of a sentence that begins with the field's name.
    async fn picture_at(&self, user: &UserId, address: &str) -> ConversationResult<Result<ImageSource, String>> {
        let config = &self.context.config;
        if let Some(id) = named_by(&config.http.gateway_url, address) {
            let found = match AttachmentId::try_from(id.to_owned()) {
                Ok(id) => self.image(user, &id).await?,
                Err(_) => None,
            };
            return Ok(found.ok_or_else(|| "names a picture that is not there".to_owned()));
        }
        let url = FileUrl::parse(address, &config.documents).map_err(|error| error.to_string());
        Ok(url.map(|url| ImageSource::Address(url.as_url().clone())))
    }
}

/// The address under which its owner reads a picture that was sent with a message.
#[must_use]
pub fn picture_address(gateway_url: &str, id: &AttachmentId) -> String {
    format!("{gateway_url}{PATH}{id}")
}

/// The id in an address that [`picture_address`] made, with or without the host.
fn named_by<'a>(gateway_url: &str, address: &'a str) -> Option<&'a str> {
    address.strip_prefix(gateway_url).unwrap_or(address).strip_prefix(PATH)
}

/// The refusal of a message whose pictures are too large together.
#[must_use]
pub fn pictures_too_large() -> ApiError {
    ApiError::payload_too_large(
        "payload_too_large",
        "The message is too large. Its pictures may have 4 MiB together: make them smaller or send fewer at once.",
    )
}
