use std::sync::Arc;

use super::{
    Embedding, EmbeddingError, ModelConfig, ModelManifest, TokenCounter,
    model::SentenceModel,
    worker::{Encoder, WorkerPool},
};

/// The embedding model. Load it once; clones share it.
#[derive(Debug, Clone)]
pub struct Embedder {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    pool: WorkerPool,
    manifest: ModelManifest,
    dimensions: usize,
    tokens: TokenCounter,
}

impl Embedder {
    /// Loads the model, warms it up and starts its threads. Blocks for about a second: call it before serving requests,
    /// or in `spawn_blocking`.
    ///
    /// # Errors
    /// [`EmbeddingError::NotInstalled`] if the folder contains no model, [`EmbeddingError::Failed`] if the model cannot
    /// be loaded or run.
    pub fn load(config: &ModelConfig) -> Result<Self, EmbeddingError> {
        let manifest = ModelManifest::read(&config.dir)?;
        let tokens = TokenCounter::load(&manifest.tokenizer)?;
        let mut model = SentenceModel::load(&manifest, tokens.clone())?;
        // The first run of a plan allocates and touches every weight.
        let dimensions = model.encode("warm-up")?.as_slice().len();
        let encoders = (0..config.threads.max(1)).map(|_| Box::new(model.clone()) as Box<dyn Encoder>).collect();
        let pool = WorkerPool::start(encoders, config.queue)?;
        tracing::info!(model = manifest.name, dimensions, "embedding model loaded");
        Ok(Self { inner: Arc::new(Inner { pool, manifest, dimensions, tokens }) })
    }

    /// Embeds `texts`, in the same order. Texts longer than [`max_tokens`](Self::max_tokens) are truncated. Small
    /// requests (questions) go before large ones (documents). Dropping the future cancels the work that has not begun.
    ///
    /// # Errors
    /// [`EmbeddingError::Busy`] if too many requests are waiting, [`EmbeddingError::Failed`] if the model cannot embed
    /// one of the texts.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Embedding>, EmbeddingError> {
        self.inner.pool.embed(texts).await
    }

    /// Embeds one text, such as a question, as [`embed`](Self::embed) does.
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    pub async fn embed_one(&self, text: impl Into<String>) -> Result<Embedding, EmbeddingError> {
        let mut embeddings = self.embed(vec![text.into()]).await?;
        embeddings.pop().ok_or_else(|| EmbeddingError::failed("embedding", "no answer"))
    }

    /// Number of dimensions of every embedding.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.inner.dimensions
    }

    /// The model's name. It is stored with embeddings, because those of different models cannot be compared.
    #[must_use]
    pub fn model_name(&self) -> &str {
        &self.inner.manifest.name
    }

    /// Maximum length of a text in tokens, including special tokens. Longer texts are truncated.
    #[must_use]
    pub fn max_tokens(&self) -> usize {
        self.inner.manifest.max_tokens
    }

    /// The number of tokens of `text`, without special tokens.
    #[must_use]
    pub fn count_tokens(&self, text: &str) -> usize {
        self.inner.tokens.count(text)
    }

    /// The model's tokenizer, for splitting text into chunks by its tokens.
    #[must_use]
    pub fn token_counter(&self) -> TokenCounter {
        self.inner.tokens.clone()
    }
}
