//! How much of a query is close together on a page.
//!
//! BM25 counts the words of a page wherever they are. But the answer to a question usually has its rare words in one
//! row, step or sentence.

use std::collections::{BTreeMap, HashMap};

use super::{
    super::{
        Segment,
        analysis::{Analyzer, Initials, Language},
        question::WantedValue,
        segment::ChunkEntry,
    },
    Weights,
    lexical::SearchTerm,
};

/// Size of the window in terms: about two sentences or rows.
const WINDOW: usize = 40;

/// Finds the words of a query in texts.
pub(super) struct Reader<'a> {
    analyzers: BTreeMap<Language, Analyzer>,
    terms: HashMap<&'a str, Vec<&'a SearchTerm>>,
    initials: Initials,
    /// Number of words of the query.
    words: usize,
    wanted: WantedValue,
}

/// A word of the query in a text: its position, its index in the query, and its weight.
type Occurrence = (usize, usize, f32);

impl<'a> Reader<'a> {
    pub(super) fn new(segments: &[&Segment], terms: &'a [SearchTerm], wanted: WantedValue) -> Self {
        let mut analyzers = BTreeMap::new();
        for segment in segments {
            analyzers.entry(segment.language()).or_insert_with(|| Analyzer::of(segment.language()));
        }
        let initials = Initials::of(terms.iter().map(|sought| sought.term.as_str()));
        let mut by_term: HashMap<&str, Vec<&SearchTerm>> = HashMap::new();
        for sought in terms {
            by_term.entry(&sought.term).or_default().push(sought);
        }
        let words = terms.iter().map(|sought| sought.word + 1).max().unwrap_or(0);
        Self { analyzers, terms: by_term, initials, words, wanted }
    }

    /// The share of the query that a text and its titles contain.
    pub(super) fn coverage(&self, segment: &Segment, chunk: &ChunkEntry) -> f32 {
        let mut best = vec![0.0_f32; self.words];
        for text in [&chunk.heading, &chunk.text] {
            raise(&mut best, &self.find(segment, text, 0.0));
        }
        best.iter().sum()
    }

    /// The greatest share of the query that is close together in one of these passages, between 0 and 1. Titles belong
    /// to all of a passage, with the weight `over`.
    pub(super) fn window<'c>(
        &self,
        segment: &Segment,
        chunks: impl Iterator<Item = &'c ChunkEntry>,
        weights: &Weights,
    ) -> f32 {
        let wanted = if self.wanted.is_any() { weights.wanted } else { 0.0 };
        let mut most = 0.0_f32;
        let mut heading: Option<&str> = None;
        // What is wanted is one more word.
        let mut titles = vec![0.0_f32; self.words + 1];
        for chunk in chunks {
            // The passages of a page mostly stand under the same titles.
            if heading.replace(&chunk.heading) != Some(&chunk.heading) {
                titles.fill(0.0);
                raise(&mut titles, &self.find(segment, &chunk.heading, 0.0));
                for share in &mut titles {
                    *share *= weights.over;
                }
            }
            most = most.max(densest(&self.find(segment, &chunk.text, wanted), &titles));
        }
        (most / (1.0 + wanted)).min(1.0)
    }

    /// The words of the query in a text, in the order of the text. Values of the requested kind count as an additional
    /// word with the weight `wanted`.
    fn find(&self, segment: &Segment, text: &str, wanted: f32) -> Vec<Occurrence> {
        let mut found = Vec::new();
        let Some(analyzer) = self.analyzers.get(&segment.language()).filter(|_| !self.terms.is_empty()) else {
            return found;
        };
        let mut place = 0;
        analyzer.each_place_like(text, &self.initials, |term| {
            place += 1;
            let Some(term) = term else { return };
            if wanted > 0.0 && self.wanted.is(term) {
                found.push((place, self.words, wanted));
            }
            let known = self.terms.get(term).into_iter().flatten();
            let known = known.filter(|sought| sought.is(term, segment.language()));
            found.extend(known.map(|sought| (place, sought.word, sought.share)));
        });
        found
    }
}

fn raise(best: &mut [f32], found: &[Occurrence]) {
    for (_, word, share) in found {
        if let Some(best) = best.get_mut(*word) {
            *best = best.max(*share);
        }
    }
}

/// The greatest sum of the weights of different words in one window. `titles` count everywhere.
fn densest(found: &[Occurrence], titles: &[f32]) -> f32 {
    let mut most: f32 = titles.iter().sum();
    let mut best = titles.to_vec();
    for (first, (place, ..)) in found.iter().enumerate() {
        best.copy_from_slice(titles);
        let window = found.get(first..).unwrap_or_default();
        let end = window.partition_point(|(other, ..)| *other < place + WINDOW);
        raise(&mut best, window.get(..end).unwrap_or_default());
        most = most.max(best.iter().sum());
    }
    most
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "exact in these cases")]
mod tests {
    use super::*;

    #[test]
    fn what_stands_together_counts_together() {
        let apart = [(1, 0, 0.5), (1 + WINDOW, 1, 0.25), (2 + WINDOW, 1, 0.25)];
        assert_eq!(densest(&apart, &[0.0, 0.0]), 0.5);
        let close = [(1, 0, 0.5), (WINDOW, 1, 0.25)];
        assert_eq!(densest(&close, &[0.0, 0.0]), 0.75);
    }

    #[test]
    fn titles_belong_to_all_text_below_them() {
        assert_eq!(densest(&[(7, 1, 0.25)], &[0.5, 0.0]), 0.75);
        assert_eq!(densest(&[(7, 0, 0.25)], &[0.5, 0.0]), 0.5, "a word counts once");
        assert_eq!(densest(&[], &[0.5]), 0.5);
    }
}
