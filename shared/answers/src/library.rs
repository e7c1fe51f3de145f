//! Search in the manuals of one user.
//!
//! The cost of a search: one query of the table for the user's documents (one read unit per 4 KB, about ten documents),
//! one conditional GET per document (answered "not modified" without a body if the segment is in the cache), one
//! embedding (about 10 ms), and an exact scan (about 10 ms for 10,000 passages). Documents are filtered first, so only
//! the segments that a search needs are loaded.

pub(crate) mod evidence;
mod findings;

use std::sync::Arc;
use std::time::Instant;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};

use foundation::ApiError;
use foundation::ids::{DocumentId, UserId};
use foundation::telemetry;
use search::embeddings::{Embedder, Embedding, EmbeddingError, ModelConfig};
use search::retrieval::{CacheError, Fetched, Hit, Query, Segment, SegmentCache, in_english};
use shared::Context;
use shared::ingest_request::IngestRequest;
use shared::objects::{Changed, ObjectError, ObjectKey, Objects};
use shared::store::{Document, Store, StoreError};

pub use findings::{Findings, Holdings, Passage, Vocabulary};

/// Number of segments that are loaded at a time for one search.
const LOADS_AT_ONCE: usize = 8;
/// Maximum number of requests that may wait for the embedding model.
const EMBEDDING_QUEUE: usize = 64;

/// A search query.
#[derive(Debug, Clone)]
pub struct LibraryQuery {
    /// The question in the last line. Lines before it are earlier turns and weigh less.
    pub text: String,
    /// Maximum number of hits.
    pub top_k: usize,
    /// The documents to search; `None` for all. Those of other users are never found.
    pub document_ids: Option<Vec<DocumentId>>,
    /// Minimum score of hits, between 0 and 1.
    pub min_score: Option<f32>,
}

/// Why a search failed. Its text is a sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The embedding model is not installed.
    #[error("The embedding model is not installed. Run scripts/models and start again.")]
    ModelNotInstalled,
    /// Too many requests are waiting for the model.
    #[error("The search is busy. Please try again shortly.")]
    Busy,
    /// The model failed.
    #[error("The search failed. Please try again.")]
    Model(#[source] EmbeddingError),
    /// The table failed.
    #[error("Your documents cannot be read at the moment. Please try again.")]
    Store(#[from] StoreError),
    /// The bucket failed.
    #[error("Your documents cannot be read at the moment. Please try again.")]
    Objects(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl LibraryError {
    /// The error code on the wire.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ModelNotInstalled => "embedding_model_not_installed",
            Self::Busy => "embedding_busy",
            Self::Model(_) => "search_failed",
            Self::Store(_) | Self::Objects(_) => "storage_unavailable",
        }
    }
}

/// Seconds after which a busy model may be asked again: it embeds some twenty questions in one.
const RETRY_SECONDS: u64 = 1;

impl From<LibraryError> for ApiError {
    fn from(error: LibraryError) -> Self {
        let (code, message) = (error.code(), error.to_string());
        match error {
            LibraryError::ModelNotInstalled => Self::unavailable(code, message),
            LibraryError::Busy => Self::too_many_requests(code, message, RETRY_SECONDS),
            LibraryError::Store(error) => error.into(),
            error @ (LibraryError::Model(_) | LibraryError::Objects(_)) => Self::internal(error),
        }
    }
}

impl From<EmbeddingError> for LibraryError {
    fn from(error: EmbeddingError) -> Self {
        match error {
            EmbeddingError::Busy => Self::Busy,
            EmbeddingError::NotInstalled { .. } => Self::ModelNotInstalled,
            failed @ EmbeddingError::Failed(_) => Self::Model(failed),
        }
    }
}

/// The manuals of all users. Every call names the user. Build it once per process; clones share the cache and the
/// model.
#[derive(Clone)]
pub struct Library {
    store: Store,
    objects: Objects,
    cache: Arc<SegmentCache>,
    embedder: Loading,
}

/// The embedding model once it is loaded; `None` if there is none.
type Loading = futures::future::Shared<BoxFuture<'static, Option<Embedder>>>;

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("embedder", &self.embedder.peek().map(Option::is_some)).finish_non_exhaustive()
    }
}

