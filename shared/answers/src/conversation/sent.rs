//! A message as clients send it: words and pictures.

use serde_json::Value;

use super::SentPicture;
use crate::assistant::MOST_PICTURES;
use shared::http::{Field, Fields, FromFields, Invalid, said};

/// Characters of a message.
pub const LONGEST_MESSAGE: usize = 16_000;

/// The words of a message, at least `MIN` characters.
#[derive(Debug)]
pub struct MessageText<const MIN: usize>(pub String);

impl<const MIN: usize> Field for MessageText<MIN> {
    fn parse(value: &Value) -> Result<Self, String> {
        said(value, MIN, LONGEST_MESSAGE).map(Self)
    }
}

/// `{content, images}`, checked as far as it can be without looking elsewhere. There are words, pictures, or both.
#[derive(Debug)]
pub struct SentMessage {
    /// The words.
    pub content: String,
    /// The pictures, which nothing has looked at yet.
    pub images: Vec<SentPicture>,
}

impl FromFields for SentMessage {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let content = fields.required::<MessageText<0>>("content");
        let images = fields.list("images", 0, MOST_PICTURES);
        let (MessageText(content), images) = (content?, images?);
        if content.is_empty() && images.is_empty() {
            return Err(fields.reject("content must not be empty unless there are images"));
        }
        Ok(Self { content, images })
    }
}
