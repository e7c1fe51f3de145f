//! Counts the minutes of voice that a plan allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use foundation::ApiError;
use foundation::ids::UserId;
use futures::{Stream, StreamExt};
use shared::billing::{Billing, BillingError};
use speech::audio::RECOGNISED_RATE;
use tokio::runtime::Handle;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

/// Counts recognised and synthesized speech of one user.
#[derive(Debug, Clone)]
pub(crate) struct VoiceMeter {
    pub(crate) billing: Billing,
    pub(crate) user: UserId,
    /// Counting continues after the connection has ended.
    pub(crate) tasks: TaskTracker,
}

impl VoiceMeter {
    /// Fails if the plan allows no more this month.
    pub(crate) async fn check(&self) -> Result<(), ApiError> {
        self.billing.check_voice(&self.user).await.map_err(BillingError::into)
    }

    /// Counts recognised or synthesized speech. A failure is logged, and the turn goes on.
    pub(crate) async fn note(&self, length: Duration) {
        if let Err(error) = self.billing.note_voice(&self.user, length).await {
            tracing::error!(%error, user = %self.user, "voice could not be counted");
        }
    }
}

/// The sound of an utterance that is passed to a transcriber. It is counted when this is dropped for any reason, each
/// second once, even if the user discards the utterance or disconnects.
#[derive(Debug)]
pub(crate) struct GivenSound {
    meter: VoiceMeter,
    runtime: Handle,
    samples: Arc<AtomicU64>,
    counts: bool,
}

impl GivenSound {
    /// Without any sound yet. Must be called within the runtime.
    pub(crate) fn new(meter: VoiceMeter) -> Self {
        Self { meter, runtime: Handle::current(), samples: Arc::default(), counts: true }
    }

    /// The sound, measured as the transcriber takes it.
    pub(crate) fn measured<S>(&self, blocks: S) -> impl Stream<Item = Vec<i16>> + Send + 'static + use<S>
    where
        S: Stream<Item = Vec<i16>> + Send + 'static,
    {
        let samples = self.samples.clone();
        blocks.inspect(move |block| {
            samples.fetch_add(block.len() as u64, Ordering::Relaxed);
        })
    }

    /// Counts all of it. On return, it is counted.
    pub(crate) async fn count(mut self) {
        if let Some(counting) = self.begin_counting() {
            let _ = counting.await;
        }
    }

    fn begin_counting(&mut self) -> Option<JoinHandle<()>> {
        let milliseconds = self.samples.load(Ordering::Relaxed) * 1_000 / u64::from(RECOGNISED_RATE);
        if !std::mem::take(&mut self.counts) || milliseconds == 0 {
            return None;
        }
        let meter = self.meter.clone();
        let note = async move { meter.note(Duration::from_millis(milliseconds)).await };
        Some(self.meter.tasks.spawn_on(note, &self.runtime))
    }

    /// Counts nothing, because the transcriber failed before it recognised anything.
    pub(crate) fn forget(mut self) {
        self.counts = false;
    }
}

impl Drop for GivenSound {
    fn drop(&mut self) {
        drop(self.begin_counting());
    }
}