impl Library {
    /// A library over `context`'s storage. Without an embedder, every search fails with
    /// [`LibraryError::ModelNotInstalled`].
    #[must_use]
    pub fn new(context: &Context, embedder: Option<Embedder>) -> Self {
        Self::with(context, std::future::ready(embedder).boxed().shared())
    }

    /// A library with the configured model. Loading it takes a part of a second and happens in the background; searches
    /// wait for it. If it cannot be loaded, the reason is logged, and the rest of the system works without search. Call
    /// it within a Tokio runtime.
    #[must_use]
    pub fn load(context: &Context) -> Self {
        let inference = &context.config.inference;
        let config =
            ModelConfig { dir: inference.model_dir.clone(), threads: inference.threads, queue: EMBEDDING_QUEUE };
        let loading = tokio::task::spawn_blocking(move || {
            Embedder::load(&config).inspect_err(|error| tracing::warn!(%error, "search is off")).ok()
        });
        let loaded = async {
            loading.await.unwrap_or_else(|error| {
                tracing::error!(%error, "search is off: loading the embedding model broke off");
                None
            })
        };
        Self::with(context, loaded.boxed().shared())
    }

    fn with(context: &Context, embedder: Loading) -> Self {
        let cache = usize::try_from(context.config.inference.segment_cache).unwrap_or(usize::MAX);
        Self {
            store: context.store.clone(),
            objects: context.objects.clone(),
            cache: Arc::new(SegmentCache::new(cache)),
            embedder,
        }
    }

    /// The same library over the storage of another context, sharing the cache and the model.
    #[must_use]
    pub fn over(&self, context: &Context) -> Self {
        Self { store: context.store.clone(), objects: context.objects.clone(), ..self.clone() }
    }

    /// The embedding model, once it is loaded.
    ///
    /// # Errors
    /// [`LibraryError::ModelNotInstalled`] if there is no model or it could not be loaded.
    pub async fn embedder(&self) -> Result<Embedder, LibraryError> {
        self.embedder.clone().await.ok_or(LibraryError::ModelNotInstalled)
    }

    /// The passages of the user's manuals that match best, best first, at most one per page.
    ///
    /// # Errors
    /// If there is no embedding model, it is busy or it fails, or if storage fails. A document that is deleted or
    /// processed again meanwhile causes no error.
    pub async fn search(&self, user: &UserId, query: LibraryQuery) -> Result<Vec<Hit>, LibraryError> {
        let findings = self.consult(user, query).await?;
        Ok(findings.passages.into_iter().map(|passage| passage.hit).collect())
    }

