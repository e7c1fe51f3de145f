//! The `ingest` function: from a file to something that can be searched.
//!
//! S3 tells of every object that is put under `uploads/`, through a queue. A document's file, or a
//! request to import or read one again, becomes pages, passages, embeddings and one search segment;
//! the file of an extraction job becomes text.
//!
//! Events may come twice, late, in any order, and a process may die at any moment. So the item says
//! what is to be done, the event only that it is time to look: see [`shared::store::Run`].

mod documents;
mod failure;
mod index;
mod jobs;
mod reading;
mod recognise;
mod source;
mod supervise;
mod work;

use std::sync::Arc;

use ::documents::pdf::PdfWorker;
use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use foundation::fetch::{FetchLimits, Fetcher, SetUpError};
use foundation::telemetry;
use images::TextReader;
use search::embeddings::Embedder;
use shared::Context;
use shared::objects::{Notification, ObjectKey};
use shared::queue::Queue;

/// When a message is delivered again that has to wait for others of its user, in seconds: at least so many, and at most
/// so many more, lest all of them come at once.
const PUT_OFF_SECONDS: u32 = 15;
const PUT_OFF_SPREAD: u32 = 15;

/// What the function holds. Built once, cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    embedder: Option<Embedder>,
    pdf: PdfWorker,
    fetcher: Fetcher,
    reader: Arc<dyn TextReader>,
    /// Where messages are put off; none where they are given back.
    queue: Option<Queue>,
}

/// Why the function cannot work.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// Files cannot be fetched.
    #[error("files cannot be fetched")]
    Fetcher(#[from] SetUpError),
    /// PDF files cannot be read.
    #[error("PDF files cannot be read")]
    Reader(#[from] std::io::Error),
}

/// What becomes of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is done with.
    Done,
    /// It is to be delivered again, later.
    Retry,
    /// As many files of the same user as may be are being read: it is to be delivered again, which is no failure.
    Wait,
}

/// What became of a batch of messages.
#[derive(Debug)]
pub struct Handled {
    /// Names those that are to be delivered again.
    pub response: SqsBatchResponse,
    /// Whether all of these only have to wait for their turn.
    pub waits: bool,
}

impl App {
    /// Everything that the function needs. Without an embedder, text is extracted, but every document
    /// fails with a reason that says what is missing. `reader` reads the pages that are pictures.
    ///
    /// # Errors
    /// When TLS cannot be set up for fetching files, or the program that reads PDF files cannot be
    /// named.
    pub fn new(context: Context, embedder: Option<Embedder>, reader: Arc<dyn TextReader>) -> Result<Self, StateError> {
        let documents = &context.config.documents;
        let fetcher = Fetcher::new(documents, FetchLimits::default())?;
        let pdf = PdfWorker::configured(documents)?;
        let queue = Queue::configured(&context.sdk, &context.config.aws);
        Ok(Self { context, embedder, pdf, fetcher, reader, queue })
    }

    /// Does what the object at `key` asks for.
    pub async fn handle_key(&self, key: &str) -> Outcome {
        match ObjectKey::parse_upload(key) {
            Some(ObjectKey::Source(user, document)) => self.document_file_arrived(&user, &document).await,
            Some(ObjectKey::Request(user, document)) => self.document_requested(&user, &document).await,
            Some(ObjectKey::ExtractSource(job)) => self.job_file_arrived(&job).await,
            _ => {
                tracing::warn!(key, "an object that is none of ours was put among the uploads");
                Outcome::Done
            }
        }
    }

    /// Has a message delivered again when files of its user may be done.
    async fn put_off(&self, body: &str) -> Outcome {
        let Some(queue) = &self.queue else { return Outcome::Wait };
        let spread = rand::random_range(0..=PUT_OFF_SPREAD);
        match queue.send(body, PUT_OFF_SECONDS + spread).await {
            Ok(()) => Outcome::Done,
            Err(error) => {
                tracing::warn!(%error, "a message could not be put off");
                Outcome::Retry
            }
        }
    }
}

/// Handles a batch of messages, each on its own: those that are to be delivered again are named in
/// the answer, so that the others are not.
///
/// A message whose user has as many files in work as may be would use up its deliveries while it waits, and end among
/// the dead letters. It is sent again, to be delivered later, and done with; without a queue it is named in the answer.
pub async fn handle(state: App, event: SqsEvent) -> Handled {
    let mut response = SqsBatchResponse::default();
    let mut waits = true;
    for message in event.records {
        let id = message.message_id.clone().unwrap_or_default();
        let body = message.body.as_deref().unwrap_or_default();
        let outcome = match handle_message(&state, body).await {
            Outcome::Wait => state.put_off(body).await,
            outcome => outcome,
        };
        if outcome != Outcome::Done {
            waits &= outcome == Outcome::Wait;
            response.add_failure(id);
        }
    }
    telemetry::flush();
    Handled { response, waits }
}

async fn handle_message(state: &App, body: &str) -> Outcome {
    let notification: Notification = match body.parse() {
        Ok(notification) => notification,
        Err(error) => {
            // Given back, it ends in the dead-letter queue, where a person can look at it.
            tracing::error!(%error, "a message is no S3 notification");
            return Outcome::Retry;
        }
    };
    let mut outcome = Outcome::Done;
    for key in notification.created_keys {
        match (state.handle_key(&key).await, outcome) {
            (Outcome::Done, _) | (Outcome::Wait, Outcome::Retry) => {}
            (other, _) => outcome = other,
        }
    }
    outcome
}
