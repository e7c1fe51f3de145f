//! Building a segment.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    ChunkEntry, Fields, HeadingEntry, Meta, PageEntry, Posting, Segment, SegmentError, SegmentSource, SpotRange,
    UnitEntry, WordEntry,
};
use crate::retrieval::analysis::{Analyzer, Language};
use documents::chunking::Chunk;
use documents::outline::{Heading, HeadingKind, LineKind, PageOutline, outline};
use documents::units::{Unit, units};
use documents::{Page, Spot};

/// Number of pages by which a document's language is detected, and of characters of each.
const SAMPLED_PAGES: usize = 40;
const SAMPLED_CHARACTERS: usize = 500;
/// Lengths of words that misspelled ones are compared with.
const LETTERS: std::ops::RangeInclusive<usize> = 3..=32;

pub(super) fn build(source: SegmentSource<'_>) -> Result<Segment, SegmentError> {
    let dimensions = dimensions(&source)?;
    let outlines = outline(source.pages);
    let language = language(source.pages);
    let mut counter = Counter::of(language);
    let mut terms: BTreeMap<String, Vec<Posting>> = BTreeMap::new();
    let mut pages = Vec::with_capacity(source.pages.len());
    for (page, outline) in source.pages.iter().zip(&outlines) {
        let index = u32::try_from(pages.len()).map_err(|_| SegmentError::TooLarge)?;
        let counts = counter.count(index, page, outline);
        let mut lengths = Fields::default();
        for (term, fields) in counts {
            lengths.body += fields.body;
            lengths.opened += fields.opened;
            lengths.inherited += fields.inherited;
            terms.entry(term).or_default().push(Posting {
                page: index,
                body: u16::try_from(fields.body).unwrap_or(u16::MAX),
                opened: u8::try_from(fields.opened).unwrap_or(u8::MAX),
                inherited: u8::try_from(fields.inherited).unwrap_or(u8::MAX),
            });
        }
        pages.push(PageEntry {
            number: page.number,
            text: page.text(),
            navigation: outline.navigation,
            lengths,
            first_chunk: 0,
            chunks: 0,
        });
    }
    let (chunks, vectors) = place(source.chunks, &source.embeddings, &mut pages, dimensions)?;
    let mut meta = Meta {
        document_id: source.document_id,
        file_name: source.file_name,
        model: source.model,
        dimensions: u32::try_from(dimensions).map_err(|_| SegmentError::TooLarge)?,
        language,
        pages,
        chunks,
        terms: Vec::with_capacity(terms.len()),
        ends: Vec::with_capacity(terms.len()),
        postings: Vec::new(),
        words: counter.words.into_iter().map(|(word, count)| WordEntry { word, count }).collect(),
        headings: Vec::new(),
        units: Vec::new(),
        contexts: Vec::new(),
        spots: Vec::new(),
    };
    for (term, postings) in terms {
        meta.terms.push(term);
        meta.postings.extend(postings);
        meta.ends.push(u32::try_from(meta.postings.len()).map_err(|_| SegmentError::TooLarge)?);
    }
    meta.headings = number(counter.titles, &meta.terms);
    compact(units(source.pages, &outlines), &mut meta)?;
    Ok(Segment::new(meta, vectors))
}

/// Converts units to their stored form, in which common context is stored once.
fn compact(units: Vec<Unit>, meta: &mut Meta) -> Result<(), SegmentError> {
    let mut contexts: Vec<String> = Vec::new();
    let mut known: HashMap<String, u32> = HashMap::new();
    let mut position = |text: String| -> Result<u32, SegmentError> {
        if let Some(position) = known.get(&text) {
            return Ok(*position);
        }
        let position = u32::try_from(contexts.len()).map_err(|_| SegmentError::TooLarge)?;
        contexts.push(text.clone());
        known.insert(text, position);
        Ok(position)
    };
    let mut spots = Spots::default();
    let mut entries = Vec::with_capacity(units.len());
    for unit in units {
        entries.push(UnitEntry {
            kind: unit.kind,
            text: unit.text,
            titles: position(unit.titles)?,
            lead: position(unit.lead)?,
            page: unit.page,
            page_end: unit.page_end,
            task: unit.task,
            place: unit.place,
            spots: spots.add(&unit.spots)?,
            over: spots.shared(unit.over)?,
        });
    }
    (meta.units, meta.contexts, meta.spots) = (entries, contexts, spots.all);
    Ok(())
}

