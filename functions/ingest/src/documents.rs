//! The ingest of a document.

use std::fmt;
use std::sync::OnceLock;

use documents::Page;
use foundation::ids::{DocumentId, UserId};
use foundation::provider::{Cause, ProviderError};
use foundation::telemetry;
use shared::objects::ObjectKey;
use shared::store::{Claim, Document, DocumentStatus, Failure, Ingested, Run, Stage, StoreResult};

use crate::failure::WorkError;
use crate::reading::Reading;
use crate::source::SourceFile;
use crate::supervise::Reporter;
use crate::work::{Work, later};
use crate::{App, Outcome};

/// Percent of the whole ingest.
const READING: (u8, u8, u8) = (10, 30, 40);
const SAVING: u8 = 95;

/// A document that is to be ingested.
struct Ingest<'a> {
    app: &'a App,
    user: &'a UserId,
    id: &'a DocumentId,
    /// The tag of the file, once it is there.
    etag: OnceLock<String>,
}

impl App {
    /// A document's file was put.
    pub(crate) async fn document_file_arrived(&self, user: &UserId, id: &DocumentId) -> Outcome {
        let ingest = Ingest::new(self, user, id);
        let document = match self.context.store.document(user, id).await {
            Ok(Some(document)) if document.status != DocumentStatus::Deleting => document,
            Ok(_) => return ingest.clean_up().await,
            Err(error) => return later(&error),
        };
        match (document.status, &document.source_url) {
            (DocumentStatus::Ready | DocumentStatus::Failed, _) => self.check_file(&document).await,
            // The file of an imported document was put by its import, which goes on by itself.
            (_, Some(_)) => Outcome::Done,
            (_, None) => self.run(&ingest, Some(user)).await,
        }
    }

    /// An import or another ingest of a document was asked for.
    pub(crate) async fn document_requested(&self, user: &UserId, id: &DocumentId) -> Outcome {
        let ingest = Ingest::new(self, user, id);
        match self.context.store.document(user, id).await {
            Ok(Some(document)) if document.status == DocumentStatus::Processing => self.run(&ingest, Some(user)).await,
            Ok(Some(document)) if document.status == DocumentStatus::Failed => match self.check_file(&document).await {
                Outcome::Done => ingest.settle().await,
                other => other,
            },
            Ok(Some(document)) if document.status != DocumentStatus::Deleting => ingest.settle().await,
            Ok(_) => ingest.clean_up().await,
            Err(error) => later(&error),
        }
    }

    /// A put never starts a finished document again. Where its file is another than the one that was read and
    /// counted, it is not kept: a citation would open what it does not cite. What was read stays.
    async fn check_file(&self, document: &Document) -> Outcome {
        let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
        let found = match self.context.objects.info(&key).await {
            Ok(Some(found)) => found,
            Ok(None) => return Outcome::Done,
            Err(error) => return later(&error),
        };
        let is_known = match &document.source_etag {
            Some(etag) => *etag == found.etag,
            None => document.file_size == found.size,
        };
        if is_known {
            return Outcome::Done;
        }
        tracing::info!(document = %document.id, "the file of a finished document was replaced, and is not kept");
        match self.context.store.note_replaced_file(document, &replaced()).await {
            Ok(true) => {}
            Ok(false) => return Outcome::Retry,
            Err(error) => return later(&error),
        }
        match self.context.objects.delete(&key).await {
            Ok(()) => Outcome::Done,
            Err(error) => later(&error),
        }
    }
}

impl<'a> Ingest<'a> {
    fn new(app: &'a App, user: &'a UserId, id: &'a DocumentId) -> Self {
        Self { app, user, id, etag: OnceLock::new() }
    }

    fn key(&self, kind: fn(UserId, DocumentId) -> ObjectKey) -> ObjectKey {
        kind(self.user.clone(), self.id.clone())
    }

    /// The tag of the file that was read, which may have been replaced by a better one meanwhile; else of the one that is
    /// there, so that an event for the same file does not start it again.
    async fn source_etag(&self) -> Option<String> {
        if let Some(etag) = self.etag.get() {
            return Some(etag.clone());
        }
        let info = self.app.context.objects.info(&self.key(ObjectKey::Source)).await;
        info.ok().flatten().map(|info| info.etag)
    }
}

impl fmt::Display for Ingest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {}", self.id)
    }
}

