//! How much of a question a page answers, and whether that is enough to answer at all.

use std::collections::HashSet;

use super::blocks::{Block, BlockKind, blocks};
use super::quantity::{self, Asked};
use super::question::Term;
use crate::library::Passage;
use crate::retrieval::analysis::Analyzer;

/// What a term counts that stands in the titles above a block, instead of in it.
const IN_HEADING: f32 = 0.9;
/// What the two words of a compound count that the block holds, but apart: "spark plug" is not
/// answered by sparks near a glow plug.
const APART: f32 = 0.6;
/// What a word such as "clearance" counts where only a length stands in the block, which may be that of
/// anything.
const IMPLIED: f32 = 0.6;
/// What is left of a title with nothing beneath it, such as a label in a figure.
const BARE_TITLE: f32 = 0.7;
/// Terms with this share of the greatest weight are what the question is about.
const KEY: f32 = 0.9;
/// Words between which a compound still stands together.
const TOGETHER: usize = 2;
/// What it counts in a block next to it.
const NEARBY: f32 = 0.7;
/// What it counts elsewhere on the page.
const ON_PAGE: f32 = 0.4;

/// A page judged.
#[derive(Debug)]
pub(super) struct Judged {
    /// The passage's place among those found.
    pub(super) passage: usize,
    pub(super) blocks: Vec<Block>,
    /// How much of the question each block holds, between 0 and 1.
    pub(super) scores: Vec<f32>,
    /// The block that holds most.
    pub(super) best: usize,
    pub(super) signals: Signals,
}

/// What speaks for a page.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Signals {
    /// Share of the question's terms, by weight, that the best block holds, with discounts for those
    /// that only stand around it.
    pub(super) coverage: f32,
    /// The same for the whole page.
    pub(super) page_coverage: f32,
    /// Whether the terms that weigh most, which the question is about, are all on the page or in the
    /// titles above it.
    pub(super) key: bool,
    /// Cosine of question and passage.
    pub(super) cosine: f32,
    /// Whether a value that was asked for is there.
    pub(super) value: bool,
    /// The search's own score.
    pub(super) score: f32,
}

/// Which of the question's terms stand where on a page.
struct Held {
    /// In each block.
    blocks: Vec<Vec<bool>>,
    /// In each block, but apart from the other word of their compound.
    apart: Vec<Vec<bool>>,
    /// In each block as a word, not only by a value of its kind.
    named: Vec<Vec<bool>>,
    /// In the titles that the search knows above the passage.
    heading: Vec<bool>,
    /// Anywhere on the page, or in the name of the file.
    page: Vec<bool>,
}

impl Held {
    fn find(passage: &Passage, text: &str, blocks: &[Block], terms: &[Term]) -> Self {
        let analyzer = Analyzer::default();
        let set = |text: &str| analyzer.terms(text).into_iter().collect::<HashSet<String>>();
        let file = set(&passage.hit.file_name);
        let mut page = holds(terms, &set(text), text);
        let named = |block: &Block| holds(terms, &set(&block.text), "");
        page.iter_mut().zip(terms).for_each(|(on_page, term)| *on_page |= term.is_in(&file));
        Self {
            blocks: blocks.iter().map(|block| holds(terms, &set(&block.text), &block.text)).collect(),
            apart: blocks.iter().map(|block| apart(terms, &analyzer.terms(&block.text))).collect(),
            named: blocks.iter().map(named).collect(),
            heading: holds(terms, &set(&passage.hit.heading), ""),
            page,
        }
    }

    /// What a term counts for the block at `at`, under these titles.
    fn share(&self, at: usize, title: &[bool], term: usize) -> f32 {
        let of = |lists: &[Vec<bool>], at: Option<usize>| {
            at.and_then(|at| lists.get(at)).and_then(|list| list.get(term)).copied().unwrap_or(false)
        };
        let is = |list: &[bool]| list.get(term).copied().unwrap_or(false);
        if of(&self.blocks, Some(at)) {
            match (of(&self.apart, Some(at)), of(&self.named, Some(at))) {
                (true, _) => APART,
                (false, true) => 1.0,
                (false, false) => IMPLIED,
            }
        } else if is(title) {
            IN_HEADING
        } else if of(&self.blocks, at.checked_sub(1)) || of(&self.blocks, Some(at + 1)) {
            NEARBY
        } else if is(&self.page) || is(&self.heading) {
            ON_PAGE
        } else {
            0.0
        }
    }
}

