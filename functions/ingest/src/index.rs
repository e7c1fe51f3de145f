//! From pages to a search segment.

use std::time::Duration;

use documents::chunking::{Chunk, ChunkOptions, chunk};
use documents::outline::outline;
use documents::{Page, PageSource, parts};
use foundation::page_texts::{PageText, PageTexts, TextSource};
use search::embeddings::{Embedder, Embedding, EmbeddingError};
use search::retrieval::{Segment, SegmentSource};
use shared::store::{Document, Stage};

use crate::App;
use crate::failure::WorkError;
use crate::supervise::Reporter;

/// Percent of the whole ingest.
const INDEXING: (u8, u8) = (40, 95);
/// Passages that a document may have: what a model embeds in the quarter of an hour that a function
/// may run, at 40 ms each.
const MOST_CHUNKS: usize = 20_000;
/// Texts that are given to the model at once: few enough that a question asked meanwhile does not
/// wait, and that little is lost when the document is deleted.
const BATCH: usize = 16;
/// How often, and how long apart, a model that is busy is asked again.
const BUSY_TRIES: u32 = 120;
const BUSY_PAUSE: Duration = Duration::from_millis(500);

/// A document as it is stored for search and reading.
#[derive(Debug)]
pub(crate) struct Indexed {
    pub(crate) segment: Vec<u8>,
    pub(crate) pages: Vec<u8>,
    pub(crate) chunks: u32,
}

impl App {
    pub(crate) async fn index(
        &self,
        document: &Document,
        pages: Vec<Page>,
        report: &Reporter,
    ) -> Result<Indexed, WorkError> {
        report.at(Stage::Indexing, INDEXING.0);
        let embedder = self.embedder.as_ref().ok_or_else(not_installed)?;
        let counter = embedder.token_counter();
        // Seconds of work for a long manual: not on a thread that others wait for.
        let (pages, chunks) = tokio::task::spawn_blocking(move || {
            let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), |text| counter.count(text));
            (pages, chunks)
        })
        .await?;
        if chunks.len() > MOST_CHUNKS {
            return Err(WorkError::permanent(
                "pdf_too_much_text",
                "This PDF holds more text than can be indexed. Please split it into several files.",
            ));
        }
        let embeddings = embed(embedder, &chunks, report).await?;
        let (document_id, file_name) = (document.id.to_string(), document.file_name.clone());
        let model = embedder.model_name().to_owned();
        let build = move || {
            let source = SegmentSource { document_id, file_name, model, pages: &pages, chunks, embeddings };
            to_bytes(source)
        };
        tokio::task::spawn_blocking(build).await?
    }
}

async fn embed(embedder: &Embedder, chunks: &[Chunk], report: &Reporter) -> Result<Vec<Vec<f32>>, WorkError> {
    let mut embeddings = Vec::with_capacity(chunks.len());
    for batch in chunks.chunks(BATCH) {
        let texts: Vec<String> = batch.iter().map(Chunk::embedding_text).collect();
        embeddings.extend(embed_patiently(embedder, texts).await?);
        report.part(Stage::Indexing, INDEXING, embeddings.len() as u64, chunks.len() as u64);
    }
    Ok(embeddings)
}

async fn embed_patiently(embedder: &Embedder, texts: Vec<String>) -> Result<Vec<Vec<f32>>, WorkError> {
    for _ in 0..BUSY_TRIES {
        match embedder.embed(texts.clone()).await {
            Ok(embeddings) => return Ok(embeddings.into_iter().map(Embedding::into_vec).collect()),
            Err(EmbeddingError::Busy) => tokio::time::sleep(BUSY_PAUSE).await,
            Err(error) => return Err(error.into()),
        }
    }
    Err(EmbeddingError::Busy.into())
}

fn not_installed() -> WorkError {
    WorkError::permanent(
        "embedding_model_not_installed",
        "This system has no embedding model yet. Please tell whoever runs it, and process the document again afterwards.",
    )
}

fn to_bytes(source: SegmentSource<'_>) -> Result<Indexed, WorkError> {
    let pages = source.pages;
    let count = u32::try_from(source.chunks.len()).unwrap_or(u32::MAX);
    let ours = |error: &dyn std::error::Error| WorkError::ours("building the segment", error);
    let segment = Segment::build(source).map_err(|error| ours(&error))?;
    let parts = |page: &Page| parts(page, &segment.units_on(page.number.saturating_sub(1)..=page.number));
    let pages = pages.iter().map(|page| PageText {
        page: page.number,
        text: page.plain(),
        has_text: page.has_text,
        source: Some(match page.source {
            PageSource::TextLayer => TextSource::TextLayer,
            PageSource::Ocr => TextSource::Ocr,
            PageSource::None => TextSource::None,
        }),
        blocks: Some(parts(page)),
    });
    let pages = PageTexts { pages: pages.collect() }.to_bytes().map_err(|error| ours(&error))?;
    let segment = segment.to_bytes().map_err(|error| ours(&error))?;
    Ok(Indexed { segment, pages, chunks: count })
}
