//! Answers that are cut after they were written.

use super::messages::{self, ChatMessage};
use super::sessions::{self, Preview};
use crate::store::item::Expression;
use crate::store::{Store, StoreResult};
use foundation::ids::{ChatId, UserId};

const CUT: &str =
    "SET #content = :content, #citations = :citations, #verification = :verification, #stopped = :stopped";

impl Store {
    /// Keeps of a finished answer what `cut` has: its content, its citations, and that it was stopped.
    /// Whether it was there and finished; one that is being written (again) stays as it is.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn cut_answer(&self, user: &UserId, chat: &ChatId, cut: &ChatMessage) -> StoreResult<bool> {
        let update = Expression::new(CUT)
            .name("#content", "content")
            .name("#citations", "citations")
            .name("#verification", "verification")
            .name("#stopped", "isStopped")
            .value(":content", &cut.content)
            .value(":citations", &cut.citations)
            .value(":verification", &cut.verification)
            .value(":stopped", cut.is_stopped);
        let finished = Expression::existing("attribute_not_exists(#generation)").name("#generation", "generation");
        let key = messages::key(user, chat, &cut.id);
        match self.update::<serde::de::IgnoredAny>(&key, update, Some(finished)).await {
            Err(error) if error.is_condition() => return Ok(false),
            other => other?,
        };
        let update = Expression::new("SET #lastMessage = :preview")
            .name("#lastMessage", "lastMessage")
            .value(":preview", Preview::from(cut));
        let is_last = Expression::existing("#lastMessage.#id = :id").name("#id", "id").value(":id", &cut.id);
        match self.update::<serde::de::IgnoredAny>(&sessions::key(user, chat), update, Some(is_last)).await {
            Err(error) if !error.is_condition() => Err(error),
            _ => Ok(true),
        }
    }
}
