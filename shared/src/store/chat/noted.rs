//! Questions whose clients wait for the answer over a connection, which may break.

use serde::{Deserialize, Serialize};

use crate::store::expressions::{Change, Condition};
use crate::store::item::Key;
use crate::store::{Listing, Store, StoreResult};
use foundation::ids::{ChatId, MessageId, UserId};
use foundation::time;

/// How long a question is noted: longer than an answer takes.
const LIFETIME_SECONDS: i64 = 600;

/// A question, by its answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotedQuestion {
    /// The session.
    pub chat: ChatId,
    /// The answer.
    pub answer: MessageId,
    /// When it is forgotten, in epoch seconds.
    expires_at: i64,
}

impl NotedQuestion {
    /// A question that is asked now.
    #[must_use]
    pub fn now(chat: &ChatId, answer: &MessageId) -> Self {
        let expires_at = time::now().as_second() + LIFETIME_SECONDS;
        Self { chat: chat.clone(), answer: answer.clone(), expires_at }
    }
}

/// The beginning of the sort keys, which sort by the ids of the answers.
const PREFIX: &str = "ASKED#";

fn partition(user: &UserId) -> String {
    format!("USER#{user}")
}

fn key(user: &UserId, answer: &MessageId) -> Key {
    Key::new(partition(user), format!("{PREFIX}{answer}"))
}

impl Store {
    /// Notes a question.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn note_question(&self, user: &UserId, question: &NotedQuestion) -> StoreResult<()> {
        self.put(&key(user, &question.answer), question).await
    }

    /// Lets a noted question expire now.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn forget_question(&self, user: &UserId, answer: &MessageId) -> StoreResult<()> {
        let change = Change::new().set("expiresAt", time::now().as_second());
        self.change_if(&key(user, answer), change, Condition::present()).await?;
        Ok(())
    }

    /// At most `count` of the newest questions that are still noted, newest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn noted_questions(&self, user: &UserId, count: usize) -> StoreResult<Vec<NotedQuestion>> {
        let listing = Listing::new(partition(user), PREFIX).newest_first().limit(count);
        let mut noted: Vec<NotedQuestion> = self.list(listing).await?;
        let now = time::now().as_second();
        noted.retain(|question| question.expires_at > now);
        Ok(noted)
    }
}
