//! Runs: who is working on an item right now.
//!
//! Work on a document or a job may be started by several copies of one event, in any order, and its
//! process may die at any moment. So a worker first claims the item for a while (a lease), extends
//! the lease as it goes on, and every write of its demands that the claim still stands. A worker
//! whose item was deleted, or was claimed by another after the lease ran out, learns it from its
//! next write and stops.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::item::{Expression, Key};
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
    pub(super) fn key(&self) -> &Key {
        &self.key
    }

    /// Holds while the claim stands.
    pub(super) fn stands(&self) -> Expression {
        Expression::existing("#run = :run").name("#run", "run").value(":run", &self.id)
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

impl Store {
    /// Claims the item at `key`, if work on it remains and no other run has it, and counts the
    /// attempt.
    pub(super) async fn claim<T: Claimable>(&self, key: Key) -> StoreResult<Claim<T>> {
        let run = Run { key, id: new_ulid() };
        let mut text = "SET #status = :processing, #run = :run, #lease = :lease, #updated = :updated \
                        ADD #attempts :one"
            .to_owned();
        if !T::UNTIL_CLAIMED.is_empty() {
            text.push_str(" REMOVE ");
            text.push_str(&T::UNTIL_CLAIMED.join(", "));
        }
        let update = Expression::new(text)
            .name("#status", "status")
            .name("#run", "run")
            .name("#lease", "leaseUntil")
            .name("#updated", "updatedAt")
            .name("#attempts", "attempts")
            .value(":run", &run.id)
            .value(":lease", lease_end())
            .value(":updated", time::now())
            .value(":one", 1);
        let condition = Expression::existing(
            "#status IN (:uploading, :processing) AND (attribute_not_exists(#lease) OR #lease < :now)",
        )
        .value(":uploading", "uploading")
        .value(":processing", "processing")
        .value(":now", time::now().as_millisecond());
        match self.update(&run.key, update, Some(condition)).await {
            Ok(item) => Ok(Claim::Taken(run, item)),
            Err(error) if error.is_condition() => {
                let found: Option<T> = self.get(&run.key).await?;
                Ok(if found.as_ref().is_some_and(T::is_open) { Claim::Busy } else { Claim::Idle(found) })
            }
            Err(error) => Err(error),
        }
    }

    /// Notes how far a run is, and extends its lease.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when the claim does not stand any more.
    pub async fn extend_run(&self, run: &Run, progress: Progress) -> StoreResult<()> {
        let update = Expression::new("SET #progress = :progress, #lease = :lease, #updated = :updated")
            .name("#progress", "progress")
            .name("#lease", "leaseUntil")
            .name("#updated", "updatedAt")
            .value(":progress", progress)
            .value(":lease", lease_end())
            .value(":updated", time::now());
        let _: serde::de::IgnoredAny = self.update(&run.key, update, Some(run.stands())).await?;
        Ok(())
    }

    /// Gives a claim back, so that another attempt can begin at once.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when the claim does not stand any more.
    pub async fn release_run(&self, run: &Run) -> StoreResult<()> {
        let update = Expression::new("SET #progress = :waiting REMOVE #run, #lease")
            .name("#progress", "progress")
            .name("#run", "run")
            .name("#lease", "leaseUntil")
            .value(":waiting", Progress::WAITING);
        let _: serde::de::IgnoredAny = self.update(&run.key, update, Some(run.stands())).await?;
        Ok(())
    }

    /// Records why a run failed for good.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when the claim does not stand any more.
    pub async fn fail_run(&self, run: &Run, failure: &Failure, source_etag: Option<&str>) -> StoreResult<()> {
        let update = Expression::new(
            "SET #status = :failed, #error = :error, #updated = :updated, #etag = :etag REMOVE #run, #lease, #progress",
        )
        .name("#status", "status")
        .name("#error", "error")
        .name("#updated", "updatedAt")
        .name("#etag", "sourceEtag")
        .name("#run", "run")
        .name("#lease", "leaseUntil")
        .name("#progress", "progress")
        .value(":failed", "failed")
        .value(":error", failure)
        .value(":updated", time::now())
        .value(":etag", source_etag);
        let _: serde::de::IgnoredAny = self.update(&run.key, update, Some(run.stands())).await?;
        Ok(())
    }
}
