//! Counters that limit how often something may happen.

use serde::Deserialize;

use super::expressions::Change;
use super::item::Key;
use super::{Store, StoreResult};
use foundation::time;

/// So many times in so many seconds, in fixed windows.
#[derive(Debug, Clone, Copy)]
pub struct RateLimit {
    /// Names what is counted; part of the storage key.
    pub name: &'static str,
    /// Times in a window.
    pub times: u64,
    /// The window.
    pub seconds: u64,
}

#[derive(Deserialize)]
struct Counter {
    count: u64,
}

impl RateLimit {
    fn window(&self, subject: &str) -> (Key, i64, u64) {
        let now = u64::try_from(time::now().as_second()).unwrap_or(0);
        let window = now / self.seconds;
        let end = (window + 1) * self.seconds;
        let key = Key::alone(format!("RATE#{}#{subject}#{window}", self.name));
        (key, i64::try_from(end).unwrap_or(i64::MAX), end - now)
    }
}

impl Store {
    /// Counts one more of `limit` for `subject`: `None` while within the limit, else the seconds
    /// until the window ends.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn count_against(&self, limit: &RateLimit, subject: &str) -> StoreResult<Option<u64>> {
        let (key, end, left) = limit.window(subject);
        let change = Change::new().add("count", 1).set("expiresAt", end);
        let counter: Counter = self.update(&key, change).await?;
        Ok((counter.count > limit.times).then_some(left.max(1)))
    }

    /// Forgets what was counted for `subject` in this window.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn reset_count(&self, limit: &RateLimit, subject: &str) -> StoreResult<()> {
        self.delete(&limit.window(subject).0).await
    }
}
