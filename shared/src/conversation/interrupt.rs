//! Answers that are read out, and what is kept of one that was interrupted.

use std::time::Duration;

use super::{ConversationError, ConversationResult, Conversations};
use crate::ids::{ChatId, MessageId, UserId};
use crate::store::{Lease, MessageRole, Opening, Preview};

/// How often, and how long apart, a session that is busy is tried again: its writer has just been told
/// to stop.
const TRIES: u32 = 10;
const PAUSE: Duration = Duration::from_millis(50);

impl Conversations {
    /// Ends an answer that is being written or read out, and keeps of it what was `heard`, which is a
    /// beginning of it. Citations without a mark in that go too.
    ///
    /// # Errors
    /// [`ConversationError::NoSuchChat`], [`ConversationError::NoSuchMessage`],
    /// [`ConversationError::NotAnAnswer`], [`ConversationError::AnswerInProgress`] where another
    /// answer has begun meanwhile.
    pub async fn interrupt(&self, user: &UserId, chat: &ChatId, id: &MessageId, heard: &str) -> ConversationResult<()> {
        self.stop(user, chat).await?;
        for _ in 1..TRIES {
            match self.cut(user, chat, id, heard).await {
                Err(ConversationError::AnswerInProgress) => tokio::time::sleep(PAUSE).await,
                other => return other,
            }
        }
        self.cut(user, chat, id, heard).await
    }

    async fn cut(&self, user: &UserId, chat_id: &ChatId, id: &MessageId, heard: &str) -> ConversationResult<()> {
        let (chat, messages) = self.free_chat_with_messages(user, chat_id).await?;
        let mut answer =
            messages.iter().find(|message| message.id == *id).cloned().ok_or(ConversationError::NoSuchMessage)?;
        if answer.role != MessageRole::Assistant {
            return Err(ConversationError::NotAnAnswer);
        }
        let is_last = messages.last().is_some_and(|last| last.id == *id);
        heard.trim_end().clone_into(&mut answer.content);
        answer.is_stopped = true;
        answer.generation = None;
        answer.citations.retain(|citation| heard.contains(&format!("[{}]", citation.index)));
        let lease = Lease::new(user, chat_id);
        self.open(&lease, &chat, None, Opening::default()).await?;
        let preview = is_last.then(|| Some(Preview::from(&answer)));
        self.context.store.release(&lease, vec![lease.writing(&answer)?], preview).await?;
        Ok(())
    }
}
