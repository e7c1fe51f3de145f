//! BM25 over pages, with the statistics of exactly the pages that are searched.
//!
//! Fields are combined before saturation (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted
//! fields", CIKM 2004): a term in a title counts as several in the text.

use super::{
    super::{
        Segment,
        analysis::Language,
        question::{Match, QuestionWord, WordForm},
        segment::{Fields, Posting},
    },
    Weights, headings, parallel,
};

/// Minimum number of pages per thread. For fewer, starting a thread costs more than it saves.
const PAGES_PER_THREAD: usize = 4_096;

/// The lexical scores of all pages for a query.
pub(super) struct Lexical {
    /// BM25 per page, in the order of segments and pages, including the match of its best title, and reduced for
    /// navigation pages.
    pub(super) scores: Vec<f32>,
    /// Sum of the rarities of the query's terms on the page, between 0 and 1.
    pub(super) coverage: Vec<f32>,
    /// The terms that the query's words stand for.
    pub(super) terms: Vec<SearchTerm>,
    /// Sum of the rarities of all words of the query, which is the scale of BM25.
    pub(super) rarity: f32,
}

/// A term that a word of the query stands for.
pub(super) struct SearchTerm {
    pub(super) term: String,
    language: Option<Language>,
    /// Index of the word in the query.
    pub(super) word: usize,
    /// What it contributes to the share of the query that a text contains.
    pub(super) share: f32,
}

impl SearchTerm {
    /// Whether it is this term of a text in this language.
    pub(super) fn is(&self, term: &str, language: Language) -> bool {
        self.term == term && self.language.is_none_or(|mine| mine == language)
    }
}

/// A word of the query, ready to be scored.
struct Word<'a> {
    readings: Vec<Reading<'a>>,
    /// Its rarity, times its weight.
    rarity: f32,
    /// Its share of the rarities of all words.
    share: f32,
    /// Whether all forms add up because they are parts of the word; otherwise only the best counts.
    parts: bool,
}

/// A form that a word may stand for.
struct Reading<'a> {
    form: &'a WordForm,
    /// The rarity of each of its terms, at most that of the word.
    rarities: Vec<f32>,
}

pub(super) fn score(segments: &[&Segment], asked: &[QuestionWord], weights: &Weights) -> Lexical {
    let norms = norms(segments, weights);
    let words = words(segments, asked, norms.len());
    let threads = parallel::threads(norms.len(), PAGES_PER_THREAD);
    let named: f32 = words.iter().map(|word| word.rarity).sum();
    let (mut scores, mut coverage) = (vec![0.0; norms.len()], vec![0.0; norms.len()]);
    let tasks = tasks(segments, &norms, (&mut scores, &mut coverage));
    parallel::for_each(tasks, threads, |task| task.run(&words, named, weights));
    Lexical { scores, coverage, terms: sought(&words), rarity: named }
}

/// The words of the query with their rarities. Unknown words have none, except codes.
fn words<'a>(segments: &[&Segment], asked: &'a [QuestionWord], pages: usize) -> Vec<Word<'a>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    for asked in asked.iter().filter(|asked| asked.is_known() || asked.is_code()) {
        let rarities = |form: &WordForm| -> Vec<f32> {
            form.terms.iter().map(|term| rarity(occurrences(segments, form.language, term), pages)).collect()
        };
        let mut readings: Vec<Reading<'_>> =
            asked.forms.iter().map(|form| Reading { form, rarities: rarities(form) }).collect();
        let greatest = |reading: &Reading<'_>| reading.rarities.iter().copied().fold(0.0, f32::max);
        let best = readings.iter().filter(|reading| reading.form.how == asked.how).map(greatest).fold(0.0, f32::max);
        let best = if asked.is_known() { best } else { rarity(0, pages) };
        // Another name of a common word must not count as a rare word.
        let limit =
            |reading: &mut Reading<'_>| reading.rarities.iter_mut().for_each(|rarity| *rarity = rarity.min(best));
        readings.iter_mut().for_each(limit);
        let parts = asked.how == Match::Parts;
        let weight = readings.iter().map(|reading| reading.form.weight).fold(0.0, f32::max);
        let weight = asked.weight * if asked.is_known() { weight } else { 1.0 };
        for reading in &mut readings {
            reading.rarities.iter_mut().for_each(|rarity| *rarity *= asked.weight * reading.form.weight);
        }
        words.push(Word { readings, rarity: best * weight, share: 0.0, parts });
    }
    let total: f32 = words.iter().map(|word| word.rarity).sum();
    for word in &mut words {
        word.share = if total > 0.0 { word.rarity / total } else { 0.0 };
    }
    words
}

fn sought(words: &[Word<'_>]) -> Vec<SearchTerm> {
    let mut sought = Vec::new();
    for (place, word) in words.iter().enumerate() {
        for Reading { form, .. } in &word.readings {
            sought.extend(form.terms.iter().map(|term| SearchTerm {
                term: term.clone(),
                language: form.language,
                word: place,
                share: word.share * form.weight.min(1.0),
            }));
        }
    }
    sought
}

/// The pages of one segment.
struct Task<'a> {
    segment: &'a Segment,
    norms: &'a [f32],
    scores: &'a mut [f32],
    coverage: &'a mut [f32],
}

