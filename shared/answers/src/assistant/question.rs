//! What is asked.

use bytes::Bytes;
use image::ImageFormat;
use url::Url;

use super::procedure::OpenProcedure;
use foundation::ids::UserId;
use shared::store::Warning;

/// The formats of pictures that are taken with questions: those that every model looks at.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP, ImageFormat::Gif];

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
    /// Who wrote it.
    pub role: Role,
    /// Its text; an answer's as it was stored, its list of sources included.
    pub content: String,
}

/// A picture that belongs to the question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its file name, for the prompt.
    pub name: String,
    /// Its content, or where that is.
    pub source: ImageSource,
}

/// The content of a picture, or where it is.
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

/// A question with everything that gives it its meaning.
#[derive(Debug, Clone)]
pub struct Question {
    /// Whose manuals are searched.
    pub user: UserId,
    /// The question's words; may be empty where there are images.
    pub text: String,
    /// Pictures sent with it.
    pub images: Vec<Image>,
    /// Earlier turns, oldest first. Long conversations are cut to a window here: hand over all of it.
    pub history: Vec<Turn>,
    /// The equipment that the conversation is about, as the user named it.
    pub equipment: Vec<String>,
    /// Whether the answer is read out: then it is brief.
    pub aloud: bool,
    /// The procedure that the user works through.
    pub procedure: Option<OpenProcedure>,
    /// Warnings of spoken answers that were interrupted before they were said: this answer begins with them.
    pub pending: Vec<Warning>,
    /// What is replied to a user who has only said that such warnings need not be repeated.
    pub reply: Option<&'static str>,
}

impl Question {
    /// The first question of a conversation, in words alone.
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
