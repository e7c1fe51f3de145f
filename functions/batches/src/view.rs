//! Batches as they are on the wire.

use foundation::ids::BatchId;
use serde::Serialize;
use shared::store::Batch;

/// The answer to an upload. The page knows this status, although every file has been checked by then.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct QueuedBatch {
    batch_id: BatchId,
    status: &'static str,
    jobs: Vec<QueuedJob>,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct QueuedJob {
    job_id: String,
    file_name: String,
    status: &'static str,
}

/// A file in an event.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct CheckedJob {
    job_id: String,
    file_name: String,
    status: &'static str,
    /// Percent.
    progress: u8,
    /// A sentence; empty if there is nothing wrong.
    error: &'static str,
}

/// The files of a batch with their ids, which are good for nothing but to tell them apart.
fn jobs(batch: Batch) -> impl Iterator<Item = (String, String)> {
    let id = batch.id;
    batch.files.into_iter().enumerate().map(move |(at, name)| (format!("{id}-{}", at + 1), name))
}

impl From<Batch> for QueuedBatch {
    fn from(batch: Batch) -> Self {
        let batch_id = batch.id.clone();
        let jobs = jobs(batch).map(|(job_id, file_name)| QueuedJob { job_id, file_name, status: "queued" });
        Self { batch_id, status: "queued", jobs: jobs.collect() }
    }
}

impl CheckedJob {
    /// All files of a batch.
    pub(crate) fn all(batch: Batch) -> Vec<Self> {
        let checked = |(job_id, file_name)| Self { job_id, file_name, status: "completed", progress: 100, error: "" };
        jobs(batch).map(checked).collect()
    }
}