/// The spots of all units.
#[derive(Default)]
struct Spots {
    all: Vec<Spot>,
    /// Spots that many units share: the rows of a table have one head.
    known: HashMap<Vec<Spot>, SpotRange>,
}

impl Spots {
    fn add(&mut self, spots: &[Spot]) -> Result<SpotRange, SegmentError> {
        let number = |count: usize| u32::try_from(count).map_err(|_| SegmentError::TooLarge);
        let stretch = SpotRange { first: number(self.all.len())?, count: number(spots.len())? };
        self.all.extend_from_slice(spots);
        Ok(stretch)
    }

    fn shared(&mut self, spots: Vec<Spot>) -> Result<SpotRange, SegmentError> {
        if let Some(stretch) = self.known.get(&spots) {
            return Ok(*stretch);
        }
        let stretch = self.add(&spots)?;
        self.known.insert(spots, stretch);
        Ok(stretch)
    }
}

/// The language of most pages, by a sample spread over the document.
fn language(pages: &[Page]) -> Language {
    let filled: Vec<&Page> = pages.iter().filter(|page| page.has_text).collect();
    let step = (filled.len() / SAMPLED_PAGES).max(1);
    let sample = filled.iter().step_by(step).map(|page| page.text().chars().take(SAMPLED_CHARACTERS).collect());
    let sample: Vec<String> = sample.collect();
    Language::of_document(sample.iter().map(String::as_str))
}

fn dimensions(source: &SegmentSource<'_>) -> Result<usize, SegmentError> {
    let Some(first) = source.embeddings.first() else {
        return Ok(0);
    };
    let even = source.embeddings.iter().all(|vector| vector.len() == first.len());
    let finite = source.embeddings.iter().flatten().all(|number| number.is_finite());
    if source.embeddings.len() != source.chunks.len() || !even || !finite {
        return Err(SegmentError::Embeddings);
    }
    Ok(first.len())
}

/// A title as terms, before these are numbered.
struct Title {
    page: u32,
    own: BTreeSet<String>,
    path: BTreeSet<String>,
}

/// Counts the terms of pages and keeps track of the current titles.
struct Counter {
    analyzer: Analyzer,
    /// How often each word occurs in the text.
    words: BTreeMap<String, u32>,
    /// Current titles, with their levels.
    open: Vec<(u8, BTreeSet<String>)>,
    titles: Vec<Title>,
}

impl Counter {
    fn of(language: Language) -> Self {
        Self { analyzer: Analyzer::of(language), words: BTreeMap::new(), open: Vec::new(), titles: Vec::new() }
    }

    /// Counts the terms of a page by field.
    fn count(&mut self, index: u32, page: &Page, outline: &PageOutline) -> HashMap<String, Fields> {
        let mut counts = HashMap::new();
        for (line, kind) in page.lines().zip(&outline.kinds) {
            match kind {
                LineKind::Body => self.add_body(&mut counts, &line.text),
                LineKind::Heading(heading) => self.enter(index, heading, &mut counts),
                // The rest of a title is counted with it; the others say nothing of this page.
                LineKind::HeadingRest | LineKind::Furniture | LineKind::Pointer => {}
            }
        }
        for title in &outline.inherited {
            add(&self.analyzer, &mut counts, title, |fields| &mut fields.inherited);
        }
        counts
    }

