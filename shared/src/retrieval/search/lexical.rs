//! BM25 over pages, with statistics of exactly the pages searched.
//!
//! Fields are combined before saturation (Robertson, Zaragoza and Taylor, "Simple BM25 extension
//! to multiple weighted fields", CIKM 2004): a term in a title counts as several in the text.

use std::collections::BTreeMap;

use super::{
    super::{
        Segment,
        analysis::Analyzer,
        segment::{Fields, Posting},
    },
    Weights, headings, parallel,
};

/// Pages per thread below which starting one costs more than it saves.
const PAGES_PER_THREAD: usize = 4_096;

/// What the words of a query say about every page.
pub(super) struct Lexical {
    /// BM25 per page, in the order of segments and pages, with the match of its best title, and less
    /// for pages that only point to others.
    pub(super) scores: Vec<f32>,
    /// Sum of the rarities of the query's terms on the page, between 0 and 1.
    pub(super) coverage: Vec<f32>,
    /// The query's terms and their rarities, which sum to 1.
    pub(super) terms: Vec<(String, f32)>,
    /// The sum of the rarities of all words of the query: BM25's own scale.
    pub(super) rarity: f32,
}

/// A term of the query.
struct Term {
    text: String,
    /// How often the query names it.
    count: f32,
}

pub(super) fn score(segments: &[&Segment], text: &str, weights: &Weights) -> Lexical {
    let terms = terms(text);
    let norms = norms(segments, weights);
    let threads = parallel::threads(norms.len(), PAGES_PER_THREAD);
    let mut numbers: Vec<Vec<Option<u32>>> = vec![Vec::new(); segments.len()];
    parallel::for_each(segments.iter().zip(&mut numbers), threads, |(segment, numbers)| {
        numbers.extend(terms.iter().map(|term| segment.term(&term.text)));
    });
    let rarities: Vec<f32> =
        (0..terms.len()).map(|term| rarity(occurrences(segments, &numbers, term), norms.len())).collect();
    // Counted as often as the query names them, as the scores are.
    let total: f32 = rarities.iter().sum();
    let named: f32 = terms.iter().zip(&rarities).map(|(term, rarity)| term.count * rarity).sum();
    let (mut scores, mut coverage) = (vec![0.0; norms.len()], vec![0.0; norms.len()]);
    let words: Vec<Word> = terms
        .iter()
        .zip(&rarities)
        .map(|(term, rarity)| Word { gain: term.count * rarity * (weights.k1 + 1.0), share: rarity / total })
        .collect();
    let tasks = tasks(segments, &numbers, &norms, (&mut scores, &mut coverage));
    parallel::for_each(tasks, threads, |task| task.run(&words, named, weights));
    let terms = terms.into_iter().map(|term| term.text).zip(words.iter().map(|word| word.share)).collect();
    Lexical { scores, coverage, terms, rarity: named }
}

/// What a term of the query adds to a page that holds it.
struct Word {
    /// To the score, at most.
    gain: f32,
    /// To the coverage.
    share: f32,
}

/// The pages of one segment.
struct Task<'a> {
    segment: &'a Segment,
    numbers: &'a [Option<u32>],
    norms: &'a [f32],
    scores: &'a mut [f32],
    coverage: &'a mut [f32],
}

fn tasks<'a>(
    segments: &[&'a Segment],
    numbers: &'a [Vec<Option<u32>>],
    mut norms: &'a [f32],
    (mut scores, mut coverage): (&'a mut [f32], &'a mut [f32]),
) -> Vec<Task<'a>> {
    let mut tasks = Vec::with_capacity(segments.len());
    for (segment, numbers) in segments.iter().zip(numbers) {
        let pages = segment.page_count();
        let (own_norms, own_scores, own_coverage);
        (own_norms, norms) = norms.split_at(pages);
        (own_scores, scores) = scores.split_at_mut(pages);
        (own_coverage, coverage) = coverage.split_at_mut(pages);
        tasks.push(Task { segment, numbers, norms: own_norms, scores: own_scores, coverage: own_coverage });
    }
    tasks
}

