//! The manuals as segments, made as the ingest makes them.

use std::{
    io::{Write, stderr},
    path::Path,
    time::Instant,
};

use documents::chunking::{Chunk, ChunkOptions, chunk};
use documents::outline::outline;
use search::retrieval::{Segment, SegmentSource};

use crate::{Failure, cache::Embeddings, pages::pages};

/// A manual, ready to be searched.
pub async fn segment(path: &Path, cache: &Path, embeddings: &mut Embeddings) -> Result<Segment, Failure> {
    let begun = Instant::now();
    let pages = pages(path, cache).await?;
    let counter = embeddings.counter();
    let chunks = chunk(&pages, &outline(&pages), ChunkOptions::default(), |text| counter.count(text));
    let texts: Vec<String> = chunks.iter().map(Chunk::embedding_text).collect();
    let embedded = embeddings.all(&texts).await?;
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let seconds = begun.elapsed().as_secs();
    writeln!(stderr(), "{name}: {} pages, {} chunks, {seconds} s", pages.len(), chunks.len())?;
    Ok(Segment::build(SegmentSource {
        document_id: name.clone(),
        file_name: name,
        model: embeddings.model().to_owned(),
        pages: &pages,
        chunks,
        embeddings: embedded,
    })?)
}
