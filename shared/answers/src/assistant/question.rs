//! Questions and their context.

use bytes::Bytes;
use image::ImageFormat;
use url::Url;

use super::procedure::OpenProcedure;
use foundation::ids::UserId;
use shared::store::Warning;

/// The formats of pictures that are taken with questions: those that every model looks at.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

/// Maximum number of pictures of a question.
pub const MOST_PICTURES: usize = 10;

/// Who wrote a turn of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The technician.
    User,
    /// The assistant.
    Assistant,
}

/// An earlier message of the conversation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turn {
    /// Its author.
    pub role: Role,
    /// Its text. Answers are as stored, including their list of sources.
    pub content: String,
}

/// A picture of a question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its file name, for the prompt.
    pub name: String,
    /// Its content, or where that is.
    pub source: ImageSource,
}

/// The location of a picture. Its content is fetched when needed, once there is memory for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A file of this format.
    Bytes(ImageFormat, Bytes),
    /// At an address on a host that is allowed: `https`, or `http://localhost` in development. It is fetched when it
    /// is needed, and there is room for it.
    Address(Url),
}

impl ImageSource {
    /// A PNG, JPEG, WebP or GIF file, by its first bytes, whatever its sender calls it. None for any other file.
    #[must_use]
    pub fn of_file(bytes: Bytes) -> Option<Self> {
        let format = image::guess_format(&bytes).ok().filter(|format| FORMATS.contains(format))?;
        Some(Self::Bytes(format, bytes))
    }

    /// Bytes of the file, where it is here.
    #[must_use]
    pub fn size(&self) -> Option<usize> {
        match self {
            Self::Bytes(_, bytes) => Some(bytes.len()),
            Self::Address(_) => None,
        }
    }
}

/// A question with its context.
#[derive(Debug, Clone)]
pub struct Question {
    /// The user whose manuals are searched.
    pub user: UserId,
    /// The text of the question; may be empty if there are images.
    pub text: String,
    /// Its pictures.
    pub images: Vec<Image>,
    /// All earlier turns, oldest first. The pipeline limits them to a window.
    pub history: Vec<Turn>,
    /// The equipment that the conversation is about, as named by the user.
    pub equipment: Vec<String>,
    /// Whether the answer is read out, and should be brief.
    pub aloud: bool,
    /// The procedure that the user is working through.
    pub procedure: Option<OpenProcedure>,
    /// Warnings of spoken answers that were interrupted before. This answer begins with them.
    pub pending: Vec<Warning>,
    /// The reply to a user who only dismissed such warnings.
    pub reply: Option<&'static str>,
    /// Whether the answer is streamed to a client that only appends: nothing may be inserted afterwards.
    pub appends: bool,
}

impl Question {
    /// The first question of a conversation, with text only.
    #[must_use]
    pub fn new(user: UserId, text: impl Into<String>) -> Self {
        Self {
            user,
            text: text.into(),
            images: Vec::new(),
            history: Vec::new(),
            equipment: Vec::new(),
            aloud: false,
            procedure: None,
            pending: Vec::new(),
            reply: None,
            appends: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_content() {
        let format = |bytes: &'static [u8]| match ImageSource::of_file(Bytes::from_static(bytes)) {
            Some(ImageSource::Bytes(format, _)) => Some(format),
            _ => None,
        };
        assert_eq!(format(b"\x89PNG\r\n\x1a\nrest"), Some(ImageFormat::Png));
        assert_eq!(format(b"\xff\xd8\xff\xe0"), Some(ImageFormat::Jpeg));
        assert_eq!(format(b"RIFF\0\0\0\0WEBPVP8 "), Some(ImageFormat::WebP));
        assert_eq!(format(b"GIF89a"), Some(ImageFormat::Gif));
        for other in [&b""[..], b"GIF", b"<svg", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE", b"BM\0\0\0\0"] {
            assert_eq!(format(other), None);
        }
    }
}
