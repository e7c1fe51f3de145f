use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use foundation::provider::ProviderFailure;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// When to ask again if too much is waiting.
const RETRY_SECONDS: u64 = 3;

/// Threads on which networks are run for futures: so many at a time, with a bounded queue before them.
#[derive(Debug, Clone)]
pub struct Threads {
    running: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
    places: usize,
    at_once: usize,
    timeout: Duration,
}

/// Why work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ThreadsError {
    /// Too much other work is waiting.
    #[error("too much is waiting already")]
    Busy,
    /// It took too long, with the time that it waited.
    #[error("it took too long")]
    TimedOut,
    /// It panicked.
    #[error("it broke off")]
    Broken,
}

impl From<ThreadsError> for ProviderFailure {
    fn from(error: ThreadsError) -> Self {
        match error {
            ThreadsError::Busy => Self::RateLimited { retry_after_seconds: Some(RETRY_SECONDS) },
            ThreadsError::TimedOut => Self::Timeout,
            ThreadsError::Broken => Self::Unavailable(error.into()),
        }
    }
}

/// Whether the future that waits for some work is gone. Long work asks from time to time.
#[derive(Debug, Clone, Default)]
pub struct Gone(Arc<AtomicBool>);

impl Gone {
    /// Whether nobody waits any more.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Sets [`Gone`] when it is dropped.
struct SetOnDrop(Gone);

impl Drop for SetOnDrop {
    fn drop(&mut self) {
        self.0.0.store(true, Ordering::Relaxed);
    }
}

/// A place for work that begins at once.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

impl Threads {
    /// `at_once` threads; `waiting` pieces of work may wait for each. All of it together may take `timeout`.
    #[must_use]
    pub fn new(at_once: usize, waiting: usize, timeout: Duration) -> Self {
        let places = at_once.saturating_mul(waiting.saturating_add(1));
        let running = Arc::new(Semaphore::new(at_once));
        Self { running, waiting: Arc::new(Semaphore::new(places)), places, at_once, timeout }
    }

    /// The pieces of work that wait now for each thread.
    #[must_use]
    pub fn waiting(&self) -> usize {
        (self.places - self.waiting.available_permits()).saturating_sub(self.at_once) / self.at_once.max(1)
    }

    /// Runs `work` when others leave room for it. Dropping the future tells it so.
    ///
    /// # Errors
    /// If too much is waiting, if it takes too long, or if `work` panics.
    pub async fn run<T, F>(&self, work: F) -> Result<T, ThreadsError>
    where
        T: Send + 'static,
        F: FnOnce(&Gone) -> T + Send + 'static,
    {
        let _admitted = self.waiting.try_acquire().map_err(|_| ThreadsError::Busy)?;
        let work = async {
            let permit = self.running.clone().acquire_owned().await.map_err(|_| ThreadsError::Broken)?;
            run_in(Place { _permit: permit }, work).await
        };
        tokio::time::timeout(self.timeout, work).await.map_err(|_| ThreadsError::TimedOut)?
    }

    /// A place for work, if there is one now.
    #[must_use]
    pub fn free(&self) -> Option<Place> {
        let permit = self.running.clone().try_acquire_owned().ok()?;
        Some(Place { _permit: permit })
    }
}

/// Runs `work` at once, and then leaves its place. Dropping the future tells it so.
///
/// # Errors
/// If `work` panics.
pub async fn run_in<T, F>(place: Place, work: F) -> Result<T, ThreadsError>
where
    T: Send + 'static,
    F: FnOnce(&Gone) -> T + Send + 'static,
{
    let gone = Gone::default();
    let set = SetOnDrop(gone.clone());
    let done = tokio::task::spawn_blocking(move || {
        let _place = place;
        work(&gone)
    });
    let done = done.await.map_err(|_| ThreadsError::Broken);
    drop(set);
    done
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::panic, reason = "tests")]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_mins(1);

    #[tokio::test]
    async fn work_is_done_and_a_panic_is_an_error() {
        let threads = Threads::new(2, 1, LONG);
        assert_eq!(threads.run(|gone| (gone.is_set(), 7)).await, Ok((false, 7)));
        assert_eq!(threads.run(|_| -> u8 { panic!("as it should") }).await, Err(ThreadsError::Broken));
        assert_eq!(run_in(threads.free().unwrap(), |_| 8).await, Ok(8));
    }

    #[tokio::test]
    async fn what_waits_too_long_or_in_too_long_a_queue_is_refused() {
        let threads = Threads::new(1, 1, Duration::from_millis(100));
        let held = threads.free().unwrap();
        assert!(threads.free().is_none());
        let (one, two, three) = tokio::join!(threads.run(|_| 1), threads.run(|_| 2), threads.run(|_| 3));
        assert_eq!((one, two), (Err(ThreadsError::TimedOut), Err(ThreadsError::TimedOut)));
        assert_eq!(three, Err(ThreadsError::Busy));
        drop(held);
        assert_eq!(threads.run(|_| 4).await, Ok(4));
    }

    #[tokio::test]
    async fn work_learns_that_nobody_waits() {
        let threads = Threads::new(1, 1, LONG);
        let (told, learnt) = tokio::sync::oneshot::channel();
        let work = threads.run(move |gone| {
            while !gone.is_set() {
                std::thread::sleep(Duration::from_millis(5));
            }
            told.send(()).unwrap();
        });
        assert!(tokio::time::timeout(Duration::from_millis(50), work).await.is_err());
        tokio::time::timeout(Duration::from_secs(20), learnt).await.unwrap().unwrap();
    }
}
