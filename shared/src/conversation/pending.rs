//! Warnings of a session that were not said to their end.

use super::{ConversationResult, Conversations};
use crate::assistant::{dismissal, unsaid};
use crate::ids::{ChatId, MessageId, UserId};
use crate::store::{Chat, Warning};

/// What a spoken question finds in its session.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// Warnings that the answer has to begin with.
    pub(super) pending: Vec<Warning>,
    /// Whether the question has dismissed some.
    pub(super) dismisses: bool,
    /// What it asks beyond that.
    pub(super) words: Option<String>,
    /// What is replied where that is nothing.
    pub(super) reply: Option<&'static str>,
}

impl Carried {
    pub(super) fn of(chat: &Chat, text: &str, aloud: bool) -> Self {
        if !aloud || chat.pending_warnings.is_empty() {
            return Self::default();
        }
        match dismissal(text) {
            None => Self { pending: chat.pending_warnings.clone(), ..Self::default() },
            Some(said) => {
                let reply = said.rest.is_empty().then_some(said.reply);
                Self { dismisses: true, words: Some(said.rest), reply, ..Self::default() }
            }
        }
    }
}

impl Conversations {
    /// Keeps which warnings are still to be said after a spoken answer: those of the answer, and those that were
    /// pending before it, without those in `said`, which is what of its text was heard. An answer that ended early does
    /// not have the earlier ones among its own. The next spoken answer of the session begins with them.
    ///
    /// # Errors
    /// [`super::ConversationError`].
    pub async fn note_said(
        &self,
        user: &UserId,
        chat: &ChatId,
        answer: &MessageId,
        said: &str,
    ) -> ConversationResult<()> {
        let store = &self.context.store;
        let Some(message) = store.message(user, chat, answer).await? else { return Ok(()) };
        let Some(kept) = store.chat(user, chat).await? else { return Ok(()) };
        let pending = unsaid(kept.pending_warnings.iter().chain(&message.warnings), said);
        if kept.pending_warnings != pending {
            store.keep_pending(user, chat, &pending).await?;
        }
        Ok(())
    }

    /// Keeps that all warnings of a session were said, or dismissed.
    ///
    /// # Errors
    /// [`super::ConversationError`].
    pub async fn note_all_said(&self, user: &UserId, chat: &ChatId) -> ConversationResult<()> {
        Ok(self.context.store.keep_pending(user, chat, &[]).await?)
    }
}
