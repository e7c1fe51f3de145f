//! Uses several processors for one search.

use std::thread::{available_parallelism, scope};

/// Runs the tasks on at most `threads` threads; on the calling thread if one is enough.
pub(super) fn for_each<T: Send>(tasks: impl IntoIterator<Item = T>, threads: usize, run: impl Fn(T) + Sync) {
    if threads <= 1 {
        tasks.into_iter().for_each(run);
        return;
    }
    let mut shares: Vec<Vec<T>> = (0..threads).map(|_| Vec::new()).collect();
    for (task, share) in tasks.into_iter().zip((0..threads).cycle()) {
        if let Some(share) = shares.get_mut(share) {
            share.push(task);
        }
    }
    let run = &run;
    scope(|scope| {
        for share in shares {
            scope.spawn(move || share.into_iter().for_each(run));
        }
    });
}

/// The number of threads for this amount of work, if each should get at least `share` of it.
pub(super) fn threads(work: usize, share: usize) -> usize {
    available_parallelism().map_or(1, usize::from).min(work / share.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn every_task_is_run_once_on_any_number_of_threads() {
        for threads in [0, 1, 3, 50] {
            let sum = AtomicUsize::new(0);
            for_each(1..=10, threads, |task| {
                sum.fetch_add(task, Ordering::Relaxed);
            });
            assert_eq!(sum.into_inner(), 55, "{threads}");
        }
        assert_eq!(super::threads(10, 100), 1);
    }
}
