//! Removes answers that were stopped before they had any text.

use super::{ConversationResult, Conversations};
use foundation::ids::{MessageId, UserId};
use shared::store::{MessageRole, Preview};

/// Number of sessions that are looked at: an answer that was stopped just now is in one of the newest.
const SESSIONS: usize = 20;

impl Conversations {
    /// Removes answers of `user` that were stopped before they had any text, and gives their ids. The questions stay,
    /// since their user wrote them. Only an answer that is the last message of one of the 20 newest sessions is found:
    /// their list entries tell, in one read for all of them. An answer that is being written, or failed, stays.
    ///
    /// # Errors
    /// When the table fails.
    pub async fn remove_stopped(&self, user: &UserId) -> ConversationResult<Vec<MessageId>> {
        let store = &self.context.store;
        let mut removed = Vec::new();
        for chat in store.newest_chats(user, SESSIONS).await? {
            if !chat.last_message.as_ref().is_some_and(may_be_stopped_without_text) {
                continue;
            }
            let newest = store.last_messages(user, &chat.id, 2).await?;
            let Some((answer, before)) = newest.split_last() else { continue };
            if answer.is_stopped_without_text()
                && store.remove_stopped(user, &chat.id, &answer.id, before.last().map(Preview::from)).await?
            {
                removed.push(answer.id.clone());
            }
        }
        Ok(removed)
    }
}

fn may_be_stopped_without_text(last: &Preview) -> bool {
    last.role == MessageRole::Assistant && last.is_stopped && last.content.is_empty() && last.failure.is_none()
}
