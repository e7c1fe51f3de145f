//! The embedding model, and every embedding it ever made, kept in a file.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
};

use search::embeddings::{Embedder, Embedding, EmbeddingError, ModelConfig, TokenCounter};

use crate::Failure;

/// Embeddings after which the file is written again, so that an interrupted run loses little.
const SAVE_AFTER: usize = 500;

/// Embeds texts that were not embedded before.
pub struct Embeddings {
    embedder: Embedder,
    file: PathBuf,
    known: HashMap<String, Vec<f32>>,
    added: usize,
}

impl Embeddings {
    /// With the model in this folder, and what is kept in the cache.
    pub fn open(model: PathBuf, cache: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(cache)?;
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let embedder = Embedder::load(&ModelConfig { dir: model, threads, queue: 64 })?;
        let name = embedder.model_name().replace(|c: char| !c.is_alphanumeric(), "-");
        let file = cache.join(format!("{name}.postcard"));
        let known = fs::read(&file).ok().and_then(|bytes| postcard::from_bytes(&bytes).ok()).unwrap_or_default();
        Ok(Self { embedder, file, known, added: 0 })
    }

    /// The model's name.
    pub fn model(&self) -> &str {
        self.embedder.model_name()
    }

    /// Counts tokens as the model does.
    pub fn counter(&self) -> TokenCounter {
        self.embedder.token_counter()
    }

    /// The embedding of a question; not kept.
    pub async fn question(&self, text: &str) -> Result<Vec<f32>, EmbeddingError> {
        Ok(self.embedder.embed_one(text).await?.into_vec())
    }

    /// The embeddings of texts, in their order.
    pub async fn all(&mut self, texts: &[String]) -> Result<Vec<Vec<f32>>, Failure> {
        let new: Vec<String> = texts.iter().filter(|text| !self.known.contains_key(*text)).cloned().collect();
        for batch in new.chunks(64) {
            let vectors = self.embedder.embed(batch.to_vec()).await?;
            self.known.extend(batch.iter().cloned().zip(vectors.into_iter().map(Embedding::into_vec)));
            self.added += batch.len();
            if self.added >= SAVE_AFTER {
                self.save()?;
            }
        }
        self.save()?;
        let known = |text: &String| self.known.get(text).cloned().ok_or_else(|| Failure::from("no embedding"));
        texts.iter().map(known).collect()
    }

    fn save(&mut self) -> Result<(), Failure> {
        if std::mem::take(&mut self.added) > 0 {
            fs::write(&self.file, postcard::to_stdvec(&self.known)?)?;
        }
        Ok(())
    }
}