    /// As [`Self::search`], with everything needed to judge whether the passages contain an answer.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub async fn consult(&self, user: &UserId, query: LibraryQuery) -> Result<Findings, LibraryError> {
        let begun = Instant::now();
        let documents = async { self.store.documents(user).await.map_err(LibraryError::from) };
        let (embedder, documents) = futures::try_join!(self.embedder(), documents)?;
        let holdings = Holdings::of(&documents);
        let wanted = documents.into_iter().filter(|document| {
            document.searchable && query.document_ids.as_ref().is_none_or(|ids| ids.contains(&document.id))
        });
        let wanted: Vec<Document> = wanted.collect();
        if wanted.is_empty() {
            return Ok(Findings { holdings, ..Findings::default() });
        }
        let count = wanted.len();
        let segments = self.segments(user, wanted, embedder.model_name());
        let embedded = async |text: String| embedder.embed_one(text).await.map_err(LibraryError::from);
        let english = async {
            match in_english(&query.text) {
                Some(text) => embedded(text).await.map(Some),
                None => Ok(None),
            }
        };
        let (segments, embedding, english) = futures::try_join!(segments, embedded(query.text.clone()), english)?;
        let holdings = holdings.without(count - segments.len());
        let query = query.with(embedding.into_vec(), english.map(Embedding::into_vec));
        let found = tokio::task::spawn_blocking(move || Findings::search(holdings, &segments, query)).await;
        telemetry::count_search(begun.elapsed());
        found.map_err(|error| LibraryError::Model(EmbeddingError::Failed(format!("the search broke off: {error}"))))
    }

    /// The segments of all of the user's manuals that can be searched.
    ///
    /// # Errors
    /// If there is no embedding model, or storage fails.
    pub async fn manuals(&self, user: &UserId) -> Result<Vec<Arc<Segment>>, LibraryError> {
        let embedder = self.embedder().await?;
        let mut documents = self.store.documents(user).await?;
        documents.retain(|document| document.searchable);
        self.segments(user, documents, embedder.model_name()).await
    }

    /// The segments of documents, without those that are missing or unusable.
    async fn segments(
        &self,
        user: &UserId,
        documents: Vec<Document>,
        model: &str,
    ) -> Result<Vec<Arc<Segment>>, LibraryError> {
        futures::stream::iter(documents)
            .map(|document| self.segment(user.clone(), document, model))
            .buffered(LOADS_AT_ONCE)
            .try_filter_map(|segment| async move { Ok(segment) })
            .try_collect()
            .await
    }

    /// The segment of one of the user's documents; `None` if there is no such document, or it cannot be searched.
    ///
    /// # Errors
    /// If there is no embedding model, or storage fails.
    pub async fn document(&self, user: &UserId, id: &str) -> Result<Option<Arc<Segment>>, LibraryError> {
        let Ok(id) = id.parse::<DocumentId>() else { return Ok(None) };
        let embedder = self.embedder().await?;
        let found = self.store.document(user, &id).await?.filter(|document| document.searchable);
        let Some(document) = found else { return Ok(None) };
        self.segment(user.clone(), document, embedder.model_name()).await
    }

    /// The segment of a document, or `None` if it is missing or unusable, so that the other documents can still answer.
    /// A segment that is damaged or of another version or model is built again.
    async fn segment(
        &self,
        user: UserId,
        document: Document,
        model: &str,
    ) -> Result<Option<Arc<Segment>>, LibraryError> {
        let key = ObjectKey::Segment(user.clone(), document.id.clone());
        let fetch = async |known: Option<String>| match self.objects.get_if_changed(&key, known.as_deref()).await {
            Ok(Changed::Unchanged) => Ok(Fetched::Unchanged),
            Ok(Changed::Content(bytes, etag)) => Ok(Fetched::Changed { etag, bytes: bytes.to_vec() }),
            Err(ObjectError::NotFound) => Ok(Fetched::Missing),
            Err(error) => Err(error),
        };
        match self.cache.get(&key.to_string(), fetch).await {
            Ok(Some(segment)) if segment.model() != model => {
                self.make_again(user, document.id, "it was made with another model").await?;
                Ok(None)
            }
            Ok(segment) => Ok(segment),
            Err(CacheError::Load(error)) => Err(LibraryError::Objects(Box::new(error))),
            Err(error) => {
                self.make_again(user, document.id, &error.to_string()).await?;
                Ok(None)
            }
        }
    }

    /// Requests a new processing of a document, unless one is running.
    async fn make_again(&self, user: UserId, id: DocumentId, why: &str) -> Result<(), LibraryError> {
        match self.store.restart_document(&user, &id).await {
            Ok(Some(_)) => {
                tracing::warn!(document = %id, why, "a segment cannot be used; its document is processed again");
                let asked = IngestRequest::Reprocess.send(&self.objects, &user, &id).await;
                asked.map_err(|error| LibraryError::Objects(Box::new(error)))
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

impl LibraryQuery {
    /// The query for the chosen segments.
    fn with(self, embedding: Vec<f32>, english: Option<Vec<f32>>) -> Query {
        Query {
            text: self.text,
            embedding: Some(embedding),
            english,
            top_k: self.top_k,
            document_ids: None,
            min_score: self.min_score,
        }
    }
}
