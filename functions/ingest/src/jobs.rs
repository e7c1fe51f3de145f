//! Text extraction jobs.

use std::fmt;

use foundation::fetch::LARGEST_DOCUMENT;
use foundation::ids::JobId;
use foundation::provider::Cause;
use shared::objects::ObjectKey;
use shared::store::{Claim, Job, JobStatus, Run, Stage, StoreResult};

use crate::documents::no_text;
use crate::failure::WorkError;
use crate::reading::Reading;
use crate::supervise::Reporter;
use crate::work::{Work, later};
use crate::{App, Outcome, source};

/// Percent of the whole job.
const READING: (u8, u8, u8) = (2, 45, 95);

/// A file whose text is to be extracted.
struct Extraction<'a> {
    app: &'a App,
    id: &'a JobId,
}

impl App {
    /// The file of a job was put.
    pub(crate) async fn job_file_arrived(&self, id: &JobId) -> Outcome {
        let extraction = Extraction { app: self, id };
        match self.context.store.job(id).await {
            Ok(Some(job)) if job.status == JobStatus::Processing => self.run(&extraction, job.owner.as_ref()).await,
            Ok(Some(_)) => extraction.settle().await,
            Ok(None) => extraction.clean_up().await,
            Err(error) => later(&error),
        }
    }
}

impl fmt::Display for Extraction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever knows the id of a job may read its text.
        f.write_str("an extraction job")
    }
}

impl Work for Extraction<'_> {
    type Item = Job;
    type Found = ();

    async fn claim(&self) -> StoreResult<Claim<Job>> {
        self.app.context.store.claim_job(self.id).await
    }

    fn attempt(job: &Job) -> u32 {
        job.attempts
    }

    async fn process(&self, _: &Run, job: &Job, report: &Reporter) -> Result<(), WorkError> {
        let (app, objects) = (self.app, &self.app.context.objects);
        let file = source::temporary()?;
        report.at(Stage::Downloading, READING.0);
        objects.download(&ObjectKey::ExtractSource(self.id.clone()), file.path(), LARGEST_DOCUMENT).await?;
        let reading = app.read_file(file.path(), report, READING).await?;
        if let Some(owner) = &job.owner {
            app.keep_reading(owner, file.path(), &reading).await;
        }
        let Reading { pages, unread } = reading;
        if !pages.iter().any(|page| page.has_text) {
            return Err(no_text(pages.len(), unread.as_ref()));
        }
        report.at(Stage::Saving, READING.2);
        let texts: Vec<String> = pages.iter().filter(|page| page.has_text).map(documents::Page::plain).collect();
        let text = texts.join("\n\n");
        objects.put(&ObjectKey::ExtractText(self.id.clone()), "text/plain; charset=utf-8", text).await?;
        Ok(())
    }

    async fn finish(&self, run: &Run, _: &Job, (): &()) -> StoreResult<bool> {
        self.app.context.store.finish_job(run).await
    }

    /// Where it is no fault of the file, its pages do not count.
    async fn fail(&self, run: &Run, job: &Job, error: WorkError) -> Result<bool, Cause> {
        let is_ours = matches!(error, WorkError::Passing(_));
        let Some(failure) = error.into_failure() else { return Ok(false) };
        let is_recorded = self.app.context.store.fail_run(run, &failure, None).await?;
        if is_recorded && is_ours {
            self.app.context.billing.refund_job(job).await;
        }
        Ok(is_recorded)
    }

    /// The file is needed no more: only its text is kept.
    async fn settle(&self) -> Outcome {
        match self.app.context.objects.delete(&ObjectKey::ExtractSource(self.id.clone())).await {
            Ok(()) => Outcome::Done,
            Err(error) => later(&error),
        }
    }

    async fn is_there(&self) -> StoreResult<bool> {
        Ok(self.app.context.store.job(self.id).await?.is_some())
    }

    async fn clean_up(&self) -> Outcome {
        match self.app.context.objects.delete(&ObjectKey::ExtractText(self.id.clone())).await {
            Ok(()) => self.settle().await,
            Err(error) => later(&error),
        }
    }
}
