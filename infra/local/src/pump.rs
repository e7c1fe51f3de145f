//! The event pump: what S3's notifications and SQS do in the cloud.
//!
//! An object put under `uploads/` becomes an SQS event for the same `ingest` handler. A record that
//! the handler gives back is delivered again later, a few times, as a queue with a dead-letter queue
//! does. The pump itself keeps nothing: at start it delivers every object that lies under
//! `uploads/`, and `ingest` passes over those that are done.

use std::sync::Arc;
use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use serde_json::json;
use shared::objects::{ObjectKey, Objects};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::functions::Ingest;

/// Events that wait for delivery; beyond that, S3 answers slowly until there is room again.
const WAITING: usize = 10_000;
/// Documents that are read at the same time.
const CONCURRENCY: usize = 2;
/// Deliveries of one event before it is given up, as a queue's `maxReceiveCount`.
const DELIVERIES: u32 = 12;
/// What a delivery may still take when the system stops. What is cut off goes on at the next start.
const GRACE: Duration = Duration::from_secs(5);
/// The longest wait before the next delivery.
const LONGEST_DELAY: Duration = Duration::from_secs(20);

/// Where created objects are told. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Pump {
    keys: mpsc::Sender<String>,
}

/// The receiving end, until the pump is started.
pub(crate) struct Waiting {
    keys: mpsc::Receiver<String>,
}

/// A pump and what [`run`] needs of it.
pub(crate) fn pump() -> (Pump, Waiting) {
    let (sender, receiver) = mpsc::channel(WAITING);
    (Pump { keys: sender }, Waiting { keys: receiver })
}

impl Pump {
    /// Tells that an object was created; `key` as S3 writes it in events, URL-encoded.
    pub(crate) async fn created(&self, key: String) {
        if let Err(error) = self.keys.send(key).await {
            tracing::error!(%error, "an upload event was dropped; it is delivered at the next start");
        }
    }
}

/// Delivers events until `stop`; deliveries under way are tracked by `tasks`.
pub(crate) async fn run(
    mut waiting: Waiting,
    ingest: Ingest,
    objects: Objects,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let slots = Arc::new(Semaphore::new(CONCURRENCY));
    match objects.list(ObjectKey::UPLOADS).await {
        Ok(keys) => keys.into_iter().for_each(|key| {
            tasks.spawn(deliver(key, ingest.clone(), slots.clone(), stop.clone()));
        }),
        Err(error) => tracing::error!(%error, "earlier uploads cannot be listed"),
    }
    loop {
        let key = tokio::select! {
            () = stop.cancelled() => return,
            key = waiting.keys.recv() => key,
        };
        let Some(key) = key else { return };
        tasks.spawn(deliver(key, ingest.clone(), slots.clone(), stop.clone()));
    }
}

async fn deliver(key: String, ingest: Ingest, slots: Arc<Semaphore>, stop: CancellationToken) {
    let mut delay = Duration::from_millis(250);
    for delivery in 1..=DELIVERIES {
        let Ok(slot) = slots.acquire().await else { return };
        if stop.is_cancelled() {
            return;
        }
        let cut = async {
            stop.cancelled().await;
            tokio::time::sleep(GRACE).await;
        };
        let done = tokio::select! {
            done = ingest.deliver(event(&key, delivery)) => done,
            () = cut => return,
        };
        drop(slot);
        match done {
            Ok(true) => return,
            Ok(false) => tracing::info!(key, delivery, "an upload event was given back; it is delivered again"),
            Err(error) => tracing::warn!(key, delivery, %error, "an upload event could not be delivered"),
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(delay) => {}
        }
        delay = (delay * 2).min(LONGEST_DELAY);
    }
    tracing::error!(key, "an upload event was given up");
}

/// An SQS event with one S3 notification, of the shape that AWS sends.
pub(crate) fn event(key: &str, delivery: u32) -> SqsEvent {
    let notification = json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": shared::time::now(),
        "eventName": "ObjectCreated:Put",
        "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "intellimaint"}, "object": {"key": key}},
    }]});
    let event = json!({"Records": [{
        "messageId": shared::ids::new_ulid(),
        "receiptHandle": "local",
        "body": notification.to_string(),
        "attributes": {"ApproximateReceiveCount": delivery.to_string()},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:intellimaint-uploads",
        "awsRegion": "us-east-1",
    }]});
    serde_json::from_value(event).unwrap_or_default()
}