impl Work for Ingest<'_> {
    type Item = Document;
    type Found = Ingested;

    async fn claim(&self) -> StoreResult<Claim<Document>> {
        self.app.context.store.claim_document(self.user, self.id).await
    }

    fn attempt(document: &Document) -> u32 {
        document.attempts
    }

    async fn process(&self, run: &Run, document: &Document, report: &Reporter) -> Result<Ingested, WorkError> {
        let app = self.app;
        let SourceFile { file, size, etag } = app.source(run, document, report).await?;
        let etag = self.etag.get_or_init(|| etag).clone();
        let Reading { pages, unread } = match app.take_reading(self.user, file.path()).await {
            Some(kept) => kept,
            None => app.read_file(file.path(), report, READING).await?,
        };
        drop(file);
        let recognised = pages.iter().filter(|page| page.recognised && page.has_text).count();
        let (count, without_text) = count(&pages).ok_or_else(|| no_text(pages.len(), unread.as_ref()))?;
        let indexed = app.index(document, pages, report).await?;

        report.at(Stage::Saving, SAVING);
        let objects = &app.context.objects;
        objects.put(&self.key(ObjectKey::Pages), "application/json", indexed.pages).await?;
        objects.put(&self.key(ObjectKey::Segment), "application/octet-stream", indexed.segment).await?;
        telemetry::count_pages(u64::from(count));
        Ok(Ingested {
            file_size: size,
            pages: count,
            pages_without_text: without_text,
            pages_recognised: u32::try_from(recognised).unwrap_or(u32::MAX),
            chunks: indexed.chunks,
            source_etag: etag,
        })
    }

    async fn finish(&self, run: &Run, document: &Document, found: &Ingested) -> StoreResult<bool> {
        self.app.context.store.finish_document(run, document, found).await
    }

    /// A file that is not kept counts neither in the bucket nor for the plan.
    async fn fail(&self, run: &Run, document: &Document, error: WorkError) -> Result<bool, Cause> {
        let (store, objects) = (&self.app.context.store, &self.app.context.objects);
        // What was fetched can be fetched again; what an earlier ingest read is still cited.
        let is_import = document.source_url.is_some() && !document.searchable;
        let is_kept = !is_import && !matches!(error, WorkError::Refused(_));
        let Some(failure) = error.into_failure() else { return Ok(false) };
        if is_kept {
            let etag = self.source_etag().await;
            return Ok(store.fail_run(run, &failure, etag.as_deref()).await?);
        }
        let is_recorded = store.fail_without_file(run, &failure).await?;
        if is_recorded {
            // Where this fails, the event comes again, and finds a file that does not count.
            objects.delete(&self.key(ObjectKey::Source)).await?;
        }
        Ok(is_recorded)
    }

    /// The request is forgotten. One that stays is passed over when it is seen again.
    async fn settle(&self) -> Outcome {
        if let Err(error) = self.app.context.objects.delete(&self.key(ObjectKey::Request)).await {
            tracing::debug!(%error, "a request was not deleted");
        }
        Outcome::Done
    }

    async fn is_there(&self) -> StoreResult<bool> {
        let found = self.app.context.store.document(self.user, self.id).await?;
        Ok(found.is_some_and(|document| document.status != DocumentStatus::Deleting))
    }

    /// What a run, or a late upload, has stored.
    async fn clean_up(&self) -> Outcome {
        tracing::info!(document = %self.id, "an event for a document that is gone");
        match self.app.context.objects.delete_ingested(self.user, self.id).await {
            Ok(()) => Outcome::Done,
            Err(error) => later(&error),
        }
    }
}

fn replaced() -> Failure {
    let message = "The file of this document was replaced after it had been read, and the new one was not kept. What \
                   was read can still be searched. To read the new file, upload it as a document of its own.";
    Failure::new("file_replaced", message)
}

/// Pages, and those among them without text, where at least one has some.
fn count(pages: &[Page]) -> Option<(u32, u32)> {
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    let without_text = u32::try_from(pages.iter().filter(|page| !page.has_text).count()).unwrap_or(u32::MAX);
    (without_text < count).then_some((count, without_text))
}

/// A document of which no page can be read; `unread` is why its pictures were not read, if they were
/// not.
pub(crate) fn no_text(pages: usize, unread: Option<&ProviderError>) -> WorkError {
    let subject = match pages {
        1 => "The only page of this document holds".to_owned(),
        pages => format!("The {pages} pages of this document hold"),
    };
    let recognition = match unread.map(ProviderError::code) {
        None => "and text recognition found none on them.",
        Some("text_reader_not_configured") => {
            "and text recognition is switched off here. If it is scanned, it cannot be searched."
        }
        Some("text_reader_not_installed") => {
            "and text recognition (Tesseract) is not installed here. If it is scanned, it cannot be searched."
        }
        Some(_) => "and text recognition failed. Please process it again later.",
    };
    WorkError::permanent("no_text", format!("{subject} no readable text, {recognition}"))
}
