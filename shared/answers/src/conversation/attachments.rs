//! Pictures that are sent with messages: kept in the bucket, and read back for a question that is asked again.

use std::time::Duration;

use url::Url;

use super::{ConversationError, ConversationResult, Conversations};
use crate::assistant::{Image, ImageSource};
use foundation::ids::{AttachmentId, ChatId, UserId};
use shared::objects::{ObjectError, ObjectKey, ObjectResult, Objects};
use shared::store::{Attachment, StoredFile};

impl Conversations {
    /// A picture that the user sent before, to be sent again.
    ///
    /// # Errors
    /// When the bucket fails.
    pub async fn image(&self, user: &UserId, id: &AttachmentId) -> ConversationResult<Option<ImageSource>> {
        read(&self.context.objects, user, id).await.map_err(ConversationError::from)
    }

    /// An address at which a picture of the user can be read for the next minutes.
    ///
    /// # Errors
    /// When the bucket fails.
    pub async fn image_address(&self, user: &UserId, id: &AttachmentId) -> ConversationResult<Option<String>> {
        let key = key(user, id);
        let Some(info) = self.context.objects.info(&key).await? else { return Ok(None) };
        let extension = info.content_type.strip_prefix("image/").unwrap_or("bin");
        let presigned = self.context.objects.presign_get(&key, &format!("picture.{extension}"), READABLE).await?;
        Ok(Some(presigned.url))
    }
}

/// How long an address of a picture can be used.
const READABLE: Duration = Duration::from_mins(5);

/// The largest picture that is read back.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Characters of a picture's name.
const LONGEST_NAME: usize = 200;

/// The key of an attachment. An attachment's id begins with the id of its session, so that a session
/// and its pictures go together.
pub(super) fn key(user: &UserId, attachment: &AttachmentId) -> ObjectKey {
    ObjectKey::Picture(user.clone(), attachment.to_string())
}

/// The prefix of all pictures of a session.
pub(super) fn prefix(user: &UserId, chat: &ChatId) -> String {
    ObjectKey::Picture(user.clone(), format!("{chat}-")).to_string()
}

/// Keeps the pictures of a message in the bucket; `number`s in names are from 1. Gives what the message remembers of
/// each, and the pictures as the assistant takes them.
pub(super) async fn keep(
    objects: &Objects,
    user: &UserId,
    chat: &ChatId,
    sources: Vec<ImageSource>,
) -> ObjectResult<(Vec<Attachment>, Vec<Image>)> {
    let (mut attachments, mut images) = (Vec::new(), Vec::new());
    for (at, source) in sources.into_iter().enumerate() {
        let id = attachment_id(chat);
        let name = file_name(&source, at + 1);
        let (url, stored) = match &source {
            ImageSource::Address(url) => (Some(url.to_string()), None),
            ImageSource::Bytes(format, bytes) => {
                let content_type = format.to_mime_type();
                objects.put(&key(user, &id), content_type, bytes.clone()).await?;
                (None, Some(StoredFile { content_type: content_type.to_owned(), size: bytes.len() as u64 }))
            }
        };
        attachments.push(Attachment { id, url, file_name: name.clone(), stored });
        images.push(Image { name, source });
    }
    Ok((attachments, images))
}

/// What a picture is called: the end of its address, or its number and format.
fn file_name(source: &ImageSource, number: usize) -> String {
    match source {
        ImageSource::Address(url) => {
            let name = url.path_segments().and_then(|mut segments| segments.next_back());
            let name = name.filter(|name| !name.is_empty()).map(|name| name.chars().take(LONGEST_NAME).collect());
            name.unwrap_or_else(|| format!("picture-{number}"))
        }
        ImageSource::Bytes(format, _) => {
            format!("picture-{number}.{}", format.extensions_str().first().unwrap_or(&"bin"))
        }
    }
}

/// The pictures of a message that was asked before, read back. One that is no longer there is left out.
pub(super) async fn read_back(
    objects: &Objects,
    user: &UserId,
    attachments: &[Attachment],
) -> ObjectResult<Vec<Image>> {
    let mut images = Vec::with_capacity(attachments.len());
    for attachment in attachments {
        let source = match &attachment.url {
            Some(url) => Url::parse(url).ok().map(ImageSource::Address),
            None => read(objects, user, &attachment.id).await?,
        };
        let Some(source) = source else {
            tracing::warn!(attachment = %attachment.id, "a picture of a question is no longer there");
            continue;
        };
        images.push(Image { name: attachment.file_name.clone(), source });
    }
    Ok(images)
}

/// A picture in the bucket, where it is there.
async fn read(objects: &Objects, user: &UserId, id: &AttachmentId) -> ObjectResult<Option<ImageSource>> {
    match objects.get(&key(user, id), LARGEST).await {
        Ok(bytes) => Ok(ImageSource::of_file(bytes)),
        Err(ObjectError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// An id with 128 random bits.
fn attachment_id(chat: &ChatId) -> AttachmentId {
    let random = hex::encode(rand::random::<[u8; 16]>());
    AttachmentId::try_from(format!("{chat}-{random}")).unwrap_or_else(|_| AttachmentId::new())
}

/// Deletes the pictures in our bucket. What cannot be deleted now goes with its session: it is no
/// reason to fail.
pub(super) async fn discard(objects: &Objects, user: &UserId, attachments: &[Attachment]) {
    for attachment in attachments.iter().filter(|attachment| attachment.stored.is_some()) {
        if let Err(error) = objects.delete(&key(user, &attachment.id)).await {
            tracing::warn!(%error, "a picture of a removed message could not be deleted");
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_called_by_their_address_or_number() {
        let at = |url: &str| ImageSource::Address(url.parse().unwrap());
        assert_eq!(file_name(&at("https://example.com/plates/a.png?x=1"), 1), "a.png");
        assert_eq!(file_name(&at("https://example.com/plates/"), 2), "picture-2");
        let jpeg = ImageSource::of_file(vec![0xff, 0xd8, 0xff, 0xe0].into()).unwrap();
        assert_eq!(file_name(&jpeg, 3), "picture-3.jpg");
    }

    #[test]
    fn the_pictures_of_a_session_share_its_prefix() {
        let (user, chat) = (UserId::new(), ChatId::new());
        let (one, two) = (attachment_id(&chat), attachment_id(&chat));
        assert_ne!(one, two);
        assert!(key(&user, &one).to_string().starts_with(&prefix(&user, &chat)));
    }
}