    fn enter(&mut self, page: u32, heading: &Heading, counts: &mut HashMap<String, Fields>) {
        let is_section = heading.kind == HeadingKind::Section;
        if is_section {
            self.open.retain(|(level, _)| *level < heading.level);
        }
        let path: BTreeSet<String> = self.open.iter().flat_map(|(_, terms)| terms.iter().cloned()).collect();
        if is_section {
            let terms = self.analyzer.terms(&heading.title).into_iter().collect();
            self.open.push((heading.level, terms));
        }
        // A repeated title is a running header in another place: it is in force, not new.
        if heading.continued {
            return;
        }
        self.add_body(counts, &heading.title);
        if is_section {
            add(&self.analyzer, counts, &heading.title, |fields| &mut fields.opened);
        }
        let own: BTreeSet<String> = self.analyzer.terms(heading.name()).into_iter().collect();
        let path = path.difference(&own).cloned().collect();
        self.titles.push(Title { page, own, path });
    }
}

impl Counter {
    fn add_body(&mut self, counts: &mut HashMap<String, Fields>, text: &str) {
        let Self { analyzer, words, .. } = self;
        analyzer.each_term_and_word(text, |term, word| {
            increase(counts, term, |fields| &mut fields.body);
            if let Some(word) = word.filter(|word| LETTERS.contains(&word.chars().count())) {
                match words.get_mut(word) {
                    Some(count) => *count += 1,
                    None => drop(words.insert(word.to_owned(), 1)),
                }
            }
        });
    }
}

fn add(analyzer: &Analyzer, counts: &mut HashMap<String, Fields>, text: &str, field: fn(&mut Fields) -> &mut u32) {
    analyzer.each_term(text, |term| increase(counts, term, field));
}

fn increase(counts: &mut HashMap<String, Fields>, term: &str, field: fn(&mut Fields) -> &mut u32) {
    if let Some(fields) = counts.get_mut(term) {
        *field(fields) += 1;
    } else {
        *field(counts.entry(term.to_owned()).or_default()) += 1;
    }
}

/// Replaces the terms of titles by their positions. Terms that are on no page cannot be searched.
fn number(titles: Vec<Title>, terms: &[String]) -> Vec<HeadingEntry> {
    let numbers = |of: &BTreeSet<String>| -> Vec<u32> {
        let found = of.iter().filter_map(|term| terms.binary_search(term).ok());
        found.filter_map(|position| u32::try_from(position).ok()).collect()
    };
    let entry = |title: Title| HeadingEntry { page: title.page, own: numbers(&title.own), path: numbers(&title.path) };
    titles.into_iter().map(entry).filter(|entry| !entry.own.is_empty()).collect()
}

/// Orders the chunks by page, and their embeddings in one block.
fn place(
    chunks: Vec<Chunk>,
    embeddings: &[Vec<f32>],
    pages: &mut [PageEntry],
    dimensions: usize,
) -> Result<(Vec<ChunkEntry>, Vec<f32>), SegmentError> {
    let by_number: HashMap<u32, usize> = pages.iter().enumerate().map(|(i, page)| (page.number, i)).collect();
    let mut order = Vec::with_capacity(chunks.len());
    for (position, chunk) in chunks.into_iter().enumerate() {
        let page = *by_number.get(&chunk.page).ok_or(SegmentError::UnknownPage(chunk.page))?;
        order.push((page, position, chunk));
    }
    order.sort_by_key(|(page, position, _)| (*page, *position));
    let mut entries = Vec::with_capacity(order.len());
    let mut vectors = Vec::with_capacity(order.len() * dimensions);
    for (page, position, chunk) in order {
        let index = u32::try_from(entries.len()).map_err(|_| SegmentError::TooLarge)?;
        if let Some(entry) = pages.get_mut(page) {
            if entry.chunks == 0 {
                entry.first_chunk = index;
            }
            entry.chunks += 1;
        }
        if let Some(vector) = embeddings.get(position) {
            vectors.extend_from_slice(vector);
        }
        entries.push(ChunkEntry {
            text: chunk.text,
            heading: chunk.heading,
            page_index: u32::try_from(page).map_err(|_| SegmentError::TooLarge)?,
            page_end: chunk.page_end,
        });
    }
    Ok((entries, vectors))
}
