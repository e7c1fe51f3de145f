//! Turns scores per page into hits.

use super::{
    super::{
        Segment,
        analysis::Language,
        question::{QuestionWord, WantedValue},
        segment::{ChunkEntry, PageEntry},
    },
    Hit, Query, Weights,
    dot::dot,
    fusion::{self, Distribution},
    lexical::{self, Lexical},
    narrow,
    near::Reader,
    semantic,
};

/// Number of pages that are read again, word by word, before the best are chosen.
const REREAD: usize = 24;

/// The scores of all pages, one list entry per page. Pages without text are left out, as they would only widen the
/// distributions.
struct Evidence {
    lexical: Lexical,
    bm25: Distribution,
    cosines: Option<Vec<f32>>,
    cosine: Distribution,
    fused: Vec<f32>,
}

pub(super) fn rank(segments: &[&Segment], query: &Query, asked: &[QuestionWord], weights: &Weights) -> Vec<Hit> {
    let evidence = gather(segments, query, asked, weights);
    let mut candidates: Vec<(f32, usize)> = evidence
        .fused
        .iter()
        .enumerate()
        .filter(|(page, _)| evidence.is_candidate(*page))
        .map(|(page, fused)| (*fused, page))
        .collect();
    let kept = if query.top_k > 0 { query.top_k.max(REREAD) } else { 0 };
    let better = |a: &(f32, usize), b: &(f32, usize)| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1));
    if candidates.len() > kept && kept > 0 {
        candidates.select_nth_unstable_by(kept - 1, better);
    }
    candidates.truncate(kept);
    let passages = Passages { query, reader: Reader::new(segments, &evidence.lexical.terms, wanted(query)) };
    for (score, position) in &mut candidates {
        *score = passages.again(segments, (*score, *position), &evidence, weights);
    }
    candidates.sort_unstable_by(better);
    candidates.truncate(query.top_k);
    candidates
        .into_iter()
        .filter_map(|(score, page)| hit(segments, page, score, &evidence, &passages))
        .filter(|hit| query.min_score.is_none_or(|least| hit.score >= least))
        .collect()
}

/// The kind of value that the question asks for, or else the previous turn.
fn wanted(query: &Query) -> WantedValue {
    let mut lines = query.text.trim().rsplit('\n').map(WantedValue::of);
    lines.find(WantedValue::is_any).unwrap_or_default()
}

fn gather(segments: &[&Segment], query: &Query, asked: &[QuestionWord], weights: &Weights) -> Evidence {
    let lexical = lexical::score(segments, asked, weights);
    let lengths = segments.iter().flat_map(|segment| segment.lengths());
    let filled = lexical.scores.iter().zip(lengths).filter(|(_, lengths)| lengths.body > 0);
    let bm25 = Distribution::of(filled.map(|(score, _)| *score));
    let embedding = query.embedding.as_deref().filter(|embedding| !embedding.is_empty());
    let cosines = embedding.map(|_| semantic::page_cosines(segments, query));
    let cosine = Distribution::of(cosines.iter().flatten().copied().filter(|cosine| *cosine > -1.0));
    let is_foreign = Language::of_question(query.question()) != Language::English;
    let semantic = weights.semantic * if is_foreign { weights.foreign } else { 1.0 };
    let mut fused = fusion::fuse(&lexical, cosines.as_deref(), &Weights { semantic, ..*weights });
    let mut pages = fused.iter_mut();
    for (segment, named) in segments.iter().zip(narrow::named(segments, asked)) {
        let own = pages.by_ref().take(segment.page_count());
        own.for_each(|score| *score = (*score + weights.named * named).min(1.0));
    }
    Evidence { lexical, bm25, cosines, cosine, fused }
}

impl Evidence {
    fn is_candidate(&self, page: usize) -> bool {
        let lexical = self.lexical.scores.get(page).is_some_and(|score| *score > 0.0);
        let semantic = self.cosines.as_ref().and_then(|cosines| cosines.get(page)).is_some_and(|cosine| *cosine > 0.0);
        lexical || semantic
    }
}

