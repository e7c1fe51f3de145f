//! Changes and removes messages.

use super::attachments;
use super::{ConversationError, ConversationResult, Conversations};
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{ChatMessage, Feedback, Lease, MessageRole, Opening, Preview, StoreError, Write};

/// Maximum number of messages in one transaction, which is limited to 100 writes.
const ONE_TRANSACTION: usize = 90;

impl Conversations {
    /// Changes the text of one of the user's messages and removes all later messages.
    ///
    /// # Errors
    /// If there is no such session or message, if an answer is being written, or if the message is not the user's own.
    pub async fn reword(
        &self,
        user: &UserId,
        chat_id: &ChatId,
        id: &MessageId,
        text: String,
    ) -> ConversationResult<ChatMessage> {
        let (chat, messages) = self.free_chat_with_messages(user, chat_id).await?;
        let at = messages.iter().position(|message| message.id == *id).ok_or(ConversationError::NoSuchMessage)?;
        let old = messages
            .get(at)
            .filter(|message| message.role == MessageRole::User)
            .ok_or(ConversationError::NotOwnWords)?;
        let reworded = ChatMessage { content: text, ..old.clone() };

        let lease = Lease::new(user, chat_id);
        self.open(&lease, &chat, None, Opening::default()).await?;
        let store = &self.context.store;
        // Once more under the lease: another question may have been answered in between.
        let mut later = store.messages(user, chat_id).await?;
        later.retain(|message| message.id > *id);
        // Newest first: should this end half-way, what remains is still a conversation.
        let (near, far) = later.split_at(later.len().min(ONE_TRANSACTION));
        for batch in far.rchunks(ONE_TRANSACTION) {
            let ids: Vec<&MessageId> = batch.iter().map(|message| &message.id).collect();
            held(store.remove_messages(&lease, &ids).await?)?;
        }
        let mut writes = vec![lease.writing(&reworded)?];
        writes.extend(near.iter().map(|message| lease.removing(&message.id)));
        self.release(&lease, writes, Some(Preview::from(&reworded))).await?;

        for message in &later {
            attachments::discard(&self.context.objects, user, &message.attachments).await;
        }
        Ok(reworded)
    }

    /// Removes one message.
    ///
    /// # Errors
    /// If there is no such session or message, or an answer is being written.
    pub async fn remove(&self, user: &UserId, chat_id: &ChatId, id: &MessageId) -> ConversationResult<()> {
        let (chat, messages) = self.free_chat_with_messages(user, chat_id).await?;
        let removed = messages.iter().find(|message| message.id == *id).ok_or(ConversationError::NoSuchMessage)?;
        let lease = Lease::new(user, chat_id);
        self.open(&lease, &chat, None, Opening::default()).await?;
        let store = &self.context.store;
        // Another request may have removed it before the lease was taken.
        let is_there = store.message(user, chat_id, id).await?.is_some();
        let newest = store.last_messages(user, chat_id, 2).await?;
        let last = newest.iter().rev().find(|message| message.id != *id).map(Preview::from);
        self.release(&lease, is_there.then(|| lease.removing(id)).into_iter().collect(), last).await?;
        attachments::discard(&self.context.objects, user, &removed.attachments).await;
        Ok(())
    }

    /// Does the last writes under a lease, which nobody takes away from a change, and gives it back.
    async fn release(&self, lease: &Lease, writes: Vec<Write>, last: Option<Preview>) -> ConversationResult<()> {
        held(self.context.store.release(lease, writes, Some(last)).await?)
    }

    /// Keeps what the user thought of an answer.
    ///
    /// # Errors
    /// If there is no such message, if it is not an answer, or if it is still being written.
    pub async fn give_feedback(
        &self,
        user: &UserId,
        chat_id: &ChatId,
        id: &MessageId,
        feedback: &Feedback,
    ) -> ConversationResult<ChatMessage> {
        let store = &self.context.store;
        let found = store.message(user, chat_id, id).await?.ok_or(ConversationError::NoSuchMessage)?;
        if found.role != MessageRole::Assistant {
            return Err(ConversationError::NotAnAnswer);
        }
        if found.is_generating() {
            let running = store.generation(user, chat_id).await?;
            if found.seen_under(running.as_ref()).is_generating() {
                return Err(ConversationError::AnswerInProgress);
            }
        }
        let kept = store.give_feedback(user, chat_id, id, feedback).await?;
        Ok(kept.ok_or(ConversationError::NoSuchMessage)?.seen_under(None))
    }

    /// Deletes a session with its messages and pictures. A running answer ends.
    ///
    /// # Errors
    /// If there is no such session.
    pub async fn delete(&self, user: &UserId, id: &ChatId) -> ConversationResult<()> {
        // With the lease in our hands, nobody can write a message behind our back.
        if !self.context.store.seize_chat(&Lease::new(user, id)).await? {
            return Err(ConversationError::NoSuchChat);
        }
        self.context.objects.delete_all(&attachments::prefix(user, id)).await?;
        self.context.store.delete_chat(user, id).await?;
        Ok(())
    }
}

/// Demands that a lease was still ours.
fn held(is_done: bool) -> ConversationResult<()> {
    is_done.then_some(()).ok_or(ConversationError::Store(StoreError::Refused))
}
