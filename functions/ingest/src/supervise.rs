//! Keeping a claim while work goes on, and telling how far it is.

use std::time::Duration;

use shared::Context;
use shared::store::{Place, Progress, Run, Stage};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout};

use crate::failure::WorkError;

/// Progress is saved at most this often.
const SAVE_INTERVAL: Duration = Duration::from_millis(500);
/// Without progress the lease is extended this often; well below its length.
const HEARTBEAT: Duration = Duration::from_secs(8);
/// How long storage may fail before the claim is given up.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Where work tells how far it is. Cheap: nothing is written here.
#[derive(Debug, Clone)]
pub(crate) struct Reporter(watch::Sender<Progress>);

impl Reporter {
    /// So much of `stage`, which goes from `from` to `to` percent of the whole.
    pub(crate) fn part(&self, stage: Stage, (from, to): (u8, u8), done: u64, total: u64) {
        let span = u64::from(to.saturating_sub(from));
        let within = span * done.min(total) / total.max(1);
        self.at(stage, from.saturating_add(u8::try_from(within).unwrap_or(0)));
    }

    pub(crate) fn at(&self, stage: Stage, percent: u8) {
        let progress = Progress::new(stage, percent);
        self.0.send_if_modified(|known| {
            let changed = *known != progress;
            *known = progress;
            changed
        });
    }
}

/// What [`supervised`] saves, as told to the [`Reporter`] of the same pair.
pub(crate) type Reports = watch::Receiver<Progress>;

/// A reporter, and where its reports arrive.
pub(crate) fn reporter() -> (Reporter, Reports) {
    let (sender, receiver) = watch::channel(Progress::WAITING);
    (Reporter(sender), receiver)
}

/// What a worker holds while it works.
#[derive(Debug)]
pub(crate) struct Hold<'a> {
    /// On what it works on.
    pub(crate) run: &'a Run,
    /// Among the files of its owner; none where it has no owner.
    pub(crate) place: Option<&'a Place>,
}

/// Runs `work` while the claim stands. When it does not any more, the work is dropped, and with it
/// its child process and what it has waiting for the model.
pub(crate) async fn supervised<T>(
    context: &Context,
    hold: Hold<'_>,
    reports: Reports,
    work: impl Future<Output = Result<T, WorkError>>,
) -> Result<T, WorkError> {
    tokio::select! {
        result = work => result,
        error = keep(context, hold, reports) => Err(error),
    }
}

/// Ends only when the claim is lost or cannot be kept.
async fn keep(context: &Context, Hold { run, place }: Hold<'_>, mut progress: Reports) -> WorkError {
    let (mut kept, mut placed) = (Instant::now(), Instant::now());
    loop {
        // Both a change and the end of the wait are reasons to write.
        let _ = timeout(HEARTBEAT, progress.changed()).await;
        let now = *progress.borrow_and_update();
        match context.store.extend_run(run, now).await {
            Ok(true) => kept = Instant::now(),
            Ok(false) => return WorkError::Lost,
            Err(error) if kept.elapsed() > TIMEOUT => return error.into(),
            Err(error) => tracing::warn!(%error, "progress was not saved"),
        }
        if let Some(place) = place.filter(|_| placed.elapsed() >= HEARTBEAT) {
            match context.store.extend_place(place).await {
                Ok(true) => placed = Instant::now(),
                // It was not extended in time, and another file of the same owner is being read in it.
                Ok(false) => return crowded(),
                Err(error) => tracing::warn!(%error, "a place was not extended"),
            }
        }
        sleep(SAVE_INTERVAL).await;
    }
}

fn crowded() -> WorkError {
    WorkError::passing("too_many_at_once", "Too many of your files were read at the same time. Please try again later.")
}