/// Chooses the passage of a page.
struct Passages<'a> {
    query: &'a Query,
    reader: Reader<'a>,
}

impl Passages<'_> {
    /// The best chunk of a page by similarity and words, with its cosine.
    fn best<'s>(&self, segment: &'s Segment, page: &PageEntry) -> Option<(usize, &'s ChunkEntry, Option<f32>)> {
        let (first, count) = (page.first_chunk as usize, page.chunks as usize);
        let chunks = segment.meta.chunks.iter().enumerate().skip(first).take(count);
        chunks
            .map(|(index, chunk)| {
                let cosine = self.cosine(segment, index);
                let words = if count > 1 { self.reader.coverage(segment, chunk) } else { 0.0 };
                (cosine.unwrap_or(0.0) + words, index, chunk, cosine)
            })
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .map(|(_, index, chunk, cosine)| (index, chunk, cosine))
    }

    fn cosine(&self, segment: &Segment, chunk: usize) -> Option<f32> {
        let embedding = self.query.embedding_for(segment)?;
        let vector = segment.vectors(chunk, 1);
        (vector.len() == embedding.len() && !vector.is_empty()).then(|| dot(vector, embedding))
    }

    /// The score of a page that is read again: how much of the query it contains, and how much close together.
    fn again(
        &self,
        segments: &[&Segment],
        (score, position): (f32, usize),
        evidence: &Evidence,
        weights: &Weights,
    ) -> f32 {
        let Some((segment, index)) = locate(segments, position) else { return score };
        let Some(page) = segment.meta.pages.get(index) else { return score };
        let (first, count) = (page.first_chunk as usize, page.chunks as usize);
        let chunks = segment.meta.chunks.iter().skip(first).take(count);
        let window = self.reader.window(segment, chunks, weights);
        let coverage = evidence.lexical.coverage.get(position).copied().unwrap_or(0.0).min(1.0);
        let words = weights.coverage * coverage + weights.window * window;
        let words = if page.navigation { weights.navigation * words } else { words };
        (score + words) / (1.0 + weights.coverage + weights.window)
    }
}

fn hit(
    segments: &[&Segment],
    position: usize,
    score: f32,
    evidence: &Evidence,
    passages: &Passages<'_>,
) -> Option<Hit> {
    let (segment, index) = locate(segments, position)?;
    let page = segment.meta.pages.get(index)?;
    let best = passages.best(segment, page);
    let (chunk, cosine) = match best {
        Some((chunk, entry, cosine)) => (Some((chunk, entry)), cosine),
        None => (None, None),
    };
    let number = page.number;
    let of = |values: &[f32]| values.get(position).copied().unwrap_or(0.0);
    Some(Hit {
        id: format!("{}:{number}:{}", segment.document_id(), chunk.map_or(0, |(chunk, _)| chunk)),
        document_id: segment.document_id().to_owned(),
        file_name: segment.file_name().to_owned(),
        heading: chunk.map(|(_, entry)| entry.heading.clone()).unwrap_or_default(),
        // A page that was never cut into chunks speaks for itself.
        content: chunk.map_or_else(|| page.text.clone(), |(_, entry)| entry.text.clone()),
        page: number,
        page_end: chunk.map_or(number, |(_, entry)| entry.page_end.max(number)),
        score,
        bm25: of(&evidence.lexical.scores),
        bm25_z: evidence.bm25.standard_score(of(&evidence.lexical.scores)),
        cosine,
        cosine_z: evidence.cosines.as_ref().map_or(0.0, |cosines| evidence.cosine.standard_score(of(cosines))),
        coverage: of(&evidence.lexical.coverage).min(1.0),
        navigation: page.navigation,
    })
}

fn locate<'a>(segments: &[&'a Segment], position: usize) -> Option<(&'a Segment, usize)> {
    let mut rest = position;
    for segment in segments {
        if rest < segment.page_count() {
            return Some((segment, rest));
        }
        rest -= segment.page_count();
    }
    None
}
