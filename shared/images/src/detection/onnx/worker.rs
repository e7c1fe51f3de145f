//! The thread that owns the model.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::{io, thread};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};

use super::NAME;
use super::model::Model;
use crate::{Detection, Picture};
use foundation::provider::{ProviderError, ProviderFailure};

/// Number of pictures that may wait. Further ones are refused.
const QUEUE: usize = 8;
/// The seconds after which a refused caller may retry.
const RETRY_SECONDS: u64 = 2;

type Reply = Result<Vec<Detection>, String>;

struct Job {
    picture: Arc<Picture>,
    reply: oneshot::Sender<Reply>,
}

/// A thread with a bounded queue. It ends when the handle is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: mpsc::Sender<Job>,
}

impl Worker {
    pub(super) fn start(model: Model) -> io::Result<Self> {
        let (jobs, queue) = mpsc::channel(QUEUE);
        thread::Builder::new().name("detection".to_owned()).spawn(move || run(&model, queue))?;
        Ok(Self { jobs })
    }

    /// The objects in a picture. Dropping the future cancels work that has not begun.
    pub(super) async fn detect(&self, picture: Arc<Picture>) -> Result<Vec<Detection>, ProviderError> {
        let (reply, answer) = oneshot::channel();
        match self.jobs.try_send(Job { picture, reply }) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                let failure = ProviderFailure::RateLimited { retry_after_seconds: Some(RETRY_SECONDS) };
                return Err(ProviderError::new(NAME, failure));
            }
            Err(TrySendError::Closed(_)) => {
                return Err(ProviderError::unavailable(NAME, "the model's thread has ended"));
            }
        }
        let answer = answer.await.map_err(|error| ProviderError::unavailable(NAME, error))?;
        answer.map_err(|error| ProviderError::unavailable(NAME, error))
    }
}

fn run(model: &Model, mut queue: mpsc::Receiver<Job>) {
    while let Some(Job { picture, reply }) = queue.blocking_recv() {
        if reply.is_closed() {
            continue;
        }
        // A model that panics on one picture must not end the thread: it is the only one.
        let found = catch_unwind(AssertUnwindSafe(|| model.detect(&picture)));
        let found = found.unwrap_or_else(|_| Err("the model panicked".to_owned()));
        // A caller that has just gone does not need it any more.
        let _ = reply.send(found);
    }
}
