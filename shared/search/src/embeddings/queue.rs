use std::{
    collections::VecDeque,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

/// A queue with two lanes, of which the urgent one always goes first.
///
/// It has no bound of its own: [`Embedder`](super::Embedder) limits the number of requests, each of which may add
/// several items.
#[derive(Debug)]
pub(super) struct TwoLaneQueue<T> {
    lanes: Mutex<Lanes<T>>,
    changed: Condvar,
}

#[derive(Debug)]
struct Lanes<T> {
    urgent: VecDeque<T>,
    bulk: VecDeque<T>,
    closed: bool,
}

/// A lane of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// For work that a user is waiting for: a question.
    Urgent,
    /// For large work that nobody is waiting for: the chunks of a document.
    Bulk,
}

impl<T> TwoLaneQueue<T> {
    pub(super) fn new() -> Self {
        let lanes = Lanes { urgent: VecDeque::new(), bulk: VecDeque::new(), closed: false };
        Self { lanes: Mutex::new(lanes), changed: Condvar::new() }
    }

    pub(super) fn push(&self, lane: Lane, items: impl IntoIterator<Item = T>) {
        let mut lanes = self.lock();
        match lane {
            Lane::Urgent => lanes.urgent.extend(items),
            Lane::Bulk => lanes.bulk.extend(items),
        }
        drop(lanes);
        self.changed.notify_all();
    }

    /// The next item, after waiting for one. `None` once the queue is closed.
    pub(super) fn pop(&self) -> Option<T> {
        let mut lanes = self.lock();
        loop {
            if lanes.closed {
                return None;
            }
            if let Some(item) = lanes.urgent.pop_front() {
                return Some(item);
            }
            if let Some(item) = lanes.bulk.pop_front() {
                return Some(item);
            }
            lanes = self.changed.wait(lanes).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Makes every waiting [`pop`](Self::pop) return, and drops the remaining items.
    pub(super) fn close(&self) {
        let mut lanes = self.lock();
        lanes.closed = true;
        lanes.urgent.clear();
        lanes.bulk.clear();
        drop(lanes);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Lanes<T>> {
        // Nothing here panics while the lock is held, so the lanes are whole.
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
