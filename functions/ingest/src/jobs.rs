//! Text extraction jobs.

use foundation::fetch::LARGEST_DOCUMENT;
use foundation::ids::{JobId, UserId};
use shared::objects::ObjectKey;
use shared::store::{Claim, Job, JobStatus, Place, Run, Stage};

use crate::documents::{later, no_text};
use crate::failure::{ATTEMPTS, WorkError, standing};
use crate::reading::Reading;
use crate::supervise::{Hold, Reporter, reporter, supervised};
use crate::{App, Outcome, source};

/// Percent of the whole job.
const READING: (u8, u8, u8) = (2, 45, 95);

impl App {
    /// The file of a job was put.
    pub(crate) async fn job_file_arrived(&self, id: &JobId) -> Outcome {
        let owner = match self.context.store.job(id).await {
            Ok(Some(job)) if job.status == JobStatus::Processing => job.owner,
            Ok(Some(_)) => return self.forget_file(id).await,
            Ok(None) => return self.clean_up_job(id).await,
            Err(error) => return later(&error),
        };
        let Some(owner) = owner else { return self.extract_in(None, id).await };
        let place = match self.context.store.take_place(&owner).await {
            Ok(Some(place)) => place,
            Ok(None) => return Outcome::Wait,
            Err(error) => return later(&error),
        };
        let outcome = self.extract_in(Some(&place), id).await;
        self.leave(&place).await;
        outcome
    }

    async fn extract_in(&self, place: Option<&Place>, id: &JobId) -> Outcome {
        let (run, job) = match self.context.store.claim_job(id).await {
            Ok(Claim::Taken(run, job)) => (run, job),
            Ok(Claim::Busy) => return Outcome::Retry,
            Ok(Claim::Idle(Some(_))) => return self.forget_file(id).await,
            Ok(Claim::Idle(None)) => return self.clean_up_job(id).await,
            Err(error) => return later(&error),
        };
        let result = if job.attempts > ATTEMPTS {
            Err(WorkError::Permanent(WorkError::interrupted()))
        } else {
            let (report, reports) = reporter();
            let hold = Hold { run: &run, place };
            supervised(&self.context, hold, reports, Box::pin(self.extract_text(id, job.owner.as_ref(), &report))).await
        };
        let result = match result {
            Ok(()) => standing(self.context.store.finish_job(&run).await),
            Err(error) => Err(error),
        };
        self.conclude_job(&run, &job, result).await
    }

    async fn extract_text(&self, id: &JobId, owner: Option<&UserId>, report: &Reporter) -> Result<(), WorkError> {
        let file = source::temporary()?;
        report.at(Stage::Downloading, READING.0);
        self.context.objects.download(&ObjectKey::ExtractSource(id.clone()), file.path(), LARGEST_DOCUMENT).await?;
        let reading = self.read_file(file.path(), report, READING).await?;
        if let Some(owner) = owner {
            self.keep_reading(owner, file.path(), &reading).await;
        }
        let Reading { pages, unread } = reading;
        if !pages.iter().any(|page| page.has_text) {
            return Err(no_text(pages.len(), unread.as_ref()));
        }
        report.at(Stage::Saving, READING.2);
        let texts: Vec<String> = pages.iter().filter(|page| page.has_text).map(documents::Page::plain).collect();
        let text = texts.join("\n\n");
        self.context.objects.put(&ObjectKey::ExtractText(id.clone()), "text/plain; charset=utf-8", text).await?;
        Ok(())
    }

    async fn conclude_job(&self, run: &Run, job: &Job, result: Result<(), WorkError>) -> Outcome {
        let (failure, is_theirs) = match result {
            Ok(()) => return self.forget_file(&job.id).await,
            Err(WorkError::Lost) => return self.lost_job(&job.id).await,
            Err(WorkError::Passing(_)) if job.attempts < ATTEMPTS => {
                // An unreleased claim only makes the next attempt wait for its end.
                let _ = self.context.store.release_run(run).await;
                return Outcome::Retry;
            }
            Err(WorkError::Passing(failure)) => (failure, false),
            Err(WorkError::Permanent(failure) | WorkError::Refused(failure)) => (failure, true),
        };
        match self.context.store.fail_run(run, &failure, None).await {
            Ok(true) => {
                if !is_theirs {
                    self.context.billing.refund_job(job).await;
                }
                self.forget_file(&job.id).await
            }
            Ok(false) => self.lost_job(&job.id).await,
            Err(error) => later(&error),
        }
    }

    /// The claim of a run does not stand any more.
    async fn lost_job(&self, id: &JobId) -> Outcome {
        match self.context.store.job(id).await {
            Ok(Some(_)) => Outcome::Done,
            Ok(None) => self.clean_up_job(id).await,
            Err(error) => later(&error),
        }
    }

    /// Deletes what is stored for a job that is gone.
    async fn clean_up_job(&self, id: &JobId) -> Outcome {
        match self.context.objects.delete(&ObjectKey::ExtractText(id.clone())).await {
            Ok(()) => self.forget_file(id).await,
            Err(error) => later(&error),
        }
    }

    /// The file is needed no more: only its text is kept.
    async fn forget_file(&self, id: &JobId) -> Outcome {
        match self.context.objects.delete(&ObjectKey::ExtractSource(id.clone())).await {
            Ok(()) => Outcome::Done,
            Err(error) => later(&error),
        }
    }
}
