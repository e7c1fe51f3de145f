//! Exact similarity of the query to every chunk.

use super::{super::Segment, Query, dot::dot, parallel};

/// Minimum number of chunks per thread. For fewer, starting a thread costs more than it saves.
const CHUNKS_PER_THREAD: usize = 8_192;

/// The best cosine of each page's chunks; `-1` for pages without chunks. Embeddings are normalised, so the dot product
/// is the cosine.
pub(super) fn page_cosines(segments: &[&Segment], query: &Query) -> Vec<f32> {
    let pages: usize = segments.iter().map(|segment| segment.page_count()).sum();
    let chunks: usize = segments.iter().map(|segment| segment.chunk_count()).sum();
    let mut cosines = vec![-1.0; pages];
    let threads = parallel::threads(chunks, CHUNKS_PER_THREAD);
    let shares = tasks(segments, &mut cosines, chunks.div_ceil(threads).max(1));
    parallel::for_each(shares, threads, |share| share.into_iter().for_each(|task| task.run(query)));
    cosines
}

/// A run of pages of one segment.
struct Task<'a> {
    segment: &'a Segment,
    first_page: usize,
    cosines: &'a mut [f32],
}

impl Task<'_> {
    fn run(self, query: &Query) {
        let Some(query) = query.embedding_for(self.segment) else { return };
        // Embeddings of another model cannot be compared.
        if self.segment.dimensions() != query.len() || query.is_empty() {
            return;
        }
        let pages = self.segment.meta.pages.iter().skip(self.first_page);
        for (page, best) in pages.zip(self.cosines) {
            let block = self.segment.vectors(page.first_chunk as usize, page.chunks as usize);
            for vector in block.chunks_exact(query.len()) {
                *best = best.max(dot(vector, query));
            }
        }
    }
}

/// Divides the pages so that each task has about `share` chunks.
fn tasks<'a>(segments: &[&'a Segment], cosines: &'a mut [f32], share: usize) -> Vec<Vec<Task<'a>>> {
    let mut shares = vec![Vec::new()];
    let mut filled = 0;
    let mut rest = cosines;
    for segment in segments {
        let pages = &segment.meta.pages;
        let mut first_page = 0;
        while first_page < pages.len() {
            let mut count = 0;
            for page in pages.iter().skip(first_page) {
                filled += page.chunks as usize;
                count += 1;
                if filled >= share {
                    break;
                }
            }
            let (mine, others) = rest.split_at_mut(count);
            rest = others;
            if let Some(last) = shares.last_mut() {
                last.push(Task { segment, first_page, cosines: mine });
            }
            first_page += count;
            if filled >= share {
                filled = 0;
                shares.push(Vec::new());
            }
        }
    }
    shares.retain(|share| !share.is_empty());
    shares
}
