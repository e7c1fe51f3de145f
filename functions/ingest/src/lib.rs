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

use std::sync::Arc;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use shared::Context;
use shared::documents::pdf::PdfWorker;
use shared::fetch::{FetchLimits, Fetcher, SetUpError};
use shared::inference::Embedder;
use shared::objects::{Notification, ObjectKey};
use shared::telemetry;
use shared::vision::TextReader;

/// The largest file that is read, in bytes.
const LARGEST_FILE: u64 = 500 * 1024 * 1024;

/// What the function holds. Built once, cheap to clone.
#[derive(Debug, Clone)]
pub struct State {
    context: Context,
    embedder: Option<Embedder>,
    pdf: PdfWorker,
    fetcher: Fetcher,
    reader: Arc<dyn TextReader>,
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
}

impl State {
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
        Ok(Self { context, embedder, pdf, fetcher, reader })
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
}

/// Handles a batch of messages, each on its own: those that are to be delivered again are named in
/// the answer, so that the others are not.
pub async fn handle(state: State, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        let id = message.message_id.clone().unwrap_or_default();
        if handle_message(&state, message.body.as_deref().unwrap_or_default()).await == Outcome::Retry {
            response.add_failure(id);
        }
    }
    telemetry::flush();
    response
}

async fn handle_message(state: &State, body: &str) -> Outcome {
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
        if state.handle_key(&key).await == Outcome::Retry {
            outcome = Outcome::Retry;
        }
    }
    outcome
}
