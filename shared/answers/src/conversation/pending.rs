//! Warnings of a session that were not heard to their end.

use super::{ConversationResult, Conversations};
use crate::assistant::{dismissal, unsaid};
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{Chat, Warning};

/// Maximum number of pending warnings of a session; the newest are kept.
const MOST: usize = 48;

/// What a spoken question does with the pending warnings of its session.
#[derive(Debug, Default)]
pub(super) struct CarriedWarnings {
    /// Warnings with which the answer has to begin.
    pub(super) pending: Vec<Warning>,
    /// Whether the question dismisses warnings.
    pub(super) dismisses: bool,
    /// The rest of the question.
    pub(super) words: Option<String>,
    /// The reply if there is no rest.
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
    /// Stores which warnings are still to be said after a spoken answer: its own and earlier pending ones, without
    /// those in `said`, the part of its text that was heard. If the answer ended early, its own warnings do not include
    /// the earlier ones. The next spoken answer of the session begins with them.
    ///
    /// # Errors
    /// If storage fails. Nothing is stored for a session that is gone.
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

    /// Stores that these warnings of a session were heard or dismissed. Others stay pending, since another device may
    /// have been interrupted meanwhile.
    ///
    /// # Errors
    /// If storage fails. Nothing is stored for a session that is gone.
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
