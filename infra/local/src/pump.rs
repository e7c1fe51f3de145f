//! The event pump: what S3's notifications and SQS do in the cloud.
//!
//! An object put under `uploads/` becomes an SQS event for the same `ingest` handler. A record that
//! the handler gives back is delivered again later, a few times, as a queue with a dead-letter queue
//! does. The pump itself keeps nothing: at start it delivers every object that lies under
//! `uploads/`, and `ingest` passes over those that are done. Users take [`turns`](super::turns).

use std::time::Duration;

use aws_lambda_events::event::sqs::SqsEvent;
use serde_json::json;
use shared::Context;
use shared::objects::ObjectKey;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::functions::{Delivered, Ingest};
use crate::turns::{SMALL, Turns, Wish};

/// Events that wait for delivery; beyond that, S3 answers slowly until there is room again.
const WAITING: usize = 10_000;
/// Deliveries of one event before it is given up, as a queue's `maxReceiveCount`.
const DELIVERIES: u32 = 12;
/// What a delivery may still take when the system stops. What is cut off goes on at the next start.
const GRACE: Duration = Duration::from_secs(5);
/// The longest wait before the next delivery.
const LONGEST_DELAY: Duration = Duration::from_secs(20);
/// The wait of a file whose user has others in work, as a queue's delay.
const PUT_OFF: Duration = Duration::from_secs(1);

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
    context: Context,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    let delivery = Delivery { ingest, context, turns: Turns::default(), stop: stop.clone() };
    match delivery.context.objects.list(ObjectKey::UPLOADS).await {
        Ok(keys) => keys.into_iter().for_each(|key| {
            tasks.spawn(delivery.clone().deliver(key));
        }),
        Err(error) => tracing::error!(%error, "earlier uploads cannot be listed"),
    }
    loop {
        let key = tokio::select! {
            () = stop.cancelled() => return,
            key = waiting.keys.recv() => key,
        };
        let Some(key) = key else { return };
        tasks.spawn(delivery.clone().deliver(key));
    }
}

/// What a delivery needs.
#[derive(Clone)]
struct Delivery {
    ingest: Ingest,
    context: Context,
    turns: Turns,
    stop: CancellationToken,
}

impl Delivery {
    async fn deliver(self, key: String) {
        let stop = &self.stop;
        let wish = self.wish(&key).await;
        let mut delay = Duration::from_millis(250);
        let mut delivery = 1;
        while delivery <= DELIVERIES {
            let turn = tokio::select! {
                () = stop.cancelled() => return,
                turn = self.turns.take(wish.clone()) => turn,
            };
            let cut = async {
                stop.cancelled().await;
                tokio::time::sleep(GRACE).await;
            };
            let done = tokio::select! {
                done = self.ingest.deliver(event(&key, delivery)) => done,
                () = cut => return,
            };
            drop(turn);
            let mut pause = delay;
            match done {
                Ok(Delivered::Done) => return,
                // That uses nothing up.
                Ok(Delivered::Waits) => pause = PUT_OFF,
                Ok(Delivered::GivenBack) => {
                    tracing::info!(key, delivery, "an upload event was given back; it is delivered again");
                    delivery += 1;
                    delay = (delay * 2).min(LONGEST_DELAY);
                }
                Err(error) => {
                    tracing::warn!(key, delivery, %error, "an upload event could not be delivered");
                    delivery += 1;
                    delay = (delay * 2).min(LONGEST_DELAY);
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
        }
        tracing::error!(key, "an upload event was given up");
    }

    /// Whose file an object asks to read, and whether it is small. What cannot be found out is nobody's and large.
    async fn wish(&self, key: &str) -> Wish {
        let store = &self.context.store;
        // Keys of ours hold nothing that is written otherwise in an address.
        let key = ObjectKey::parse_upload(key);
        let (user, size) = match &key {
            Some(key @ ObjectKey::Source(user, _)) => (Some(user.clone()), self.size(key).await),
            Some(ObjectKey::Request(user, document)) => {
                let document = store.document(user, document).await.ok().flatten();
                // What is said of a file that lies elsewhere is believed; nobody has to say anything. It may gain a
                // slot, never a third place.
                (Some(user.clone()), document.map(|document| document.file_size).filter(|size| *size > 0))
            }
            Some(key @ ObjectKey::ExtractSource(job)) => {
                (store.job(job).await.ok().flatten().and_then(|job| job.owner), self.size(key).await)
            }
            _ => (None, None),
        };
        Wish {
            user: user.map(|user| user.to_string()).unwrap_or_default(),
            small: size.is_some_and(|size| size <= SMALL),
        }
    }

    async fn size(&self, key: &ObjectKey) -> Option<u64> {
        self.context.objects.info(key).await.ok().flatten().map(|found| found.size)
    }
}

/// An SQS event with one S3 notification, of the shape that AWS sends.
pub(crate) fn event(key: &str, delivery: u32) -> SqsEvent {
    let notification = json!({"Records": [{
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "us-east-1",
        "eventTime": foundation::time::now(),
        "eventName": "ObjectCreated:Put",
        "s3": {"s3SchemaVersion": "1.0", "bucket": {"name": "intellimaint"}, "object": {"key": key}},
    }]});
    let event = json!({"Records": [{
        "messageId": foundation::ids::new_ulid(),
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
