//! A pool of workers.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use super::worker::{Worker, WorkerError};
use crate::recognition::NAME;
use foundation::program::is_installed;
use foundation::provider::{ProviderError, ProviderFailure};

/// Number of callers that may wait, per worker.
const WAITING: usize = 4;
/// When a refused caller may retry, in seconds.
const RETRY_SECONDS: u64 = 5;

/// Workers that are started once and serve one utterance after the other.
#[derive(Debug)]
pub(super) struct Pool {
    python: PathBuf,
    timeout: Duration,
    workers: usize,
    admitted: Arc<Semaphore>,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Worker>>,
}

/// Permission to use workers, one after the other.
#[derive(Debug)]
pub(super) struct Admission(#[expect(dead_code, reason = "held")] OwnedSemaphorePermit);

/// A worker for one utterance. If it is dropped without [`Lease::give_back`], the worker, which may still be busy, is
/// killed and replaced.
#[derive(Debug)]
pub(super) struct Lease {
    pool: Arc<Pool>,
    worker: Option<Worker>,
    place: Option<OwnedSemaphorePermit>,
}

impl Pool {
    /// `workers` workers under this Python.
    pub(super) fn new(python: PathBuf, workers: usize, timeout: Duration) -> Arc<Self> {
        Arc::new(Self {
            python,
            timeout,
            workers,
            admitted: Arc::new(Semaphore::new(workers * (1 + WAITING))),
            places: Arc::new(Semaphore::new(workers)),
            idle: Mutex::default(),
        })
    }

    /// Number of workers.
    pub(super) fn workers(&self) -> usize {
        self.workers
    }

    /// Starts workers in the background, up to the number of workers.
    pub(super) fn warm(self: &Arc<Self>) {
        for _ in 0..self.workers {
            let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return };
            let pool = Arc::clone(self);
            tokio::spawn(async move { pool.warm_one(place).await });
        }
    }

    async fn warm_one(self: Arc<Self>, place: OwnedSemaphorePermit) {
        if !is_installed(&self.python.to_string_lossy()) {
            return;
        }
        match Worker::start(&self.python, self.timeout).await {
            Ok(worker) => self.idle().push(worker),
            Err(error) => tracing::warn!(%error, "a speech recogniser did not start"),
        }
        drop(place);
    }

    /// Admission to the queue.
    ///
    /// # Errors
    /// If the queue is full.
    pub(super) fn admit(&self) -> Result<Admission, ProviderError> {
        Arc::clone(&self.admitted).try_acquire_owned().map(Admission).map_err(|_| busy())
    }

    /// Waits for a free worker.
    ///
    /// # Errors
    /// If none becomes free in time, or none can be started.
    pub(super) async fn lease(self: &Arc<Self>, _: &Admission) -> Result<Lease, ProviderError> {
        let place = timeout(self.timeout, Arc::clone(&self.places).acquire_owned()).await.map_err(|_| busy())?;
        let place = place.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let worker = match self.idle_worker() {
            Some(worker) => worker,
            None => self.start().await.map_err(failed)?,
        };
        Ok(Lease { pool: Arc::clone(self), worker: Some(worker), place: Some(place) })
    }

    fn idle_worker(&self) -> Option<Worker> {
        let mut idle = self.idle();
        while let Some(mut worker) = idle.pop() {
            if worker.is_fit() {
                return Some(worker);
            }
        }
        None
    }

    async fn start(&self) -> Result<Worker, WorkerError> {
        if !is_installed(&self.python.to_string_lossy()) {
            return Err(WorkerError::NotInstalled);
        }
        Worker::start(&self.python, self.timeout).await
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Worker>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lease {
    /// The worker.
    pub(super) fn worker(&mut self) -> Result<&mut Worker, WorkerError> {
        self.worker.as_mut().ok_or_else(|| WorkerError::Died("it was given back".to_owned()))
    }

    /// Returns the worker to the pool after an utterance.
    pub(super) fn give_back(mut self) {
        if let Some(worker) = self.worker.take() {
            self.pool.idle().push(worker);
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if let (Some(worker), Some(place)) = (self.worker.take(), self.place.take()) {
            drop(worker);
            // Outside of a runtime everything ends anyway.
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(Arc::clone(&self.pool).warm_one(place));
            }
        }
    }
}

fn busy() -> ProviderError {
    ProviderError::new(NAME, ProviderFailure::RateLimited { retry_after_seconds: Some(RETRY_SECONDS) })
}

/// Converts a worker's failure to a provider error.
pub(super) fn failed(error: WorkerError) -> ProviderError {
    let failure = match error {
        WorkerError::NotInstalled => ProviderFailure::NotConfigured {
            code: "speech_recognizer_not_installed",
            advice: "Speech recognition is not installed here. Run scripts/dev, which sets it up, or install the \
                     Python package pocketsphinx and name that Python in POCKETSPHINX_PYTHON."
                .to_owned(),
        },
        WorkerError::Silent => ProviderFailure::Timeout,
        error @ WorkerError::Died(_) => ProviderFailure::Unavailable(Box::new(error)),
    };
    ProviderError::new(NAME, failure)
}
