//! The manuals of one user, searched.
//!
//! What a search costs: one query of the table for the user's documents (one read unit per 4 KB,
//! some ten documents), one conditional GET per document searched (answered "not modified" and
//! without a body while the segment is in the cache), one embedding (about 10 ms), and an exact scan
//! (about 10 ms over 10,000 passages). Only the segments that a search needs are loaded: documents are
//! filtered first.

pub(crate) mod evidence;
mod findings;

use std::sync::Arc;
use std::time::Instant;

use futures::future::BoxFuture;
use futures::{FutureExt, StreamExt, TryStreamExt};

use foundation::ApiError;
use foundation::ids::{DocumentId, UserId};
use foundation::telemetry;
use search::inference::{Embedder, Embedding, InferenceError, ModelConfig};
use search::retrieval::{CacheError, Fetched, Hit, Query, Segment, SegmentCache, in_english};
use shared::Context;
use shared::ingest_request::IngestRequest;
use shared::objects::{Changed, ObjectError, ObjectKey, Objects};
use shared::store::{Document, Store, StoreError};

pub use findings::{Findings, Holdings, Passage, Vocabulary};

/// Segments that are loaded at the same time for one search.
const LOADS_AT_ONCE: usize = 8;
/// Requests that may wait for the embedding model before further ones are refused.
const EMBEDDING_QUEUE: usize = 64;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct LibraryQuery {
    /// The question's words, in its last line; lines before that are what was said before, and weigh less.
    pub text: String,
    /// Most hits to return.
    pub top_k: usize,
    /// Only these documents; all where `None`. Another user's find nothing.
    pub document_ids: Option<Vec<DocumentId>>,
    /// Leave out hits that score less; between 0 and 1.
    pub min_score: Option<f32>,
}

/// Why a search failed. Its text is a sentence for the user.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// No embedding model.
    #[error("The embedding model is not installed. Run scripts/models and start again.")]
    ModelNotInstalled,
    /// Too many requests wait for the model.
    #[error("The search is busy. Please try again shortly.")]
    Busy,
    /// The model failed.
    #[error("The search failed. Please try again.")]
    Model(#[source] InferenceError),
    /// The table failed.
    #[error("Your documents cannot be read at the moment. Please try again.")]
    Store(#[from] StoreError),
    /// The bucket failed.
    #[error("Your documents cannot be read at the moment. Please try again.")]
    Objects(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl LibraryError {
    /// The code on the wire.
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

impl From<InferenceError> for LibraryError {
    fn from(error: InferenceError) -> Self {
        match error {
            InferenceError::Busy => Self::Busy,
            InferenceError::NotInstalled { .. } => Self::ModelNotInstalled,
            failed @ InferenceError::Failed(_) => Self::Model(failed),
        }
    }
}

/// All users' manuals; every call names the user. Build it once per process and clone it: the clones
/// share the cache and the model.
#[derive(Clone)]
pub struct Library {
    store: Store,
    objects: Objects,
    cache: Arc<SegmentCache>,
    embedder: Loading,
}

/// The embedding model, ready or on its way; none where there is none.
type Loading = futures::future::Shared<BoxFuture<'static, Option<Embedder>>>;

impl std::fmt::Debug for Library {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Library").field("embedder", &self.embedder.peek().map(Option::is_some)).finish_non_exhaustive()
    }
}

impl Library {
    /// A library over `context`'s storage. Without an embedder every search answers that the model is
    /// not installed.
    #[must_use]
    pub fn new(context: &Context, embedder: Option<Embedder>) -> Self {
        Self::with(context, std::future::ready(embedder).boxed().shared())
    }

    /// The same with the configured model, which takes a part of a second to load: that is begun here, and what
    /// needs the model waits for it. Where it cannot be loaded, the reason is logged and the rest of the system
    /// works without search. Call it within a Tokio runtime.
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

    /// The same over the storage of another context, with the cache and the model of this one.
    #[must_use]
    pub fn over(&self, context: &Context) -> Self {
        Self { store: context.store.clone(), objects: context.objects.clone(), ..self.clone() }
    }

    /// The embedding model, as soon as it is loaded.
    ///
    /// # Errors
    /// [`LibraryError::ModelNotInstalled`].
    pub async fn embedder(&self) -> Result<Embedder, LibraryError> {
        self.embedder.clone().await.ok_or(LibraryError::ModelNotInstalled)
    }

    /// The passages of the user's manuals that match best, best first, at most one per page.
    ///
    /// # Errors
    /// [`LibraryError`]. A document that is deleted or processed again meanwhile is no error.
    pub async fn search(&self, user: &UserId, query: LibraryQuery) -> Result<Vec<Hit>, LibraryError> {
        let findings = self.consult(user, query).await?;
        Ok(findings.passages.into_iter().map(|passage| passage.hit).collect())
    }

    /// As [`Self::search`], with what is needed to judge whether the passages hold an answer.
    ///
    /// # Errors
    /// [`LibraryError`].
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
        let segments = futures::stream::iter(wanted)
            .map(|document| self.segment(user.clone(), document, embedder.model_name()))
            .buffered(LOADS_AT_ONCE)
            .try_filter_map(|segment| async move { Ok(segment) })
            .try_collect::<Vec<_>>();
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
        found.map_err(|error| LibraryError::Model(InferenceError::Failed(format!("the search broke off: {error}"))))
    }

    /// What was read of one of the user's documents; `None` where there is no such document, or nothing to search in it.
    ///
    /// # Errors
    /// [`LibraryError`].
    pub async fn document(&self, user: &UserId, id: &str) -> Result<Option<Arc<Segment>>, LibraryError> {
        let Ok(id) = id.parse::<DocumentId>() else { return Ok(None) };
        let embedder = self.embedder().await?;
        let found = self.store.document(user, &id).await?.filter(|document| document.searchable);
        let Some(document) = found else { return Ok(None) };
        self.segment(user.clone(), document, embedder.model_name()).await
    }

    /// The segment of a document, or `None` where it has gone or cannot be used: the other documents
    /// can still answer. One that is damaged, of another version or of another model is made again.
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

    /// Has a document processed again, unless it is being processed.
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
    /// The search in the segments that were chosen.
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
