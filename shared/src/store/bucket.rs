//! Token buckets: how fast something may be repeated.
//!
//! A bucket is one number in the table, the time at which it would be full again (the "theoretical arrival time" of
//! the generic cell rate algorithm). Taking a token moves that time on, by a conditional write, so that of any number
//! of requests at once exactly as many pass as there are tokens.

use serde::Deserialize;

use super::expressions::{Change, Condition};
use super::item::Key;
use super::{Store, StoreResult};
use foundation::time;

/// How often it is looked again where another request came in between.
const ROUNDS: usize = 8;
/// Milliseconds that a bucket may have been full already and still be taken from by the first kind of write: a crowd at
/// an idle bucket must not wait for one another. It gives away what flows in within them.
const SLACK: u64 = 2_000;
/// How long a bucket is kept after it was used last: longer than any takes to fill.
const KEPT_SECONDS: u64 = 3600;

/// So many at once, and then so many a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bucket {
    /// Names what is taken; part of the storage key.
    pub name: &'static str,
    /// Tokens of a full bucket.
    pub burst: u64,
    /// Tokens that flow into it in a minute.
    pub per_minute: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Level {
    full_at: u64,
}

impl Bucket {
    /// Milliseconds in which one token flows in.
    fn step(&self) -> u64 {
        60_000 / self.per_minute.max(1)
    }

    /// The latest time at which the bucket may be full again for a token to be left.
    fn latest(&self, now: u64) -> u64 {
        now + self.step() * self.burst.saturating_sub(1)
    }
}

impl Store {
    /// Takes a token of `subject` from a bucket: `None` where there was one, else the seconds until there is.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn take(&self, bucket: &Bucket, subject: &str) -> StoreResult<Option<u64>> {
        let key = Key::alone(format!("BUCKET#{}#{subject}", bucket.name));
        let step = bucket.step();
        for _ in 0..ROUNDS {
            let now = u64::try_from(time::now().as_millisecond()).unwrap_or(0);
            let latest = bucket.latest(now);
            let expires = (now + step) / 1000 + KEPT_SECONDS;
            let flowing = Condition::between("fullAt", now.saturating_sub(SLACK), latest);
            let onwards = Change::new().add("fullAt", step).set("expiresAt", expires);
            if self.change_if(&key, onwards, flowing).await? {
                return Ok(None);
            }
            let full = Condition::missing("fullAt").or(Condition::below("fullAt", now));
            let anew = Change::new().set("fullAt", now + step).set("expiresAt", expires);
            if self.change_if(&key, anew, full).await? {
                return Ok(None);
            }
            let level: Option<Level> = self.get(&key).await?;
            let over = level.and_then(|level| level.full_at.checked_sub(latest)).filter(|over| *over > 0);
            if let Some(over) = over {
                return Ok(Some(over.div_ceil(1000)));
            }
            // Another request was between the two writes.
        }
        // Nothing said that the bucket is empty.
        Ok(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_full_again_in_the_time_of_its_tokens() {
        let bucket = Bucket { name: "test", burst: 10, per_minute: 60 };
        assert_eq!((bucket.step(), bucket.latest(5_000)), (1_000, 14_000));
        let least = Bucket { name: "test", burst: 0, per_minute: 0 };
        assert_eq!((least.step(), least.latest(5_000)), (60_000, 5_000));
    }
}
