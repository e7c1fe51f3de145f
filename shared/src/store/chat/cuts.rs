//! Answers that are cut or removed after they were written.

use super::messages::{self, ChatMessage};
use super::sessions::{self, Preview};
use crate::store::expressions::{Change, Condition};
use crate::store::figures::Difference;
use crate::store::{Store, StoreResult, Write};
use foundation::ids::{ChatId, MessageId, UserId};

impl Store {
    /// Keeps of a finished answer what `cut` has: its content, its citations, and that it was stopped.
    /// Whether it was there and finished; one that is being written (again) stays as it is.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn cut_answer(&self, user: &UserId, chat: &ChatId, cut: &ChatMessage) -> StoreResult<bool> {
        let change = Change::new()
            .set("content", &cut.content)
            .set("citations", &cut.citations)
            .set("verification", &cut.verification)
            .set("isStopped", cut.is_stopped);
        let finished = Condition::present().and(Condition::missing("generation"));
        if !self.change_if(&messages::key(user, chat, &cut.id), change, finished).await? {
            return Ok(false);
        }
        let change = Change::new().set("lastMessage", Preview::from(cut));
        let is_last = Condition::equals("lastMessage.id", &cut.id);
        self.change_if(&sessions::key(user, chat), change, is_last).await?;
        Ok(true)
    }

    /// Removes the last message of a session, an answer that was [stopped without
    /// text](ChatMessage::is_stopped_without_text); `before` is its last message from then on. The session keeps its
    /// place in lists. False, and nothing changes, if the message is another by now, or something is being written.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn remove_stopped(
        &self,
        user: &UserId,
        chat: &ChatId,
        answer: &MessageId,
        before: Option<Preview>,
    ) -> StoreResult<bool> {
        let is_nothing = Condition::equals("isStopped", true)
            .and(Condition::equals("content", ""))
            .and(Condition::missing("failure"))
            .and(Condition::missing("generation"));
        let is_last = Condition::equals("lastMessage.id", answer).and(Condition::missing("generation"));
        let change = Change::new().set_or_remove("lastMessage", before).add("messageCount", -1);
        let mut writes = vec![
            Write::delete(messages::key(user, chat, answer)).when(is_nothing),
            Write::change(sessions::key(user, chat), change).when(is_last),
        ];
        writes.extend(Difference::default().messages(-1).writes(user));
        self.transact_patiently(&writes).await
    }
}
