//! What is asked.

use super::procedure::OpenProcedure;
use foundation::ids::UserId;
use shared::objects::ObjectKey;
use shared::store::Warning;

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
    /// Where it is.
    pub source: ImageSource,
    /// Its file name, for the prompt.
    pub name: String,
}

/// Where a picture is. Its content is fetched when it is needed, and there is room for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageSource {
    /// At an address: `https`, `http://localhost` in development, or a `data:` URL.
    Address(String),
    /// In the bucket.
    Stored {
        /// Where.
        key: ObjectKey,
        /// `image/png` and the like.
        content_type: String,
        /// Bytes of the file.
        size: u64,
    },
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
