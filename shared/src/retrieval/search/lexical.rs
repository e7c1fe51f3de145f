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
    Weights,
};

/// What the words of a query say about every page.
pub(super) struct Lexical {
    /// BM25 per page, in the order of segments and pages.
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
    let pages: usize = segments.iter().map(|segment| segment.page_count()).sum();
    let terms = terms(text);
    let average = average_length(segments, weights);
    let mut lexical = Lexical { scores: vec![0.0; pages], coverage: vec![0.0; pages], terms: Vec::new(), rarity: 0.0 };
    let lists: Vec<Vec<(&Segment, usize, &[Posting])>> = terms.iter().map(|term| lists(segments, term)).collect();
    let rarities: Vec<f32> = lists
        .iter()
        .map(|lists| rarity(lists.iter().map(|(_, _, postings)| occurrences(postings)).sum(), pages))
        .collect();
    // Counted as often as the query names them, as the scores are.
    let total: f32 = rarities.iter().sum();
    let named: f32 = terms.iter().zip(&rarities).map(|(term, rarity)| term.count * rarity).sum();
    for ((term, lists), rarity) in terms.iter().zip(&lists).zip(&rarities) {
        for (segment, offset, postings) in lists {
            for posting in *postings {
                let page = posting.page as usize;
                let Some(entry) = segment.meta.pages.get(page) else {
                    continue;
                };
                let norm = 1.0 - weights.b + weights.b * length(&entry.lengths, weights) / average;
                let frequency = frequency(*posting, weights) / norm;
                let gain = term.count * rarity * frequency * (weights.k1 + 1.0) / (weights.k1 + frequency);
                if let Some(score) = lexical.scores.get_mut(offset + page) {
                    *score += gain;
                }
                if let Some(coverage) = lexical.coverage.get_mut(offset + page) {
                    *coverage += rarity / total;
                }
            }
        }
    }
    lexical.rarity = named;
    lexical.terms = terms.into_iter().map(|term| term.text).zip(rarities.iter().map(|rarity| rarity / total)).collect();
    lexical
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

fn lists<'a>(segments: &[&'a Segment], term: &Term) -> Vec<(&'a Segment, usize, &'a [Posting])> {
    let mut offset = 0;
    let mut lists = Vec::new();
    for segment in segments {
        let postings = segment.postings(&term.text);
        if !postings.is_empty() {
            lists.push((*segment, offset, postings));
        }
        offset += segment.page_count();
    }
    lists
}

/// Pages on which a term really stands, not only in a title of a section they continue.
fn occurrences(postings: &[Posting]) -> usize {
    postings.iter().filter(|posting| posting.body > 0).count()
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

/// Mean length of the pages that have text.
#[expect(clippy::cast_precision_loss, reason = "page counts are far below 2^24")]
fn average_length(segments: &[&Segment], weights: &Weights) -> f32 {
    let (mut sum, mut pages) = (0.0_f64, 0_usize);
    for page in segments.iter().flat_map(|segment| &segment.meta.pages) {
        if page.lengths.body > 0 {
            sum += f64::from(length(&page.lengths, weights));
            pages += 1;
        }
    }
    #[expect(clippy::cast_possible_truncation, reason = "a mean of small numbers")]
    let average = (sum / pages.max(1) as f64) as f32;
    average.max(1.0)
}
