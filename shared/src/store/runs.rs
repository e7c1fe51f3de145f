//! Runs: who is working on an item right now.
//!
//! Work on a document or a job may be started by several copies of one event, in any order, and its
//! process may die at any moment. So a worker first claims the item for a while (a lease), extends
//! the lease as it goes on, and every write of its demands that the claim still stands. A worker
//! whose item was deleted, or was claimed by another after the lease ran out, learns it from its
//! next write and stops.

use jiff::Timestamp;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::expressions::{Change, Condition};
use super::item::Key;
use super::{Store, StoreResult};
use foundation::ids::new_ulid;
use foundation::time;

/// How long a claim stands without being extended.
pub const LEASE_SECONDS: i64 = 30;

/// What a worker is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Waiting for a worker.
    Waiting,
    /// Fetching the file.
    Downloading,
    /// Reading text from its pages.
    Reading,
    /// Recognising the text of pages that are pictures.
    Recognising,
    /// Cutting the text into passages and computing their embeddings.
    Indexing,
    /// Storing what was made.
    Saving,
}

/// How far a worker is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Progress {
    /// What it is doing.
    pub stage: Stage,
    /// Of the whole work, 0 to 100.
    pub percent: u8,
}

impl Progress {
    /// Nothing done yet.
    pub const WAITING: Self = Self { stage: Stage::Waiting, percent: 0 };

    /// So much of the whole work.
    #[must_use]
    pub fn new(stage: Stage, percent: u8) -> Self {
        Self { stage, percent: percent.min(100) }
    }
}

/// Why work failed for good, for the person who asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub struct Failure {
    /// A stable name for programs.
    pub code: String,
    /// A sentence that says what is wrong and, where it can, what to do.
    pub message: String,
}

impl Failure {
    /// A failure.
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into() }
    }
}

/// A claim on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    key: Key,
    id: String,
}

impl Run {
    /// A claim that is to be written.
    pub(super) fn new(key: Key) -> Self {
        Self { key, id: new_ulid() }
    }

    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// Holds while the claim stands.
    pub(super) fn stands(&self) -> Condition {
        Condition::equals("run", &self.id)
    }
}

/// What came of an attempt to claim an item.
#[derive(Debug)]
pub enum Claim<T> {
    /// The item is ours.
    Taken(Run, T),
    /// Another run has it until its lease ends.
    Busy,
    /// There is nothing to do: the item is finished, or it is gone.
    Idle(Option<T>),
}

/// What every item that can be claimed holds beside its own attributes.
pub(super) trait Claimable: DeserializeOwned {
    /// Attributes that the first claim ends.
    const UNTIL_CLAIMED: &'static [&'static str];

    /// Whether work remains to be done.
    fn is_open(&self) -> bool;
}

/// When a lease that is taken or extended now ends; milliseconds since the epoch.
pub(super) fn lease_end() -> i64 {
    time::now().as_millisecond() + LEASE_SECONDS * 1000
}

/// No run has the item any more.
pub(super) fn lease_is_over(now: Timestamp) -> Condition {
    Condition::missing("leaseUntil").or(Condition::below("leaseUntil", now.as_millisecond()))
}

impl Store {
    /// Claims the item at `key`, if work on it remains and no other run has it, and counts the
    /// attempt.
    pub(super) async fn claim<T: Claimable>(&self, key: Key) -> StoreResult<Claim<T>> {
        let run = Run::new(key);
        let now = time::now();
        let change = Change::new()
            .set("status", "processing")
            .set("run", &run.id)
            .set("leaseUntil", lease_end())
            .set("updatedAt", now)
            .add("attempts", 1)
            .remove(T::UNTIL_CLAIMED.iter().copied());
        let is_open = Condition::equals("status", "uploading").or(Condition::equals("status", "processing"));
        if let Some(item) = self.update_if(&run.key, change, is_open.and(lease_is_over(now))).await? {
            return Ok(Claim::Taken(run, item));
        }
        let found: Option<T> = self.get(&run.key).await?;
        Ok(if found.as_ref().is_some_and(T::is_open) { Claim::Busy } else { Claim::Idle(found) })
    }

    /// Notes how far a run is, and extends its lease. False when the claim does not stand any more.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn extend_run(&self, run: &Run, progress: Progress) -> StoreResult<bool> {
        let change =
            Change::new().set("progress", progress).set("leaseUntil", lease_end()).set("updatedAt", time::now());
        self.change_if(&run.key, change, run.stands()).await
    }

    /// Gives a claim back, so that another attempt can begin at once. False when it does not stand any more.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn release_run(&self, run: &Run) -> StoreResult<bool> {
        let change = Change::new().set("progress", Progress::WAITING).remove(["run", "leaseUntil"]);
        self.change_if(&run.key, change, run.stands()).await
    }

    /// Records why a run failed for good. False when the claim does not stand any more.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn fail_run(&self, run: &Run, failure: &Failure, source_etag: Option<&str>) -> StoreResult<bool> {
        let change = Change::new()
            .set("status", "failed")
            .set("error", failure)
            .set("updatedAt", time::now())
            .set("sourceEtag", source_etag)
            .remove(["run", "leaseUntil", "progress"]);
        self.change_if(&run.key, change, run.stands()).await
    }
}
