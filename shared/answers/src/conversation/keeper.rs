//! Maintains the lease of a running answer.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::progress::Progress;
use foundation::ids::MessageId;
use shared::store::{Lease, Store};

/// Interval of checks for a stop request.
pub(super) const LOOK: Duration = Duration::from_millis(100);
/// Interval of saving the text.
pub(super) const SAVE: Duration = Duration::from_secs(1);
/// Interval of extending the lease.
pub(super) const EXTEND: Duration = Duration::from_secs(4);

/// What the keeper needs to know.
pub(super) struct Keeper<'a> {
    pub(super) store: &'a Store,
    pub(super) lease: &'a Lease,
    pub(super) message: &'a MessageId,
    pub(super) progress: &'a tokio::sync::watch::Sender<Progress>,
    /// Cancelled if the user requests a stop.
    pub(super) cancel: &'a CancellationToken,
}

impl Keeper<'_> {
    /// Returns once the lease is lost: the session was deleted, or another process has taken over. If storage fails, it
    /// continues, because storage may recover before the lease expires.
    pub(super) async fn keep(self) {
        let mut ticks = interval(LOOK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (mut saved, mut extended) = (Instant::now(), Instant::now());
        let mut saved_length = 0;
        loop {
            ticks.tick().await;
            match self.store.generation(&self.lease.user, &self.lease.chat).await {
                Ok(Some(found)) if found.id == self.lease.id => {
                    if found.stop_requested {
                        self.cancel.cancel();
                    }
                }
                Ok(_) => return,
                Err(error) => tracing::warn!(%error, "a running answer could not look for a request to stop"),
            }
            if extended.elapsed() >= EXTEND {
                match self.store.extend_lease(self.lease).await {
                    Ok(true) => extended = Instant::now(),
                    Ok(false) => return,
                    Err(error) => tracing::warn!(%error, "the lease of a running answer could not be extended"),
                }
            }
            if saved.elapsed() >= SAVE {
                let text =
                    Some(self.progress.borrow()).filter(|p| p.text.len() != saved_length).map(|p| p.text.clone());
                let Some(text) = text else { continue };
                saved = Instant::now();
                match self.store.save_partial(self.lease, self.message, &text).await {
                    Ok(true) => saved_length = text.len(),
                    // The lease is lost, or the answer is no longer there: the next look at the lease tells.
                    Ok(false) => tracing::warn!("a running answer is no longer its generation's to save"),
                    Err(error) => tracing::warn!(%error, "a running answer could not be saved"),
                }
            }
        }
    }
}
