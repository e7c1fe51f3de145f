//! Warnings of a session that were not said to their end.

use super::{ConversationResult, Conversations};
use crate::assistant::{dismissal, unsaid};
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{Chat, Warning};

/// Warnings that a session keeps as pending, at most; the newest.
const MOST: usize = 48;

/// What a spoken question finds in its session.
#[derive(Debug, Default)]
pub(super) struct CarriedWarnings {
    /// Warnings that the answer has to begin with.
    pub(super) pending: Vec<Warning>,
    /// Whether the question has dismissed some.
    pub(super) dismisses: bool,
    /// What it asks beyond that.
    pub(super) words: Option<String>,
    /// What is replied where that is nothing.
    pub(super) reply: Option<&'static str>,
}

impl CarriedWarnings {
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
        let mut pending = unsaid(kept.pending_warnings.iter().chain(&message.warnings), said);
        pending.drain(..pending.len().saturating_sub(MOST));
        if kept.pending_warnings != pending {
            store.keep_pending(user, chat, &pending).await?;
        }
        Ok(())
    }

    /// Keeps that these warnings of a session were said, or dismissed. Others stay pending: another device may have
    /// been interrupted meanwhile.
    ///
    /// # Errors
    /// [`super::ConversationError`].
    pub async fn note_settled(&self, user: &UserId, chat: &ChatId, settled: &[Warning]) -> ConversationResult<()> {
        let store = &self.context.store;
        let Some(mut kept) = store.chat(user, chat).await? else { return Ok(()) };
        let before = kept.pending_warnings.len();
        kept.pending_warnings.retain(|warning| !settled.contains(warning));
        if kept.pending_warnings.len() < before {
            store.keep_pending(user, chat, &kept.pending_warnings).await?;
        }
        Ok(())
    }
}
