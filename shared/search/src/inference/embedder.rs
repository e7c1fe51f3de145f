use std::sync::Arc;

use super::{
    Embedding, InferenceError, ModelConfig, ModelManifest, TokenCounter,
    model::SentenceModel,
    worker::{Encoder, WorkerPool},
};

/// The embedding model: load it once, clone the handle freely.
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
    /// Loads the model, warms it up and starts its threads. Takes a second or so and
    /// blocks: call it before serving, or through `spawn_blocking`.
    ///
    /// # Errors
    /// [`InferenceError::NotInstalled`] if the folder holds no model,
    /// [`InferenceError::Failed`] if what it holds cannot be loaded or run.
    pub fn load(config: &ModelConfig) -> Result<Self, InferenceError> {
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

    /// Embeds `texts`, answer in the same order. A text longer than
    /// [`max_tokens`](Self::max_tokens) is cut. A few texts (a question) go before
    /// many (a document). Dropping the future drops the work that is still waiting.
    ///
    /// # Errors
    /// [`InferenceError::Busy`] if too many requests are waiting,
    /// [`InferenceError::Failed`] if the model cannot embed one of the texts.
    pub async fn embed(&self, texts: Vec<String>) -> Result<Vec<Embedding>, InferenceError> {
        self.inner.pool.embed(texts).await
    }

    /// Embeds one text, such as a question. See [`embed`](Self::embed).
    ///
    /// # Errors
    /// As [`embed`](Self::embed).
    pub async fn embed_one(&self, text: impl Into<String>) -> Result<Embedding, InferenceError> {
        let mut embeddings = self.embed(vec![text.into()]).await?;
        embeddings.pop().ok_or_else(|| InferenceError::failed("embedding", "no answer"))
    }

    /// Length of every embedding.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.inner.dimensions
    }

    /// The model's name. Embeddings of different models do not compare, so it is
    /// stored beside them.
    #[must_use]
    pub fn model_name(&self) -> &str {
        &self.inner.manifest.name
    }

    /// Longest text that is not cut, in tokens, the marks around it included.
    #[must_use]
    pub fn max_tokens(&self) -> usize {
        self.inner.manifest.max_tokens
    }

    /// How many tokens `text` has for this model, marks not counted.
    #[must_use]
    pub fn count_tokens(&self, text: &str) -> usize {
        self.inner.tokens.count(text)
    }

    /// The model's tokenizer, for cutting text into chunks by its tokens.
    #[must_use]
    pub fn token_counter(&self) -> TokenCounter {
        self.inner.tokens.clone()
    }
}
