//! Limits the memory of all pictures of a process.
//!
//! A picture is small as a file and large as pixels: one with 64 megapixels takes 192 MB, and its file may have a
//! hundred kilobytes. So the limit is on bytes, not on the number of pictures. The header of a picture tells how much
//! it will take. The picture waits as a file until there is enough memory, in order of arrival.
//!
//! Files and pixels have separate budgets. A picture holds memory for its file while it waits for memory for its
//! pixels, and after that it waits for nothing else, so there is no deadlock.

use std::sync::{Arc, OnceLock};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Default budget in bytes.
pub const USUAL: u64 = 160 * 1024 * 1024;
/// The share of files is one part of this many.
const FILES: u64 = 5;
/// Bytes per permit of the semaphores.
const PLACE: u64 = 1024;

/// The memory budget of pictures.
#[derive(Debug, Clone)]
pub struct PictureMemory {
    files: Room,
    pixels: Room,
}

#[derive(Debug, Clone)]
struct Room {
    places: Arc<Semaphore>,
    all: u32,
}

/// Reserved memory, released when dropped.
#[derive(Debug)]
pub struct MemoryPermit {
    /// `None` if the semaphore is closed, which never happens.
    permit: Option<OwnedSemaphorePermit>,
}

static PROCESS: OnceLock<PictureMemory> = OnceLock::new();

impl PictureMemory {
    /// A budget of `bytes` for all pictures together.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let files = bytes / FILES;
        Self { files: Room::new(files), pixels: Room::new(bytes - files) }
    }

    /// The budget of this process.
    #[must_use]
    pub fn of_process() -> &'static Self {
        PROCESS.get_or_init(|| Self::new(USUAL))
    }

    /// Sets the budget of this process. Only the first call has an effect.
    pub fn set_for_process(bytes: u64) {
        let _ = PROCESS.set(Self::new(bytes));
    }

    /// Waits for memory for a file of `bytes`. A file larger than the whole budget gets all of it.
    pub async fn for_file(&self, bytes: u64) -> MemoryPermit {
        self.files.take(bytes).await
    }

    /// Waits for `bytes` of memory for pixels. A picture larger than the whole budget gets all of it, alone.
    pub async fn for_pixels(&self, bytes: u64) -> MemoryPermit {
        self.pixels.take(bytes).await
    }
}

impl Room {
    fn new(bytes: u64) -> Self {
        let all = places(bytes).max(1);
        Self { places: Arc::new(Semaphore::new(usize::try_from(all).unwrap_or(Semaphore::MAX_PERMITS))), all }
    }

    async fn take(&self, bytes: u64) -> MemoryPermit {
        let permit = Arc::clone(&self.places).acquire_many_owned(places(bytes).min(self.all)).await;
        MemoryPermit { permit: permit.ok() }
    }
}

impl MemoryPermit {
    /// Releases everything beyond `bytes`.
    pub fn shrink_to(&mut self, bytes: u64) {
        if let Some(permit) = &mut self.permit {
            let more = permit.num_permits().saturating_sub(usize::try_from(places(bytes)).unwrap_or(usize::MAX));
            drop(permit.split(more));
        }
    }

    /// The number of reserved bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.permit.as_ref().map_or(0, |permit| permit.num_permits() as u64 * PLACE)
    }
}

fn places(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(PLACE)).unwrap_or(u32::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Duration;

    use futures::FutureExt;
    use tokio::time::timeout;

    use super::*;

    const MIB: u64 = 1024 * 1024;

    /// 80 MiB of pixels.
    fn memory() -> PictureMemory {
        PictureMemory::new(100 * MIB)
    }

    #[tokio::test]
    async fn the_sum_is_bounded_and_not_the_number() {
        let memory = memory();
        let small: Vec<MemoryPermit> = futures::future::join_all((0..80).map(|_| memory.for_pixels(MIB))).await;
        assert_eq!(small.iter().map(MemoryPermit::bytes).sum::<u64>(), 80 * MIB);
        assert!(memory.for_pixels(1).now_or_never().is_none());
        assert!(memory.for_file(20 * MIB).now_or_never().is_some(), "files have room of their own");
        drop(small);
        assert!(memory.for_pixels(80 * MIB).now_or_never().is_some());
    }

    #[tokio::test]
    async fn one_that_is_too_large_has_all_of_it_alone() {
        let memory = memory();
        let other = memory.for_pixels(MIB).await;
        let mut large = Box::pin(memory.for_pixels(10_000 * MIB));
        assert!(large.as_mut().now_or_never().is_none());
        drop(other);
        assert_eq!(large.await.bytes(), 80 * MIB);
    }

    #[tokio::test]
    async fn who_waits_longest_comes_first_and_may_give_up() {
        let memory = memory();
        let first = memory.for_pixels(60 * MIB).await;
        let large = tokio::spawn({
            let memory = memory.clone();
            async move { memory.for_pixels(50 * MIB).await }
        });
        tokio::task::yield_now().await;
        let small = timeout(Duration::from_millis(50), memory.for_pixels(MIB)).await;
        assert!(small.is_err(), "it does not slip past one that has waited for longer");
        large.abort();
        assert!(large.await.is_err());
        assert!(
            timeout(Duration::from_secs(1), memory.for_pixels(20 * MIB)).await.is_ok(),
            "who gave up holds nothing"
        );
        drop(first);
    }

    #[tokio::test]
    async fn what_is_not_needed_any_more_is_given_back() {
        let memory = memory();
        let mut hold = memory.for_pixels(80 * MIB).await;
        hold.shrink_to(30 * MIB);
        assert_eq!(hold.bytes(), 30 * MIB);
        hold.shrink_to(40 * MIB);
        assert_eq!(hold.bytes(), 30 * MIB, "it does not grow");
        assert!(memory.for_pixels(50 * MIB).now_or_never().is_some());
        let none = PictureMemory::new(0).for_pixels(MIB).now_or_never().unwrap();
        assert_eq!(none.bytes(), 1024);
    }
}
