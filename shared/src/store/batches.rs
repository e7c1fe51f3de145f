//! Batches of uploads, which were checked and are about to be registered as documents. They end after a day.
//!
//! The batch of a signed-in user is in the user's partition, so nobody else finds it, and it goes with the account. One
//! that was made without a sign-in is open to whoever knows its id.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::expressions::{Change, Condition};
use super::item::Key;
use super::{Store, StoreResult};
use foundation::ids::{BatchId, UserId};
use foundation::time;

/// How long a batch is kept.
const LIFETIME_SECONDS: i64 = 86_400;

/// Files that were checked together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// The names of its files, in the order in which they were sent. None are left once it is cancelled.
    pub files: Vec<String>,
    /// Whether it was cancelled.
    pub cancelled: bool,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; epoch seconds.
    pub expires_at: i64,
}

impl Batch {
    /// A new batch of files with these names.
    #[must_use]
    pub fn new(files: Vec<String>) -> Self {
        let now = time::now();
        Self {
            id: BatchId::unguessable(),
            files,
            cancelled: false,
            created_at: now,
            expires_at: now.as_second() + LIFETIME_SECONDS,
        }
    }
}

fn key(owner: Option<&UserId>, id: &BatchId) -> Key {
    let sort = format!("BATCH#{id}");
    match owner {
        Some(owner) => Key::new(format!("USER#{owner}"), sort),
        None => Key::alone(sort),
    }
}

/// Where the batches are that `caller` may see: the user's own, and those without an owner.
fn keys(caller: Option<&UserId>, id: &BatchId) -> impl Iterator<Item = Key> {
    caller.map(|user| key(Some(user), id)).into_iter().chain([key(None, id)])
}

impl Store {
    /// Keeps a new batch.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn create_batch(&self, owner: Option<&UserId>, batch: &Batch) -> StoreResult<()> {
        self.create(&key(owner, &batch.id), batch).await
    }

    /// Reads a batch that has not ended and that `caller` may see.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn batch(&self, caller: Option<&UserId>, id: &BatchId) -> StoreResult<Option<Batch>> {
        for key in keys(caller, id) {
            let found: Option<Batch> = self.get(&key).await?;
            if let Some(batch) = found.filter(|batch| batch.expires_at > time::now().as_second()) {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// Cancels a batch, and forgets the names of its files; false if there is none that has not ended and that `caller`
    /// may see. It may be cancelled again.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn cancel_batch(&self, caller: Option<&UserId>, id: &BatchId) -> StoreResult<bool> {
        for key in keys(caller, id) {
            let change = Change::new().set("cancelled", true).set("files", Vec::<String>::new());
            let has_not_ended = Condition::at_least("expiresAt", time::now().as_second() + 1);
            if self.change_if(&key, change, has_not_ended).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
