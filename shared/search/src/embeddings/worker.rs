use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use super::{
    Embedding, EmbeddingError,
    queue::{Lane, TwoLaneQueue},
};

/// Maximum number of texts of an urgent request. Such requests are questions.
const URGENT_TEXTS: usize = 4;

/// The interface between the worker threads and the model.
pub(super) trait Encoder: Send {
    /// Embeds one text on the calling thread, truncated to the model's maximum.
    fn encode(&mut self, text: &str) -> Result<Embedding, EmbeddingError>;
}

/// The threads that own the model, and the bounded queue of their work.
#[derive(Debug)]
pub(super) struct WorkerPool {
    queue: Arc<TwoLaneQueue<Task>>,
    admission: Arc<Semaphore>,
    /// Queue permits that are reserved for questions.
    kept: usize,
}

/// One text of a request. Work is queued text by text, so that a question waits for one text of a document and not for
/// all of them.
#[derive(Debug)]
struct Task {
    request: Arc<Request>,
    index: usize,
}

#[derive(Debug)]
struct Request {
    texts: Vec<String>,
    progress: Mutex<Progress>,
}

#[derive(Debug)]
struct Progress {
    embeddings: Vec<Option<Embedding>>,
    missing: usize,
    reply: Option<oneshot::Sender<Reply>>,
    /// The request's permit. Released before the result is sent, so that a caller who asks again at once is not refused
    /// because of itself.
    admitted: Option<OwnedSemaphorePermit>,
}

type Reply = Result<Vec<Embedding>, EmbeddingError>;

impl WorkerPool {
    /// Starts one thread per encoder. At most `queue` requests are admitted at a time.
    pub(super) fn start(encoders: Vec<Box<dyn Encoder>>, queue: usize) -> Result<Self, EmbeddingError> {
        let pool = Self {
            queue: Arc::new(TwoLaneQueue::new()),
            admission: Arc::new(Semaphore::new(queue.clamp(1, Semaphore::MAX_PERMITS))),
            kept: queue / 4,
        };
        for (number, encoder) in encoders.into_iter().enumerate() {
            let queue = Arc::clone(&pool.queue);
            thread::Builder::new()
                .name(format!("embedding-{number}"))
                .spawn(move || run(&queue, encoder))
                .map_err(|error| EmbeddingError::failed("starting a model thread", error))?;
        }
        Ok(pool)
    }

    /// Embeds the texts in order. Dropping the future cancels the work that has not begun.
    pub(super) async fn embed(&self, texts: Vec<String>) -> Reply {
        if texts.is_empty() {
            return Ok(Vec::new());
        }
        let lane = if texts.len() <= URGENT_TEXTS { Lane::Urgent } else { Lane::Bulk };
        if lane == Lane::Bulk && self.admission.available_permits() <= self.kept {
            return Err(EmbeddingError::Busy);
        }
        let admitted = Arc::clone(&self.admission).try_acquire_owned().map_err(|_| EmbeddingError::Busy)?;
        let (reply, answer) = oneshot::channel();
        let progress = Progress {
            embeddings: vec![None; texts.len()],
            missing: texts.len(),
            reply: Some(reply),
            admitted: Some(admitted),
        };
        let request = Arc::new(Request { texts, progress: Mutex::new(progress) });
        let tasks: Vec<Task> =
            (0..request.texts.len()).map(|index| Task { request: Arc::clone(&request), index }).collect();
        drop(request);
        self.queue.push(lane, tasks);
        answer.await.unwrap_or_else(|_| Err(EmbeddingError::failed("embedding", "the model was shut down")))
    }
}

impl Drop for WorkerPool {
    fn drop(&mut self) {
        self.queue.close();
    }
}

/// The loop of a worker thread.
fn run(queue: &TwoLaneQueue<Task>, mut encoder: Box<dyn Encoder>) {
    while let Some(task) = queue.pop() {
        let Some(text) = task.request.wanted(task.index) else {
            continue;
        };
        // A model that panics on one text must not end the thread: it is the only one.
        let result = catch_unwind(AssertUnwindSafe(|| encoder.encode(text)))
            .unwrap_or_else(|_| Err(EmbeddingError::failed("embedding", "the model panicked")));
        task.request.finish(task.index, result);
    }
}

impl Request {
    /// The text to embed, unless the caller has gone or already has its result.
    fn wanted(&self, index: usize) -> Option<&str> {
        let waiting = self.lock().reply.as_ref().is_some_and(|reply| !reply.is_closed());
        self.texts.get(index).filter(|_| waiting).map(String::as_str)
    }

    /// Stores one result. The last one, or the first error, completes the request.
    fn finish(&self, index: usize, result: Result<Embedding, EmbeddingError>) {
        let mut progress = self.lock();
        let answer = match result {
            Err(error) => Err(error),
            Ok(embedding) => {
                if let Some(place) = progress.embeddings.get_mut(index) {
                    *place = Some(embedding);
                }
                progress.missing = progress.missing.saturating_sub(1);
                if progress.missing > 0 {
                    return;
                }
                Ok(std::mem::take(&mut progress.embeddings).into_iter().flatten().collect())
            }
        };
        progress.admitted = None;
        if let Some(reply) = progress.reply.take() {
            // A caller that has just gone does not need it any more.
            let _ = reply.send(answer);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