/// Judges a passage's page.
pub(super) fn judge(place: usize, passage: &Passage, terms: &[Term], asked: &Asked) -> Judged {
    let hit = &passage.hit;
    let text = if passage.page_text.is_empty() { &hit.content } else { &passage.page_text };
    let blocks = blocks(text);
    let held = Held::find(passage, text, &blocks, terms);
    let mut title = held.heading.clone();
    let mut scores = Vec::with_capacity(blocks.len());
    for (at, block) in blocks.iter().enumerate() {
        if block.kind == BlockKind::Heading {
            let own = held.blocks.get(at).unwrap_or(&held.heading);
            // A numbered section is not under the titles of the one that ends above it.
            let is_section = block.text.starts_with(|c: char| c.is_ascii_digit());
            let ends_above = is_section && !hit.heading.contains(&block.text);
            title = own.iter().zip(&held.heading).map(|(own, above)| *own || (*above && !ends_above)).collect();
        }
        scores.push(weighted(terms, |term| held.share(at, &title, term)));
    }
    discount_bare_titles(&blocks, &mut scores);
    if asked.is_value() {
        prefer_values(&blocks, &mut scores, asked);
    }
    let best = best(&scores);
    let around = blocks.get(best.saturating_sub(1)..(best + 2).min(blocks.len())).unwrap_or_default();
    let on_page = |term: usize| [&held.page, &held.heading].iter().any(|list| list.get(term).copied().unwrap_or(false));
    let signals = Signals {
        coverage: scores.get(best).copied().unwrap_or(0.0),
        page_coverage: weighted(terms, |term| if on_page(term) { 1.0 } else { 0.0 }),
        key: key_terms(terms).all(on_page),
        cosine: hit.cosine.unwrap_or(0.0),
        value: !asked.is_value() || around.iter().any(|block| asked.is_in(&block.text)),
        score: hit.score,
    };
    Judged { passage: place, blocks, scores, best, signals }
}

/// Which terms a text holds: as words, or as a value of the quantity that a word asks for.
fn holds(terms: &[Term], found: &HashSet<String>, text: &str) -> Vec<bool> {
    terms.iter().map(|term| term.is_in(found) || quantity::value_for(&term.word, text)).collect()
}

/// Which terms belong to a compound whose words a text holds apart from each other.
fn apart(terms: &[Term], text: &[String]) -> Vec<bool> {
    let mut apart = vec![false; terms.len()];
    for (at, pair) in terms.windows(2).enumerate() {
        let [first, second] = pair else { continue };
        if !second.compound {
            continue;
        }
        let (firsts, seconds) = (first.places(text), second.places(text));
        let near = |a: &usize| seconds.iter().any(|b| a.abs_diff(*b) <= TOGETHER);
        if !firsts.is_empty() && !seconds.is_empty() && !firsts.iter().any(near) {
            apart.iter_mut().skip(at).take(2).for_each(|apart| *apart = true);
        }
    }
    apart
}

/// A block that repeats a question's words without the value is no answer.
fn prefer_values(blocks: &[Block], scores: &mut [f32], asked: &Asked) {
    for (block, score) in blocks.iter().zip(scores) {
        if !asked.is_in(&block.text) {
            *score *= 0.85;
        }
    }
}

/// A label in a figure or a title whose text is elsewhere is no answer.
fn discount_bare_titles(blocks: &[Block], scores: &mut [f32]) {
    for (at, score) in scores.iter_mut().enumerate() {
        let is_title = |at: usize| blocks.get(at).is_none_or(|block| block.kind == BlockKind::Heading);
        if is_title(at) && is_title(at + 1) {
            *score *= BARE_TITLE;
        }
    }
}

/// The places of the terms that weigh most.
fn key_terms(terms: &[Term]) -> impl Iterator<Item = usize> {
    let greatest = terms.iter().map(|term| term.weight).fold(0.0, f32::max);
    let is_key = move |term: &Term| !term.framing && !term.context && term.weight >= KEY * greatest;
    terms.iter().enumerate().filter(move |(_, term)| is_key(term)).map(|(place, _)| place)
}

fn weighted(terms: &[Term], share: impl Fn(usize) -> f32) -> f32 {
    let total: f32 = terms.iter().map(|term| term.weight).sum();
    if total <= 0.0 {
        return 0.0;
    }
    terms.iter().enumerate().map(|(index, term)| term.weight * share(index)).sum::<f32>() / total
}

/// The place of the highest score; the first of equals.
fn best(scores: &[f32]) -> usize {
    let better =
        |(at, score): (usize, &f32), (best, top): (usize, f32)| if *score > top { (at, *score) } else { (best, top) };
    scores.iter().enumerate().fold((0, f32::MIN), |top, next| better(next, top)).0
}