fn tasks<'a>(
    segments: &[&'a Segment],
    mut norms: &'a [f32],
    (mut scores, mut coverage): (&'a mut [f32], &'a mut [f32]),
) -> Vec<Task<'a>> {
    let mut tasks = Vec::with_capacity(segments.len());
    for segment in segments {
        let pages = segment.page_count();
        let (own_norms, own_scores, own_coverage);
        (own_norms, norms) = norms.split_at(pages);
        (own_scores, scores) = scores.split_at_mut(pages);
        (own_coverage, coverage) = coverage.split_at_mut(pages);
        tasks.push(Task { segment, norms: own_norms, scores: own_scores, coverage: own_coverage });
    }
    tasks
}

impl Task<'_> {
    fn run(mut self, words: &[Word<'_>], rarity: f32, weights: &Weights) {
        let mut titled = Vec::new();
        for word in words {
            let mut found: Vec<(usize, f32, f32)> = Vec::new();
            let here = |reading: &&Reading<'_>| reading.form.language.is_none_or(|own| own == self.segment.language());
            for reading in word.readings.iter().filter(here) {
                let numbers: Option<Vec<u32>> = reading.form.terms.iter().map(|term| self.segment.term(term)).collect();
                let Some(numbers) = numbers else { continue };
                let share = word.share * reading.form.weight;
                let pages = self.occurrences(&numbers, &reading.rarities, weights);
                found.extend(pages.into_iter().map(|(page, value)| (page, value, share)));
                if reading.form.how != Match::Synonym
                    || word.readings.iter().all(|other| other.form.how == Match::Synonym)
                {
                    titled.extend(numbers.iter().map(|number| (*number, share)));
                }
            }
            self.add(word, found);
        }
        titled.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        titled.dedup_by_key(|(number, _)| *number);
        for (page, matched) in headings::best_by_page(self.segment, &titled) {
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

    /// The pages with all of these terms, with what the rarest contributes to the score.
    fn occurrences(&self, numbers: &[u32], rarities: &[f32], weights: &Weights) -> Vec<(usize, f32)> {
        let value = |posting: &Posting, rarity: f32| {
            let page = posting.page as usize;
            let frequency = frequency(*posting, weights);
            let norm = self.norms.get(page).copied().unwrap_or(f32::MAX);
            rarity * (weights.k1 + 1.0) * frequency / (norm + frequency)
        };
        let mut terms = numbers.iter().zip(rarities);
        let Some((number, rarity)) = terms.next() else { return Vec::new() };
        let first = self.segment.postings(*number).iter();
        let mut found: Vec<(usize, f32)> =
            first.map(|posting| (posting.page as usize, value(posting, *rarity))).collect();
        for (number, rarity) in terms {
            let postings = self.segment.postings(*number);
            found.retain_mut(|(page, score)| {
                let at = postings.binary_search_by_key(page, |posting| posting.page as usize);
                let posting = at.ok().and_then(|at| postings.get(at));
                *score = posting.map_or(0.0, |posting| score.min(value(posting, *rarity)));
                posting.is_some()
            });
        }
        found
    }

    /// Adds the score of a word: of its best form on each page, or of all forms if they are its parts.
    fn add(&mut self, word: &Word<'_>, mut found: Vec<(usize, f32, f32)>) {
        if word.readings.len() > 1 {
            found.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)).then(b.2.total_cmp(&a.2)));
        }
        #[expect(clippy::cast_precision_loss, reason = "parts of a code")]
        let parts = if word.parts { word.readings.len().max(1) as f32 } else { 1.0 };
        let mut last = None;
        for (page, value, share) in found {
            if last.replace(page) == Some(page) && !word.parts {
                continue;
            }
            if let (Some(score), Some(coverage)) = (self.scores.get_mut(page), self.coverage.get_mut(page)) {
                *score += value / parts;
                *coverage += share / parts;
            }
        }
    }
}

/// Number of pages with a term in their text, not only in the title of a section that they continue.
fn occurrences(segments: &[&Segment], language: Option<Language>, term: &str) -> usize {
    let searched = segments.iter().filter(|segment| language.is_none_or(|own| own == segment.language()));
    let found = searched.filter_map(|segment| Some(segment.postings(segment.term(term)?)));
    found.map(|postings| postings.iter().filter(|posting| posting.body > 0).count()).sum()
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

/// The denominator of BM25 for each page: `k1`, increased for pages longer than the mean.
fn norms(segments: &[&Segment], weights: &Weights) -> Vec<f32> {
    let lengths: Vec<f32> =
        segments.iter().flat_map(|segment| segment.lengths()).map(|lengths| length(lengths, weights)).collect();
    let average = average(&lengths);
    let norm = |length: &f32| weights.k1 * (1.0 - weights.b + weights.b * length / average);
    lengths.iter().map(norm).collect()
}

/// The mean of the non-zero lengths.
#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean of small numbers")]
fn average(lengths: &[f32]) -> f32 {
    let filled = lengths.iter().filter(|length| **length > 0.0);
    let sum: f64 = filled.clone().map(|length| f64::from(*length)).sum();
    ((sum / filled.count().max(1) as f64) as f32).max(1.0)
}
