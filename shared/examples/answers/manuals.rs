//! The manuals, read as the ingest reads them; their pages are kept.

use std::{
    fs,
    io::{Write, stderr},
    path::Path,
    time::{Duration, Instant},
};

use sha2::{Digest, Sha256};
use shared::{
    config::DocumentsConfig,
    documents::{
        Page,
        chunking::{Chunk, ChunkOptions, chunk},
        outline::outline,
        pdf::{Limits, PdfWorker},
    },
    recognition,
    retrieval::{Segment, SegmentSource},
    vision::reading::Tesseract,
};

use crate::{Failure, cache::Embeddings};

/// The manuals that the questions are about.
pub const MANUALS: &[&str] = &[
    "tm-9-2815-237-34",
    "tb-9-2510-251-13",
    "tm-10-5411-205-13",
    "mwo-9-2320-280-35-2",
    "tm-9-2920-225-34p",
    "tm-9-2320-280-10-hr",
    "LinuxCNC_Getting_Started",
    "eyes17_en",
    "faa_14_amtp_glossary",
    "scanned_tm-9-2320-280-34_lists",
];

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

/// The pages of a file. They are kept by its content and by this program, which is what reads it.
async fn pages(path: &Path, cache: &Path) -> Result<Vec<Page>, Failure> {
    let mut hash = Sha256::new();
    hash.update(fs::read(path)?);
    hash.update(fs::read(std::env::current_exe()?)?);
    let kept = cache.join(format!("{}.pages", hex::encode(hash.finalize())));
    if let Ok(bytes) = fs::read(&kept) {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    let worker = PdfWorker::current_exe(DocumentsConfig::default_pdfium(), Limits::default())?;
    let mut pages = worker.extract_all(path, |_| {}).await?;
    let reader = Tesseract::new("eng", Duration::from_mins(1));
    let wanted: Vec<u32> = pages.iter().filter(|page| recognition::wanted(page)).map(|page| page.number).collect();
    let mut images = worker.render(path, wanted);
    while let Some((number, image)) = images.next().await {
        let known = pages.iter_mut().find(|page| page.number == number);
        if let (Some(page), Ok(image)) = (known, image) {
            *page = recognition::read(&reader, page.clone(), image).await?;
        }
    }
    fs::write(&kept, serde_json::to_vec(&pages)?)?;
    Ok(pages)
}