impl Task<'_> {
    fn run(self, words: &[Word], rarity: f32, weights: &Weights) {
        for (word, number) in words.iter().zip(self.numbers) {
            for posting in number.map_or(&[][..], |number| self.segment.postings(number)) {
                let page = posting.page as usize;
                let (Some(norm), Some(score), Some(coverage)) =
                    (self.norms.get(page), self.scores.get_mut(page), self.coverage.get_mut(page))
                else {
                    continue;
                };
                let frequency = frequency(*posting, weights);
                *score += word.gain * frequency / (norm + frequency);
                *coverage += word.share;
            }
        }
        let known = self.numbers.iter().zip(words).filter_map(|(number, word)| Some(((*number)?, word.share)));
        let known: Vec<(u32, f32)> = known.collect();
        for (page, matched) in headings::best_by_page(self.segment, &known) {
            if let Some(score) = self.scores.get_mut(page) {
                *score += weights.heading * rarity * matched;
            }
        }
        for (page, score) in self.segment.meta.pages.iter().zip(self.scores) {
            if page.navigation {
                *score *= weights.navigation;
            }
        }
    }
}

/// The query's distinct terms.
fn terms(text: &str) -> Vec<Term> {
    // In a fixed order, so that sums of scores do not differ from run to run.
    let mut counts: BTreeMap<String, f32> = BTreeMap::new();
    Analyzer::default().each_term(text, |term| {
        *counts.entry(term.to_owned()).or_default() += 1.0;
    });
    counts.into_iter().map(|(text, count)| Term { text, count }).collect()
}

/// Pages on which a term really stands, not only in a title of a section they continue.
fn occurrences(segments: &[&Segment], numbers: &[Vec<Option<u32>>], term: usize) -> usize {
    let found = segments.iter().zip(numbers).filter_map(|(segment, numbers)| Some((segment, (*numbers.get(term)?)?)));
    found.map(|(segment, number)| segment.postings(number).iter().filter(|posting| posting.body > 0).count()).sum()
}

/// Inverse document frequency, never negative.
#[expect(clippy::cast_precision_loss, reason = "page counts are far below 2^24")]
fn rarity(found: usize, pages: usize) -> f32 {
    let (found, pages) = (found as f32, pages as f32);
    (1.0 + (pages - found + 0.5) / (found + 0.5)).ln()
}

#[expect(clippy::cast_precision_loss, reason = "term counts of a page are small")]
fn length(lengths: &Fields, weights: &Weights) -> f32 {
    lengths.body as f32 + weights.opened * lengths.opened as f32 + weights.inherited * lengths.inherited as f32
}

fn frequency(posting: Posting, weights: &Weights) -> f32 {
    f32::from(posting.body)
        + weights.opened * f32::from(posting.opened)
        + weights.inherited * f32::from(posting.inherited)
}

/// What BM25 adds to the counts of each page: `k1`, more for pages that are longer than the mean.
fn norms(segments: &[&Segment], weights: &Weights) -> Vec<f32> {
    let lengths: Vec<f32> =
        segments.iter().flat_map(|segment| segment.lengths()).map(|lengths| length(lengths, weights)).collect();
    let average = average(&lengths);
    let norm = |length: &f32| weights.k1 * (1.0 - weights.b + weights.b * length / average);
    lengths.iter().map(norm).collect()
}

/// The mean of the lengths that are not zero.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean of small numbers")]
fn average(lengths: &[f32]) -> f32 {
    let filled = lengths.iter().filter(|length| **length > 0.0);
    let sum: f64 = filled.clone().map(|length| f64::from(*length)).sum();
    ((sum / filled.count().max(1) as f64) as f32).max(1.0)
}
