//! A cache of segments in memory, limited in bytes and validated by `ETag`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use super::{Segment, SegmentError};

/// The result of a loader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The object still has the given tag.
    Unchanged,
    /// The object has changed.
    Changed {
        /// The object's entity tag.
        etag: String,
        /// The object's content.
        bytes: Vec<u8>,
    },
    /// The object does not exist.
    Missing,
}

/// Why a segment is not available.
#[derive(Debug, thiserror::Error)]
pub enum CacheError<E> {
    /// The loader failed.
    #[error("loading a segment failed: {0}")]
    Load(E),
    /// The loaded bytes are not a segment.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// The loader returned [`Fetched::Unchanged`] although it was given no tag.
    #[error("the store reported an object as unchanged that was never loaded")]
    Unexpected,
}

/// A cache of segments that evicts the least recently used ones. Concurrent requests for an object load it once.
#[derive(Debug)]
pub struct SegmentCache {
    max_bytes: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    slots: HashMap<String, Slot>,
    bytes: usize,
    clock: u64,
}

#[derive(Debug, Clone)]
struct Slot {
    /// Locked while the object is loaded. Other requests wait for it.
    loading: Arc<tokio::sync::Mutex<()>>,
    held: Option<CachedSegment>,
    used: u64,
    /// Counts finished loads, so that waiting requests notice that the object was loaded meanwhile.
    loads: u64,
}

#[derive(Debug, Clone)]
struct CachedSegment {
    etag: String,
    segment: Arc<Segment>,
    bytes: usize,
}

impl SegmentCache {
    /// A cache for at most `max_bytes` of segments.
    #[must_use]
    pub fn new(max_bytes: usize) -> Self {
        Self { max_bytes, state: Mutex::default() }
    }

    /// The segment under `key`, or `None` if there is none. `fetch` gets the tag of the segment in memory, if any, and
    /// loads only a changed one.
    ///
    /// # Errors
    /// If the loader fails or the bytes are not a segment.
    pub async fn get<E, F, Fut>(&self, key: &str, fetch: F) -> Result<Option<Arc<Segment>>, CacheError<E>>
    where
        F: FnOnce(Option<String>) -> Fut,
        Fut: Future<Output = Result<Fetched, E>>,
    {
        let (loading, loads) = self.slot(key, |slot| (slot.loading.clone(), slot.loads));
        let _turn = loading.lock().await;
        let (held, loads_now) = self.slot(key, |slot| (slot.held.clone(), slot.loads));
        if loads_now != loads {
            // Somebody else asked the store while this call waited for its turn.
            return Ok(held.map(|held| held.segment));
        }
        let etag = held.as_ref().map(|held| held.etag.clone());
        let found = match (fetch(etag).await.map_err(CacheError::Load)?, held) {
            (Fetched::Unchanged, Some(held)) => Some(held),
            (Fetched::Unchanged, None) => return Err(CacheError::Unexpected),
            (Fetched::Missing, _) => None,
            (Fetched::Changed { etag, bytes }, _) => {
                let segment = Arc::new(Segment::from_bytes(&bytes)?);
                let bytes = segment.memory_bytes();
                Some(CachedSegment { etag, segment, bytes })
            }
        };
        self.keep(key, found.clone());
        Ok(found.map(|held| held.segment))
    }

    /// Removes a segment.
    pub fn remove(&self, key: &str) {
        let mut state = self.lock();
        if let Some(slot) = state.slots.remove(key) {
            state.bytes -= slot.held.map_or(0, |held| held.bytes);
        }
    }

    /// Total size of the segments in memory in bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.lock().bytes
    }

    fn slot<T>(&self, key: &str, read: impl FnOnce(&Slot) -> T) -> T {
        let mut state = self.lock();
        state.clock += 1;
        let clock = state.clock;
        let slot = state.slots.entry(key.to_owned()).or_insert_with(|| Slot {
            loading: Arc::default(),
            held: None,
            used: clock,
            loads: 0,
        });
        slot.used = clock;
        read(slot)
    }

    fn keep(&self, key: &str, held: Option<CachedSegment>) {
        let mut state = self.lock();
        let added = held.as_ref().map_or(0, |held| held.bytes);
        let Some(slot) = state.slots.get_mut(key) else {
            return;
        };
        slot.loads += 1;
        let removed = std::mem::replace(&mut slot.held, held).map_or(0, |held| held.bytes);
        state.bytes = state.bytes + added - removed;
        evict(&mut state, self.max_bytes, key);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change below leaves the state whole, so a panic elsewhere does not spoil it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Evicts the least recently used segments until the rest fits. The newest stays even if it alone is too large, since
/// its caller holds it anyway.
fn evict(state: &mut State, max_bytes: usize, newest: &str) {
    while state.bytes > max_bytes {
        let oldest = state
            .slots
            .iter()
            .filter(|(key, slot)| key.as_str() != newest && slot.held.is_some())
            .min_by_key(|(_, slot)| slot.used)
            .map(|(key, _)| key.clone());
        let Some(oldest) = oldest else {
            break;
        };
        if let Some(slot) = state.slots.remove(&oldest) {
            state.bytes -= slot.held.map_or(0, |held| held.bytes);
        }
    }
    // Keys that never held anything, or no longer do, are not remembered either.
    state.slots.retain(|_, slot| slot.held.is_some() || Arc::strong_count(&slot.loading) > 1);
}

#[cfg(test)]
#[path = "cache_tests.rs"]
mod tests;
