//! Questions and their context.

use super::procedure::OpenProcedure;
use foundation::ids::UserId;
use shared::objects::ObjectKey;
use shared::store::Warning;

/// The author of a turn.
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
    /// Its location.
    pub source: ImageSource,
    /// Its file name, for the prompt.
    pub name: String,
}

/// The location of a picture. Its content is fetched when needed, once there is memory for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// A URL: `https`, `http://localhost` in development, or `data:`.
    Address(String),
    /// In the bucket.
    Stored {
        /// The key of the object.
        key: ObjectKey,
        /// The media type, for example `image/png`.
        content_type: String,
        /// Size in bytes.
        size: u64,
    },
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
        }
    }
}
