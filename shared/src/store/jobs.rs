//! Text extraction jobs. They may belong to a user or to nobody, and end after a week.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::expressions::{Change, Condition};
use super::item::Key;
use super::runs::{Claim, Claimable, Failure, Progress, Run};
use super::{Store, StoreResult, Write};
use foundation::ids::{JobId, UserId};
use foundation::plans::Month;
use foundation::time;

/// How long a job and its text are kept.
pub const JOB_LIFETIME_SECONDS: i64 = 7 * 86_400;

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// It waits for a worker, or one is at it.
    Processing,
    /// Its text is there.
    Done,
    /// It failed; the job says why.
    Failed,
}

/// A text extraction job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// Whose it is; none for a caller without a sign-in.
    pub owner: Option<UserId>,
    /// Number of pages.
    pub total_pages: u32,
    /// The month that its pages were counted in; none where nobody's were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged: Option<Month>,
    /// Where it stands.
    pub status: JobStatus,
    /// How far it is.
    pub progress: Option<Progress>,
    /// The greatest milestone, in percent, that the caller has been told.
    #[serde(default)]
    pub milestone: u8,
    /// Attempts so far.
    #[serde(default)]
    pub attempts: u32,
    /// Why it failed.
    pub error: Option<Failure>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends; epoch seconds.
    pub expires_at: i64,
}

impl Job {
    /// A new job.
    #[must_use]
    pub fn new(owner: Option<UserId>, total_pages: u32) -> Self {
        let now = time::now();
        Self {
            id: JobId::new(),
            owner,
            total_pages,
            charged: None,
            status: JobStatus::Processing,
            progress: Some(Progress::WAITING),
            milestone: 0,
            attempts: 0,
            error: None,
            created_at: now,
            expires_at: now.as_second() + JOB_LIFETIME_SECONDS,
        }
    }
}

impl Job {
    /// The same for a file whose pages were counted in `month`.
    #[must_use]
    pub fn charged(self, month: Month) -> Self {
        Self { charged: Some(month), ..self }
    }
}

impl Claimable for Job {
    const UNTIL_CLAIMED: &'static [&'static str] = &[];

    fn is_open(&self) -> bool {
        self.status == JobStatus::Processing
    }
}

/// A note of a job among what its user has, so that it goes with the account.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct OwnedJob {
    id: JobId,
    expires_at: i64,
}

fn key(id: &JobId) -> Key {
    Key::alone(format!("JOB#{id}"))
}

fn owned_key(owner: &UserId, id: &JobId) -> Key {
    Key::new(format!("USER#{owner}"), format!("JOB#{id}"))
}

impl Store {
    /// Keeps a new job.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn create_job(&self, job: &Job) -> StoreResult<()> {
        let mut writes = vec![Write::put(key(&job.id), job)?.when(Condition::absent())];
        if let Some(owner) = &job.owner {
            let owned = OwnedJob { id: job.id.clone(), expires_at: job.expires_at };
            writes.push(Write::put(owned_key(owner, &job.id), &owned)?);
        }
        Ok(self.transact(writes).await??)
    }

    /// Reads a job that has not ended.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn job(&self, id: &JobId) -> StoreResult<Option<Job>> {
        let found: Option<Job> = self.get(&key(id)).await?;
        Ok(found.filter(|job| job.expires_at > time::now().as_second()))
    }

    /// Deletes a job.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn delete_job(&self, id: &JobId, owner: Option<&UserId>) -> StoreResult<()> {
        self.delete(&key(id)).await?;
        match owner {
            Some(owner) => self.delete(&owned_key(owner, id)).await,
            None => Ok(()),
        }
    }

    /// Remembers that the caller was told of a milestone; false when it had been told already, by a
    /// poll at the same moment.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn pass_job_milestone(&self, id: &JobId, milestone: u8) -> StoreResult<bool> {
        let untold = Condition::below("milestone", milestone);
        self.change_if(&key(id), Change::new().set("milestone", milestone), untold).await
    }

    /// Claims a job.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn claim_job(&self, id: &JobId) -> StoreResult<Claim<Job>> {
        self.claim(key(id)).await
    }

    /// Ends a run well: the job's text is there. False when the claim does not stand any more.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn finish_job(&self, run: &Run) -> StoreResult<bool> {
        let change = Change::new().set("status", JobStatus::Done).set("updatedAt", time::now()).remove([
            "progress",
            "run",
            "leaseUntil",
            "error",
        ]);
        self.change_if(run.key(), change, run.stands()).await
    }
}
