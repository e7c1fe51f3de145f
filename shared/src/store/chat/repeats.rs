//! Questions that were asked with an idempotency key.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::store::expressions::Condition;
use crate::store::item::Key;
use crate::store::{Store, StoreResult, Write};
use foundation::ids::{ChatId, MessageId, UserId};
use foundation::time;

/// How long a key is remembered.
const LIFETIME_SECONDS: i64 = 86_400;

/// What came of a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AskedBefore {
    /// A digest of the question: the same key with another question is a mistake.
    pub digest: String,
    /// The session.
    pub chat: ChatId,
    /// The question.
    pub question: MessageId,
    /// Its answer.
    pub answer: MessageId,
    /// When the key is forgotten, in epoch seconds.
    expires_at: i64,
}

impl AskedBefore {
    /// What comes of a question that is being asked now.
    #[must_use]
    pub fn now(digest: String, chat: &ChatId, question: &MessageId, answer: &MessageId) -> Self {
        let expires_at = time::now().as_second() + LIFETIME_SECONDS;
        Self { digest, chat: chat.clone(), question: question.clone(), answer: answer.clone(), expires_at }
    }

    /// Remembers it, as a part of the transaction that asks.
    ///
    /// # Errors
    /// [`crate::store::StoreError::Malformed`].
    pub fn remembering(&self, user: &UserId, key: &str) -> StoreResult<Write> {
        let fresh = Condition::absent().or(Condition::below("expiresAt", time::now().as_second()));
        Ok(Write::put(item(user, key), self)?.when(fresh))
    }
}

fn item(user: &UserId, key: &str) -> Key {
    Key::new(format!("USER#{user}"), format!("IDEM#{}", hex::encode(Sha256::digest(key))))
}

impl Store {
    /// What came of the question that was asked with this key.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn asked_before(&self, user: &UserId, key: &str) -> StoreResult<Option<AskedBefore>> {
        let found: Option<AskedBefore> = self.get(&item(user, key)).await?;
        Ok(found.filter(|found| found.expires_at > time::now().as_second()))
    }
}
