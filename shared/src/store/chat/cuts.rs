//! Answers that are cut after they were written.

use super::messages::{self, ChatMessage};
use super::sessions::{self, Preview};
use crate::store::expressions::{Change, Condition};
use crate::store::{Store, StoreResult};
use foundation::ids::{ChatId, UserId};

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
}
