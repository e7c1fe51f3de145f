//! What hands markers of deleted accounts to `erase`, as S3's notifications and SQS do in the cloud.
//!
//! A marker that is put is delivered at once, and again, after a while, as long as it is given back: nobody looks into a
//! dead-letter queue here. At start, markers that are left are delivered: what was cut off goes on.

use std::sync::Arc;
use std::time::Duration;

use shared::objects::{ObjectKey, Objects};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::functions::Erase;
use crate::pump::event;

/// Accounts that are removed at the same time.
const CONCURRENCY: usize = 8;
/// The first and the longest wait before the next delivery.
const DELAY: Duration = Duration::from_millis(250);
const LONGEST_DELAY: Duration = Duration::from_secs(20);

/// Where new markers are told. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Deletions {
    keys: mpsc::UnboundedSender<String>,
}

/// The receiving end, until it is started.
pub(crate) struct Waiting {
    keys: mpsc::UnboundedReceiver<String>,
}

/// Both ends. Markers are few, and small.
pub(crate) fn deletions() -> (Deletions, Waiting) {
    let (sender, receiver) = mpsc::unbounded_channel();
    (Deletions { keys: sender }, Waiting { keys: receiver })
}

impl Deletions {
    /// Tells that a marker was put; `key` as S3 writes it in events, URL-encoded.
    pub(crate) fn created(&self, key: String) {
        if let Err(error) = self.keys.send(key) {
            tracing::info!(%error, "a deletion goes on at the next start");
        }
    }
}

/// Delivers markers until `stop`; deliveries under way are tracked by `tasks`.
pub(crate) async fn run(
    mut waiting: Waiting,
    erase: Erase,
    objects: Objects,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let slots = Arc::new(Semaphore::new(CONCURRENCY));
    match objects.list(ObjectKey::DELETIONS).await {
        Ok(keys) => keys.into_iter().for_each(|key| {
            tasks.spawn(deliver(key, erase.clone(), slots.clone(), stop.clone()));
        }),
        Err(error) => tracing::error!(%error, "deletions under way cannot be listed"),
    }
    loop {
        let key = tokio::select! {
            () = stop.cancelled() => return,
            key = waiting.keys.recv() => key,
        };
        let Some(key) = key else { return };
        tasks.spawn(deliver(key, erase.clone(), slots.clone(), stop.clone()));
    }
}

async fn deliver(key: String, erase: Erase, slots: Arc<Semaphore>, stop: CancellationToken) {
    let mut delay = DELAY;
    for delivery in 1.. {
        let Ok(slot) = slots.acquire().await else { return };
        let done = tokio::select! {
            done = erase.deliver(event(&key, delivery)) => done,
            // Whatever was removed stays so.
            () = stop.cancelled() => return,
        };
        drop(slot);
        match done {
            Ok(true) => return,
            Ok(false) => tracing::info!(key, delivery, "a deletion was given back; it is delivered again"),
            Err(error) => tracing::warn!(key, delivery, %error, "a deletion could not be delivered"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(delay) => {}
        }
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}
