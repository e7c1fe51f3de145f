//! Times searches over libraries of different sizes: the part of `scripts/bench search` that
//! runs in Rust.
//!
//! The text is made up of words with the frequencies of natural language (Zipf), the vectors
//! are random; both cost a search what real ones do.

use std::{
    io::{Write, stdout},
    sync::Arc,
    time::{Duration, Instant},
};

use documents::chunking::Chunk;
use documents::{Page, PageSource};
use search::retrieval::{Query, Segment, SegmentSource, search};

type Failure = Box<dyn std::error::Error>;

const DIMENSIONS: usize = 384;
const CHUNKS_PER_PAGE: usize = 2;
const PAGES_PER_DOCUMENT: usize = 250;
const WORDS_PER_CHUNK: usize = 140;
const VOCABULARY: usize = 20_000;
const QUERIES: usize = 300;

fn main() -> Result<(), Failure> {
    let mut out = stdout();
    writeln!(
        out,
        "{:>8} {:>6} {:>9} {:>9} {:>9} {:>14} {:>16} {:>8}",
        "chunks", "docs", "p50 ms", "p99 ms", "max ms", "words only p50", "vectors only p50", "MiB"
    )?;
    for chunks in [1_000, 10_000, 100_000] {
        let mut random = Random(42);
        let segments = library(chunks, &mut random)?;
        let bytes: usize = segments.iter().map(|segment| segment.memory_bytes()).sum();
        let documents = segments.len();
        let whole = times(&segments, &mut random, |query| query);
        let words = times(&segments, &mut random, |query| Query { embedding: None, ..query });
        let vectors = times(&segments, &mut random, |query| Query { text: String::new(), ..query });
        writeln!(
            out,
            "{chunks:>8} {documents:>6} {:>9.3} {:>9.3} {:>9.3} {:>14.3} {:>16.3} {:>8.1}",
            at(&whole, 50),
            at(&whole, 99),
            at(&whole, 100),
            at(&words, 50),
            at(&vectors, 50),
            mebibytes(bytes)
        )?;
    }
    Ok(())
}

/// The times of searches for what `part` leaves of a query, sorted; the first ones warm up.
fn times(library: &[Arc<Segment>], random: &mut Random, part: fn(Query) -> Query) -> Vec<Duration> {
    let mut times: Vec<Duration> = (0..QUERIES + 20).map(|_| time(library, &part(query(random)))).skip(20).collect();
    times.sort_unstable();
    times
}

/// Milliseconds within which a share (percent) of the searches ended.
fn at(times: &[Duration], share: usize) -> f64 {
    times.get((times.len() * share / 100).min(times.len() - 1)).map_or(0.0, milliseconds)
}

fn query(random: &mut Random) -> Query {
    Query {
        text: (0..8).map(|_| random.word()).collect::<Vec<_>>().join(" "),
        embedding: Some(random.vector()),
        top_k: 8,
        ..Query::default()
    }
}

fn time(library: &[Arc<Segment>], query: &Query) -> Duration {
    let start = Instant::now();
    let hits = search(library, query);
    let took = start.elapsed();
    assert!(!hits.is_empty(), "something is found");
    took
}

fn library(chunks: usize, random: &mut Random) -> Result<Vec<Arc<Segment>>, Failure> {
    let mut left = chunks / CHUNKS_PER_PAGE;
    let mut segments = Vec::new();
    while left > 0 {
        let pages = left.min(PAGES_PER_DOCUMENT);
        left -= pages;
        segments.push(Arc::new(segment(segments.len(), u32::try_from(pages)?, random)?));
    }
    Ok(segments)
}

fn segment(number: usize, page_count: u32, random: &mut Random) -> Result<Segment, Failure> {
    let mut pages = Vec::new();
    let mut chunks = Vec::new();
    for page in 1..=page_count {
        let mut text = format!("{page}-1. {} {} Repair\n", random.word(), random.word());
        for _ in 0..CHUNKS_PER_PAGE {
            let passage = (0..WORDS_PER_CHUNK).map(|_| random.word()).collect::<Vec<_>>().join(" ");
            text.push_str(&passage);
            text.push('\n');
            chunks.push(Chunk { text: passage, heading: String::new(), page, page_end: page });
        }
        pages.push(Page::from_text(page, &text, PageSource::TextLayer));
    }
    let embeddings = chunks.iter().map(|_| random.vector()).collect();
    Ok(Segment::build(SegmentSource {
        document_id: format!("document-{number}"),
        file_name: format!("manual-{number}.pdf"),
        model: "random".to_owned(),
        pages: &pages,
        chunks,
        embeddings,
    })?)
}

/// `SplitMix64`: the same numbers in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    #[expect(clippy::cast_precision_loss, reason = "a random fraction")]
    fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A word whose rank follows Zipf's law.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rank")]
    fn word(&mut self) -> String {
        let rank = (VOCABULARY as f64).powf(self.fraction()) as u64;
        // Letters only, so that it is analysed as a word; a capital first, so that it makes a title.
        let mut number = rank * 2_654_435_761 % 8_031_810_176;
        let mut word = String::new();
        for first in [b'A', b'a', b'a', b'a', b'a', b'a', b'a'] {
            word.push(char::from(first + u8::try_from(number % 26).unwrap_or(0)));
            number /= 26;
        }
        word
    }

    #[expect(clippy::cast_possible_truncation, reason = "vectors are single precision")]
    fn vector(&mut self) -> Vec<f32> {
        let raw: Vec<f64> = (0..DIMENSIONS).map(|_| self.fraction() - 0.5).collect();
        let length = raw.iter().map(|number| number * number).sum::<f64>().sqrt();
        raw.iter().map(|number| (number / length) as f32).collect()
    }
}

fn milliseconds(duration: &Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

#[expect(clippy::cast_precision_loss, reason = "for display")]
fn mebibytes(bytes: usize) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
