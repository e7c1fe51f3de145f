//! Pictures sent with messages.

use std::time::Duration;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;

use super::{ConversationResult, Conversations};
use crate::assistant::{Image, ImageSource};
use foundation::ids::{AttachmentId, ChatId, UserId};
use shared::objects::{ObjectError, ObjectKey, ObjectResult, Objects};
use shared::store::{Attachment, StoredFile};

/// Supported formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureKind {
    /// `image/png`
    Png,
    /// `image/jpeg`
    Jpeg,
    /// `image/webp`
    WebP,
    /// `image/gif`
    Gif,
}

impl PictureKind {
    /// The format of `bytes` by their first bytes, whatever the sender says.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(Self::Png),
            [0xff, 0xd8, 0xff, ..] => Some(Self::Jpeg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some(Self::WebP),
            [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Some(Self::Gif),
            _ => None,
        }
    }

    /// The media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::WebP => "image/webp",
            Self::Gif => "image/gif",
        }
    }

    fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::WebP => "webp",
            Self::Gif => "gif",
        }
    }
}

/// A picture of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Picture {
    /// A picture on an allowed host.
    Elsewhere(url::Url),
    /// A picture that was sent with the message.
    Sent(PictureKind, Bytes),
}

/// Base64 with or without padding.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl Picture {
    /// Parses a `data:` URL.
    ///
    /// # Errors
    /// If it is not base64 or not a supported picture. The error is the rest of a sentence that begins with the field's
    /// name.
    pub fn from_data_url(url: &str) -> Result<Self, String> {
        let (head, encoded) = url.split_once(',').ok_or("must be a data: URL in base64")?;
        if !head.to_ascii_lowercase().ends_with(";base64") {
            return Err("must be a data: URL in base64".to_owned());
        }
        let bytes = LENIENT.decode(encoded.trim()).map_err(|_| "must be a data: URL in base64")?;
        let kind = PictureKind::of(&bytes).ok_or("must be a PNG, JPEG, WebP or GIF picture")?;
        Ok(Self::Sent(kind, bytes.into()))
    }

    /// Number of bytes that were sent with the message.
    #[must_use]
    pub fn size(&self) -> usize {
        match self {
            Self::Elsewhere(_) => 0,
            Self::Sent(_, bytes) => bytes.len(),
        }
    }
}

