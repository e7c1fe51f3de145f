//! Tickets for the WebSocket that have been used.

use serde::Serialize;

use super::item::{Expression, Key};
use super::{Store, StoreResult};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Spent {
    expires_at: i64,
}

impl Store {
    /// Remembers until `expires_at` (epoch seconds) that the ticket `id` has been used; whether this
    /// was the first time.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn spend_ticket(&self, id: &str, expires_at: i64) -> StoreResult<bool> {
        let key = Key::alone(format!("TICKET#{id}"));
        match self.put(&key, &Spent { expires_at }, Some(Expression::absent())).await {
            Ok(()) => Ok(true),
            Err(error) if error.is_condition() => Ok(false),
            Err(error) => Err(error),
        }
    }
}
