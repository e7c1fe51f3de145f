//! The ingest of a document.

use std::sync::OnceLock;

use documents::Page;
use foundation::ids::{DocumentId, UserId};
use foundation::provider::ProviderError;
use foundation::telemetry;
use shared::objects::ObjectKey;
use shared::store::{Claim, Document, DocumentStatus, Failure, Ingested, Place, Run, Stage};

use crate::failure::{ATTEMPTS, WorkError, standing};
use crate::reading::Reading;
use crate::source::SourceFile;
use crate::supervise::{Hold, Reporter, reporter, supervised};
use crate::{App, Outcome};

/// Percent of the whole ingest.
const READING: (u8, u8, u8) = (10, 30, 40);
const SAVING: u8 = 95;

impl App {
    /// A document's file was put.
    pub(crate) async fn document_file_arrived(&self, user: &UserId, id: &DocumentId) -> Outcome {
        let document = match self.context.store.document(user, id).await {
            Ok(Some(document)) if document.status != DocumentStatus::Deleting => document,
            Ok(_) => return self.clean_up(user, id).await,
            Err(error) => return later(&error),
        };
        match (document.status, &document.source_url) {
            (DocumentStatus::Ready | DocumentStatus::Failed, _) => self.check_file(&document).await,
            // The file of an imported document was put by its import, which goes on by itself.
            (_, Some(_)) => Outcome::Done,
            (_, None) => self.ingest(user, id).await,
        }
    }