impl Conversations {
    /// A picture that the user sent before, to send it again.
    ///
    /// # Errors
    /// If storage fails.
    pub async fn picture(&self, user: &UserId, id: &AttachmentId) -> ConversationResult<Option<Picture>> {
        match self.context.objects.get(&key(user, id), LARGEST).await {
            Ok(bytes) => Ok(PictureKind::of(&bytes).map(|kind| Picture::Sent(kind, bytes))),
            Err(ObjectError::NotFound) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// A URL at which a picture of the user can be read for some minutes.
    ///
    /// # Errors
    /// If storage fails.
    pub async fn picture_address(&self, user: &UserId, id: &AttachmentId) -> ConversationResult<Option<String>> {
        let key = key(user, id);
        let Some(info) = self.context.objects.info(&key).await? else { return Ok(None) };
        let extension = info.content_type.strip_prefix("image/").unwrap_or("bin");
        let presigned = self.context.objects.presign_get(&key, &format!("picture.{extension}"), READABLE).await?;
        Ok(Some(presigned.url))
    }
}

/// How long the URL of a picture is valid.
const READABLE: Duration = Duration::from_mins(5);

/// Maximum size of a stored picture.
const LARGEST: u64 = 8 * 1024 * 1024;

/// The key of an attachment. An attachment's id begins with that of its session, so that a session can be deleted with
/// its pictures.
pub(super) fn key(user: &UserId, attachment: &AttachmentId) -> ObjectKey {
    ObjectKey::Picture(user.clone(), attachment.to_string())
}

/// The key prefix of all pictures of a session.
pub(super) fn prefix(user: &UserId, chat: &ChatId) -> String {
    ObjectKey::Picture(user.clone(), format!("{chat}-")).to_string()
}

/// Stores the pictures of a message. Names are numbered from 1.
pub(super) async fn keep(
    objects: &Objects,
    user: &UserId,
    chat: &ChatId,
    pictures: Vec<Picture>,
) -> ObjectResult<Vec<Attachment>> {
    let mut attachments = Vec::with_capacity(pictures.len());
    for (at, picture) in pictures.into_iter().enumerate() {
        let id = attachment_id(chat);
        attachments.push(match picture {
            Picture::Elsewhere(url) => {
                let name = url.path_segments().and_then(|mut s| s.next_back()).filter(|name| !name.is_empty());
                let file_name =
                    name.map_or_else(|| format!("picture-{}", at + 1), |name| name.chars().take(200).collect());
                Attachment { id, url: Some(url.to_string()), file_name, stored: None }
            }
            Picture::Sent(kind, bytes) => {
                let stored = StoredFile { content_type: kind.content_type().to_owned(), size: bytes.len() as u64 };
                objects.put(&key(user, &id), kind.content_type(), bytes).await?;
                let file_name = format!("picture-{}.{}", at + 1, kind.extension());
                Attachment { id, url: None, file_name, stored: Some(stored) }
            }
        });
    }
    Ok(attachments)
}

/// An id with 128 random bits.
fn attachment_id(chat: &ChatId) -> AttachmentId {
    let random = hex::encode(rand::random::<[u8; 16]>());
    AttachmentId::try_from(format!("{chat}-{random}")).unwrap_or_else(|_| AttachmentId::new())
}

/// The pictures for the assistant. Those in our bucket are referenced by key and read when needed.
pub(super) fn images(user: &UserId, attachments: &[Attachment]) -> Vec<Image> {
    let images = attachments.iter().filter_map(|attachment| {
        let source = match (&attachment.url, &attachment.stored) {
            (Some(url), _) => ImageSource::Address(url.clone()),
            (None, Some(StoredFile { content_type, size })) => {
                ImageSource::Stored { key: key(user, &attachment.id), content_type: content_type.clone(), size: *size }
            }
            (None, None) => return None,
        };
        Some(Image { source, name: attachment.file_name.clone() })
    });
    images.collect()
}

/// Deletes pictures from our bucket. A failure is ignored, because the pictures are deleted with their session at the
/// latest.
pub(super) async fn discard(objects: &Objects, user: &UserId, attachments: &[Attachment]) {
    for attachment in attachments.iter().filter(|attachment| attachment.stored.is_some()) {
        if let Err(error) = objects.delete(&key(user, &attachment.id)).await {
            tracing::warn!(%error, "a picture of a removed message could not be deleted");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_known_by_their_content() {
        assert_eq!(PictureKind::of(b"\x89PNG\r\n\x1a\nrest"), Some(PictureKind::Png));
        assert_eq!(PictureKind::of(b"\xff\xd8\xff\xe0"), Some(PictureKind::Jpeg));
        assert_eq!(PictureKind::of(b"RIFF\0\0\0\0WEBPVP8 "), Some(PictureKind::WebP));
        assert_eq!(PictureKind::of(b"GIF89a"), Some(PictureKind::Gif));
        for other in [&b""[..], b"GIF", b"<svg", b"%PDF-1.7", b"RIFF\0\0\0\0WAVE"] {
            assert_eq!(PictureKind::of(other), None);
        }
    }

    #[test]
    fn data_urls_are_read_by_content() {
        let gif = Picture::Sent(PictureKind::Gif, Bytes::from_static(b"GIF89a"));
        for url in ["data:image/gif;base64,R0lGODlh", "data:image/png;charset=x;BASE64,R0lGODlh"] {
            assert_eq!(Picture::from_data_url(url), Ok(gif.clone()), "{url}");
        }
        for url in ["data:image/gif", "data:image/gif,GIF89a", "data:image/gif;base64,%%", "data:image/png;base64,AAAA"]
        {
            assert!(Picture::from_data_url(url).is_err(), "{url}");
        }
    }

    #[test]
    fn the_pictures_of_a_session_share_its_prefix() {
        let (user, chat) = (UserId::new(), ChatId::new());
        let (one, two) = (attachment_id(&chat), attachment_id(&chat));
        assert_ne!(one, two);
        assert!(key(&user, &one).to_string().starts_with(&prefix(&user, &chat)));
    }
}
