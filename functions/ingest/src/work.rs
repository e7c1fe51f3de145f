//! One run of a piece of work, from the place that it takes among its owner's files to what becomes of its event.
//! Documents and extraction jobs go the same way.

use std::fmt::Display;

use foundation::ids::UserId;
use foundation::provider::Cause;
use shared::store::{Claim, Place, Run, StoreResult};

use crate::failure::{ATTEMPTS, WorkError};
use crate::supervise::{Hold, Reporter, reporter, supervised};
use crate::{App, Outcome};

/// A document or an extraction job whose file is to be read. Its text form names it in the log.
pub(crate) trait Work: Display + Sync {
    /// What the table holds of it.
    type Item: Send + Sync;
    /// What came of reading it.
    type Found: Send + Sync;

    /// Claims the item and counts the attempt.
    fn claim(&self) -> impl Future<Output = StoreResult<Claim<Self::Item>>> + Send;

    /// The number of this attempt, from 1.
    fn attempt(item: &Self::Item) -> u32;

    /// Does the work. It is dropped when the claim does not stand any more.
    fn process(
        &self,
        run: &Run,
        item: &Self::Item,
        report: &Reporter,
    ) -> impl Future<Output = Result<Self::Found, WorkError>> + Send;

    /// Records what came of it. False when the claim does not stand any more.
    fn finish(
        &self,
        run: &Run,
        item: &Self::Item,
        found: &Self::Found,
    ) -> impl Future<Output = StoreResult<bool>> + Send;

    /// Records why it failed for good. False when the claim does not stand any more.
    fn fail(&self, run: &Run, item: &Self::Item, error: WorkError) -> impl Future<Output = Result<bool, Cause>> + Send;

    /// Deletes what nobody needs once the item is finished, well or not.
    fn settle(&self) -> impl Future<Output = Outcome> + Send;

    /// Whether the item is there, and not about to be deleted.
    fn is_there(&self) -> impl Future<Output = StoreResult<bool>> + Send;

    /// Deletes what is stored for an item that is gone.
    fn clean_up(&self) -> impl Future<Output = Outcome> + Send;
}

impl App {
    /// Does `work` if its owner has a place for it. Work without an owner needs none.
    pub(crate) async fn run<W: Work>(&self, work: &W, owner: Option<&UserId>) -> Outcome {
        let Some(owner) = owner else { return self.run_in(None, work).await };
        let place = match self.context.store.take_place(owner).await {
            Ok(Some(place)) => place,
            Ok(None) => return Outcome::Wait,
            Err(error) => return later(&error),
        };
        let outcome = self.run_in(Some(&place), work).await;
        // One that stays is free when its lease has ended.
        if let Err(error) = self.context.store.leave_place(&place).await {
            tracing::debug!(%error, "a place was not left");
        }
        outcome
    }

    async fn run_in<W: Work>(&self, place: Option<&Place>, work: &W) -> Outcome {
        let (run, item) = match work.claim().await {
            Ok(Claim::Taken(run, item)) => (run, item),
            Ok(Claim::Busy) => return Outcome::Retry,
            Ok(Claim::Idle(Some(_))) => return work.settle().await,
            Ok(Claim::Idle(None)) => return work.clean_up().await,
            Err(error) => return later(&error),
        };
        let attempt = W::attempt(&item);
        tracing::info!(%work, attempt, "work begins");
        match self.attempt(Hold { run: &run, place }, work, &item).await {
            Ok(()) => {
                tracing::info!(%work, "work is done");
                work.settle().await
            }
            Err(WorkError::Lost) => lost(work).await,
            Err(WorkError::Passing(failure)) if attempt < ATTEMPTS => {
                tracing::info!(%work, code = failure.code, "work will be tried again");
                match self.context.store.release_run(&run).await {
                    Ok(false) => lost(work).await,
                    // An unreleased claim only makes the next attempt wait for its end.
                    _ => Outcome::Retry,
                }
            }
            Err(error) => {
                tracing::info!(%work, code = error.code(), "work has failed");
                match work.fail(&run, &item, error).await {
                    Ok(true) => work.settle().await,
                    Ok(false) => lost(work).await,
                    Err(error) => later(&*error),
                }
            }
        }
    }

    /// One attempt, until its result is recorded.
    async fn attempt<W: Work>(&self, hold: Hold<'_>, work: &W, item: &W::Item) -> Result<(), WorkError> {
        if W::attempt(item) > ATTEMPTS {
            return Err(WorkError::Permanent(WorkError::interrupted()));
        }
        let (run, (report, reports)) = (hold.run, reporter());
        let found = supervised(&self.context, hold, reports, Box::pin(work.process(run, item, &report))).await?;
        if work.finish(run, item, &found).await? { Ok(()) } else { Err(WorkError::Lost) }
    }
}

/// The claim does not stand any more: another run has the item, or it is gone.
async fn lost(work: &impl Work) -> Outcome {
    match work.is_there().await {
        Ok(true) => Outcome::Done,
        Ok(false) => work.clean_up().await,
        Err(error) => later(&error),
    }
}

/// Storage failed: the event is delivered again.
pub(crate) fn later(error: &dyn std::error::Error) -> Outcome {
    tracing::warn!(%error, cause = error.source().map(ToString::to_string), "an event is given back");
    Outcome::Retry
}
