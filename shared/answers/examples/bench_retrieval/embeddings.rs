//! Embeddings, made once.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use documents::Page;
use documents::chunking::{Chunk, ChunkOptions, chunk};
use documents::outline::outline;
use documents::pdf::{Limits, PdfWorker};
use foundation::config::DocumentsConfig;
use search::embeddings::{Embedder, ModelConfig};
use search::retrieval::{Segment, SegmentSource};

use crate::Failure;

pub(crate) fn texts(chunks: &[Chunk]) -> Vec<String> {
    chunks.iter().map(Chunk::embedding_text).collect()
}

/// The model, and every embedding it ever made, kept in a file.
pub(crate) struct Embeddings {
    embedder: Embedder,
    file: PathBuf,
    known: HashMap<String, Vec<f32>>,
    /// How many were not saved yet.
    added: usize,
    /// Whether manuals are taken as they were read before.
    quick: bool,
}

/// Embeddings after which the file is written again, so that an interrupted run loses little.
const SAVE_AFTER: usize = 2000;

impl Embeddings {
    pub(crate) fn open(model: PathBuf, cache: &Path, quick: bool) -> Result<Self, Failure> {
        fs::create_dir_all(cache)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let embedder = Embedder::load(&ModelConfig { dir: model, threads, queue: 4 })?;
        let name = embedder.model_name().replace(|c: char| !c.is_alphanumeric(), "-");
        let file = cache.join(format!("{name}.postcard"));
        let known = fs::read(&file).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default();
        Ok(Self { embedder, file, known, added: 0, quick })
    }

    pub(crate) fn chunks(&self, pages: &[Page]) -> Vec<Chunk> {
        let counter = self.embedder.token_counter();
        chunk(pages, &outline(pages), ChunkOptions::default(), |text| counter.count(text))
    }

    pub(crate) async fn segment(&mut self, id: &str, pages: &[Page]) -> Result<Segment, Failure> {
        let chunks = self.chunks(pages);
        let embeddings = self.all(&texts(&chunks)).await?;
        Ok(Segment::build(SegmentSource {
            document_id: id.to_owned(),
            file_name: id.to_owned(),
            model: self.embedder.model_name().to_owned(),
            pages,
            chunks,
            embeddings,
        })?)
    }

    /// A manual as it is read; reading takes long, so its pages are kept as well.
    pub(crate) async fn manual(&mut self, data: &Path, file: &str) -> Result<Segment, Failure> {
        let kept = self.file.with_file_name(format!("{file}.pages"));
        let known = if self.quick { fs::read(&kept).ok() } else { None };
        let pages: Vec<Page> = if let Some(bytes) = known {
            postcard::from_bytes(&bytes)?
        } else {
            let worker = PdfWorker::current_exe(DocumentsConfig::default_pdfium(), Limits::default())?;
            let pages = worker.extract(&data.join("pdf").join(file), |_| {}).await?;
            fs::write(&kept, postcard::to_stdvec(&pages)?)?;
            pages
        };
        self.segment(file, &pages).await
    }

    pub(crate) async fn of(&mut self, text: &str) -> Result<Vec<f32>, Failure> {
        let mut vectors = self.all(&[text.to_owned()]).await?;
        vectors.pop().ok_or_else(|| "no embedding".into())
    }

    pub(crate) async fn all(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        let new: Vec<String> = texts.iter().filter(|text| !self.known.contains_key(*text)).cloned().collect();
        for batch in new.chunks(64) {
            let vectors = self.embedder.embed(batch.to_vec()).await?;
            let vectors = vectors.into_iter().map(search::embeddings::Embedding::into_vec);
            self.known.extend(batch.iter().cloned().zip(vectors));
            self.added += batch.len();
            if self.added >= SAVE_AFTER {
                self.save()?;
            }
        }
        let known = |text: &String| self.known.get(text).cloned().ok_or_else(|| Failure::from("no embedding"));
        texts.iter().map(known).collect()
    }

    pub(crate) fn save(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.added) > 0 {
            fs::write(&self.file, postcard::to_stdvec(&self.known)?)?;
        }
        Ok(())
    }
}
