//! Chats that a client names before they have an id.

use super::question::{OngoingAnswer, Prompt};
use super::{ConversationError, ConversationResult, Conversations};
use foundation::ids::{ChatId, UserId};

impl Conversations {
    /// Asks in the session that `key` names: the first question creates it, further ones are asked in it. The same
    /// question again is not asked again, but its answer given, unless that was stopped, failed or refused. A key is
    /// remembered for a day, and names a new session once its own is gone.
    ///
    /// # Errors
    /// As for [`Self::ask_first`] and [`Self::ask`].
    pub async fn ask_under(&self, user: &UserId, key: &str, prompt: Prompt) -> ConversationResult<OngoingAnswer> {
        let keyed = Prompt { key: Some(key.to_owned()), ..prompt.clone() };
        let chat = match self.ask_first(user, keyed).await {
            Ok(asked) if !asked.has_ended_early() => return Ok(asked),
            Ok(asked) => Some(asked.chat),
            Err(ConversationError::KeyOfAnother) => self.chat_under(user, key).await?,
            Err(ConversationError::NoSuchMessage) => None,
            Err(error) => return Err(error),
        };
        let asked = match chat {
            Some(chat) => self.ask(user, &chat, prompt.clone()).await,
            None => Err(ConversationError::NoSuchChat),
        };
        match asked {
            Err(ConversationError::NoSuchChat) => self.ask_first(user, prompt).await,
            asked => asked,
        }
    }

    /// The session that `key` names, if its first question was asked.
    ///
    /// # Errors
    /// If storage fails.
    pub async fn chat_under(&self, user: &UserId, key: &str) -> ConversationResult<Option<ChatId>> {
        Ok(self.context.store.asked_before(user, key).await?.map(|found| found.chat))
    }
}

impl OngoingAnswer {
    /// Whether it has ended without being complete.
    fn has_ended_early(&self) -> bool {
        self.progress.borrow().outcome.as_ref().is_some_and(|outcome| outcome.aborted || outcome.failure.is_some())
    }
}