    /// An import or another ingest of a document was asked for.
    pub(crate) async fn document_requested(&self, user: &UserId, id: &DocumentId) -> Outcome {
        match self.context.store.document(user, id).await {
            Ok(Some(document)) if document.status == DocumentStatus::Processing => self.ingest(user, id).await,
            Ok(Some(document)) if document.status == DocumentStatus::Failed => match self.check_file(&document).await {
                Outcome::Done => self.forget_request(user, id).await,
                other => other,
            },
            Ok(Some(document)) if document.status != DocumentStatus::Deleting => self.forget_request(user, id).await,
            Ok(_) => self.clean_up(user, id).await,
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

    /// Ingests a document, where its owner has a place for it.
    async fn ingest(&self, user: &UserId, id: &DocumentId) -> Outcome {
        let place = match self.context.store.take_place(user).await {
            Ok(Some(place)) => place,
            Ok(None) => return Outcome::Wait,
            Err(error) => return later(&error),
        };
        let outcome = self.ingest_in(&place, user, id).await;
        self.leave(&place).await;
        outcome
    }

    /// Makes a place free again; one that stays is free when its lease has ended.
    pub(crate) async fn leave(&self, place: &Place) {
        if let Err(error) = self.context.store.leave_place(place).await {
            tracing::debug!(%error, "a place was not left");
        }
    }

    async fn ingest_in(&self, place: &Place, user: &UserId, id: &DocumentId) -> Outcome {
        let (run, document) = match self.context.store.claim_document(user, id).await {
            Ok(Claim::Taken(run, document)) => (run, document),
            Ok(Claim::Busy) => return Outcome::Retry,
            Ok(Claim::Idle(Some(_))) => return Outcome::Done,
            Ok(Claim::Idle(None)) => return self.clean_up(user, id).await,
            Err(error) => return later(&error),
        };
        tracing::info!(document = %id, attempt = document.attempts, "ingest begins");
        let seen = OnceLock::new();
        let result = if document.attempts > ATTEMPTS {
            Err(WorkError::Permanent(WorkError::interrupted()))
        } else {
            let (report, reports) = reporter();
            let hold = Hold { run: &run, place: Some(place) };
            supervised(&self.context, hold, reports, Box::pin(self.process(&run, &document, &report, &seen))).await
        };
        let result = match result {
            Ok(found) => standing(self.context.store.finish_document(&run, &found).await),
            Err(error) => Err(error),
        };
        self.conclude(&run, &document, seen.into_inner(), result).await
    }

    /// Records how a run ended, and says what becomes of its event. `read` is the tag of the file, once
    /// it was there.
    async fn conclude(
        &self,
        run: &Run,
        document: &Document,
        read: Option<String>,
        result: Result<(), WorkError>,
    ) -> Outcome {
        let (user, id) = (&document.user_id, &document.id);
        // What was fetched can be fetched again; what an earlier ingest read is still cited.
        let is_import = document.source_url.is_some() && !document.searchable;
        let (failure, is_kept) = match result {
            Ok(()) => {
                tracing::info!(document = %id, "ingest ends: ready");
                return self.forget_request(user, id).await;
            }
            Err(WorkError::Refused(failure)) => (failure, false),
            Err(WorkError::Lost) => return self.lost(user, id).await,
            Err(WorkError::Passing(failure)) if document.attempts < ATTEMPTS => {
                tracing::info!(document = %id, code = failure.code, "ingest will be tried again");
                return match self.context.store.release_run(run).await {
                    Ok(false) => self.lost(user, id).await,
                    // An unreleased claim only makes the next attempt wait for its end.
                    _ => Outcome::Retry,
                };
            }
            Err(WorkError::Passing(failure) | WorkError::Permanent(failure)) => (failure, !is_import),
        };
        tracing::info!(document = %id, code = failure.code, "ingest ends: failed");
        if !is_kept {
            return self.fail_without_file(run, document, &failure).await;
        }
        // The file that was read, which may have been replaced by a better one meanwhile.
        let etag = match read {
            Some(etag) => Some(etag),
            None => self.source_etag(user, id).await,
        };
        match self.context.store.fail_run(run, &failure, etag.as_deref()).await {
            Ok(true) => self.forget_request(user, id).await,
            Ok(false) => self.lost(user, id).await,
            Err(error) => later(&error),
        }
    }

    /// A run failed whose file is not kept: neither the bucket nor the plan holds it any more.
    async fn fail_without_file(&self, run: &Run, document: &Document, failure: &Failure) -> Outcome {
        let (user, id) = (&document.user_id, &document.id);
        match self.context.store.fail_without_file(run, failure).await {
            Ok(true) => {}
            Ok(false) => return self.lost(user, id).await,
            Err(error) => return later(&error),
        }
        // Where this fails, the event comes again, and finds a file that does not count.
        match self.context.objects.delete(&ObjectKey::Source(user.clone(), id.clone())).await {
            Ok(()) => self.forget_request(user, id).await,
            Err(error) => later(&error),
        }
    }

    /// `read` is told the tag of the file.
    async fn process(
        &self,
        run: &Run,
        document: &Document,
        report: &Reporter,
        read: &OnceLock<String>,
    ) -> Result<Ingested, WorkError> {
        let SourceFile { file, size, etag } = self.source(run, document, report).await?;
        let etag = read.get_or_init(|| etag).clone();
        let Reading { pages, unread } = match self.take_reading(&document.user_id, file.path()).await {
            Some(kept) => kept,
            None => self.read_file(file.path(), report, READING).await?,
        };
        drop(file);
        let recognised = pages.iter().filter(|page| page.recognised && page.has_text).count();
        let (count, without_text) = count(&pages).ok_or_else(|| no_text(pages.len(), unread.as_ref()))?;
        let indexed = self.index(document, pages, report).await?;

        report.at(Stage::Saving, SAVING);
        let (user, id) = (document.user_id.clone(), document.id.clone());
        let objects = &self.context.objects;
        objects.put(&ObjectKey::Pages(user.clone(), id.clone()), "application/json", indexed.pages).await?;
        objects.put(&ObjectKey::Segment(user, id), "application/octet-stream", indexed.segment).await?;
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

    /// The tag of a document's file, so that an event for the same file does not start it again.
    async fn source_etag(&self, user: &UserId, id: &DocumentId) -> Option<String> {
        let key = ObjectKey::Source(user.clone(), id.clone());
        self.context.objects.info(&key).await.ok().flatten().map(|info| info.etag)
    }

    /// The claim of a run does not stand any more.
    async fn lost(&self, user: &UserId, id: &DocumentId) -> Outcome {
        let found = self.context.store.document(user, id).await;
        match found {
            Ok(Some(document)) if document.status != DocumentStatus::Deleting => Outcome::Done,
            Ok(_) => self.clean_up(user, id).await,
            Err(error) => later(&error),
        }
    }

    /// Deletes what a run, or a late upload, has stored for a document that is gone, or is going.
    async fn clean_up(&self, user: &UserId, id: &DocumentId) -> Outcome {
        tracing::info!(document = %id, "an event for a document that is gone");
        match self.context.objects.delete_ingested(user, id).await {
            Ok(()) => Outcome::Done,
            Err(error) => later(&error),
        }
    }

    async fn forget_request(&self, user: &UserId, id: &DocumentId) -> Outcome {
        let deleted = self.context.objects.delete(&ObjectKey::Request(user.clone(), id.clone())).await;
        if let Err(error) = deleted {
            // One that stays is passed over when it is seen again.
            tracing::debug!(%error, "a request was not deleted");
        }
        Outcome::Done
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

/// Storage failed: the event is delivered again.
pub(crate) fn later(error: &dyn std::error::Error) -> Outcome {
    tracing::warn!(%error, cause = error.source().map(ToString::to_string), "an event is given back");
    Outcome::Retry
}
