//! The payloads of events, checked field by field.

use answers::conversation::{Prompt, SentMessage, SentPicture};
use foundation::ids::{ChatId, UserId};
use foundation::{ApiError, ApiResult};
use serde_json::Value;
use shared::http::{Field, Fields, FromFields, Invalid, OptionalText, text};

/// The events that ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asking {
    /// `stream-pipeline-message-new`: in a new session.
    New,
    /// `stream-pipeline-message`: in a session.
    InSession,
}

/// Where a question is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    /// In a new session, or in the one that was begun under this key.
    New(Option<String>),
    /// In a session.
    Session(ChatId),
}

/// A question of a client.
#[derive(Debug)]
pub(super) struct ChatQuestion {
    pub(super) place: Place,
    /// Its pictures, which nothing has looked at yet.
    pub(super) images: Vec<SentPicture>,
    /// Without the pictures.
    pub(super) prompt: Prompt,
}

impl ChatQuestion {
    /// Parses a payload. `user` is the one who is signed in: a payload that names another comes from a page that shows
    /// another's chats, and must not end in theirs.
    ///
    /// Fails with 400 with a sentence for each field at fault, 403 `other_user`, or 404.
    pub(super) fn parse(asking: Asking, payload: Value, user: &UserId) -> ApiResult<Self> {
        let Value::Object(object) = payload else {
            return Err(ApiError::validation(vec!["The payload must be an object".to_owned()]));
        };
        let fields = Fields::new(object);
        let (message, place) = match asking {
            Asking::New => {
                let NewMessage(message, key) = fields.parse().map_err(ApiError::validation)?;
                (message, Place::New(key.map(|key| format!("socketio:{key}"))))
            }
            Asking::InSession => {
                let SessionMessage(message, session) = fields.parse().map_err(ApiError::validation)?;
                let chat = ChatId::try_from(session).map_err(|_| ApiError::not_found("Session"))?;
                (message, Place::Session(chat))
            }
        };
        if message.user.as_ref().is_some_and(|claimed| claimed != user.as_str()) {
            let sentence = "You are signed in as another user by now. Please reload the page.";
            return Err(ApiError::forbidden("other_user", sentence));
        }
        let SentMessage { content, images } = message.sent;
        Ok(Self { place, images, prompt: Prompt { text: content, pictures: Vec::new(), key: None, aloud: false } })
    }
}

/// What both events carry.
struct Message {
    sent: SentMessage,
    user: Option<String>,
}

/// `{content, images, userId?, fakeSessionId?}`
struct NewMessage(Message, Option<String>);

/// `{sessionId, content, images, userId?}`
struct SessionMessage(Message, String);

struct Session(String);

impl Field for Session {
    fn parse(value: &Value) -> Result<Self, String> {
        text(value, 1, 64).map(Self)
    }
}

impl FromFields for Message {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let sent = SentMessage::from_fields(fields);
        let user = fields.optional::<OptionalText<64>>("userId");
        Ok(Self { sent: sent?, user: user?.and_then(|user| user.0) })
    }
}

impl FromFields for NewMessage {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let message = Message::from_fields(fields);
        let key = fields.optional::<OptionalText<200>>("fakeSessionId");
        Ok(Self(message?, key?.and_then(|key| key.0)))
    }
}

impl FromFields for SessionMessage {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let message = Message::from_fields(fields);
        let Session(session) = fields.required("sessionId")?;
        Ok(Self(message?, session))
    }
}
