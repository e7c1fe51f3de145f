//! Answers that a client may still be playing after their turn has ended.

use std::time::Instant;

use foundation::ids::{ChatId, MessageId};

use crate::Parts;
use crate::speaker::Speaker;
use crate::speaking::SpeechProgress;

/// An answer that was sent completely and may still be playing.
#[derive(Debug)]
pub(crate) struct Playing {
    /// When playing ends, if the client plays at once what it gets.
    pub(crate) until: Instant,
    /// The answer.
    pub(crate) text: String,
    /// Its session, and the id of its message.
    pub(crate) chat: ChatId,
    pub(crate) answer: MessageId,
    /// How much of it is heard when.
    pub(crate) spoken: SpeechProgress,
}

impl Playing {
    /// Stores the warnings that were not heard when playing `ended`; none if it was over by then.
    pub(crate) async fn note_unheard(&self, parts: &Parts, speaker: &Speaker, ended: Instant) {
        if self.until <= ended {
            return;
        }
        let heard = self.text.get(..self.spoken.heard_by(ended)).unwrap_or(&self.text);
        let noted = parts.conversations.note_said(&speaker.user, &self.chat, &self.answer, heard).await;
        if let Err(error) = noted {
            tracing::warn!(%error, chat = %self.chat, "warnings that were not said could not be kept");
        }
    }
}
