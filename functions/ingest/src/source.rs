//! Getting hold of a document's file.

use std::time::Duration;

use foundation::fetch::LARGEST_DOCUMENT;
use shared::Context;
use shared::objects::{ObjectError, ObjectKey};
use shared::store::{Booking, Document, Run, Stage, size_mismatch};
use tempfile::NamedTempFile;

use crate::App;
use crate::failure::{WorkError, too_large};
use crate::supervise::Reporter;

/// Percent of the whole ingest.
const DOWNLOADING: (u8, u8) = (0, 10);
/// Milliseconds between the tries to count a file while others are kept.
const PAUSES: [u64; 7] = [10, 20, 50, 100, 200, 400, 800];

/// A document's file on this machine; deleted when dropped.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) file: NamedTempFile,
    pub(crate) size: u64,
    pub(crate) etag: String,
}

impl App {
    /// The file from storage; for a document that was registered by address, fetched and stored
    /// first where that has not been done.
    ///
    /// What the plan allows is counted by the bytes that are really there: a file that is too large, that has another
    /// size than its upload was announced with, or for which the plan has no room is refused.
    pub(crate) async fn source(
        &self,
        run: &Run,
        document: &Document,
        report: &Reporter,
    ) -> Result<SourceFile, WorkError> {
        report.at(Stage::Downloading, DOWNLOADING.0);
        let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
        let objects = &self.context.objects;
        let (booked, info) = if let Some(info) = objects.info(&key).await? {
            (document.file_size, info)
        } else {
            let booked = self.import(run, document, &key, report).await?;
            (booked, objects.info(&key).await?.ok_or(ObjectError::NotFound)?)
        };
        if info.size > LARGEST_DOCUMENT {
            return Err(WorkError::Refused(too_large(LARGEST_DOCUMENT)));
        }
        if info.size != booked {
            if document.source_url.is_none() {
                return Err(WorkError::Refused(size_mismatch(booked, info.size)));
            }
            self.book(run, document, info.size).await?;
        }
        let file = temporary()?;
        if objects.download(&key, file.path(), LARGEST_DOCUMENT).await? != info.etag {
            return Err(WorkError::passing("file_replaced", "This file was replaced while it was read."));
        }
        report.at(Stage::Downloading, DOWNLOADING.1);
        Ok(SourceFile { file, size: info.size, etag: info.etag })
    }

    /// Counts the bytes of a document's file, where its owner's plan has room for them.
    async fn book(&self, run: &Run, document: &Document, size: u64) -> Result<(), WorkError> {
        let Context { store, billing, .. } = &self.context;
        for pause in PAUSES {
            let room = billing.check_size(document, size).await?;
            match store.book_document(run, size, room).await {
                Ok(Booking::Done) => return Ok(()),
                Ok(Booking::Lost) => return Err(WorkError::Lost),
                // Another document was kept at the same moment: look again.
                Ok(Booking::Overtaken) => {}
                Err(error) if error.is_passing() => {}
                Err(error) => return Err(error.into()),
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Err(WorkError::passing("busy", "Too many documents are kept at once. Please try again in a moment."))
    }

    /// Fetches and stores the file; the bytes that were counted for it.
    async fn import(
        &self,
        run: &Run,
        document: &Document,
        key: &ObjectKey,
        report: &Reporter,
    ) -> Result<u64, WorkError> {
        let Some(url) = &document.source_url else { return Err(ObjectError::NotFound.into()) };
        let file = temporary()?;
        let on_bytes = |bytes, total: Option<u64>| {
            let total = total.unwrap_or(document.file_size).max(bytes);
            report.part(Stage::Downloading, DOWNLOADING, bytes, total);
        };
        let size = self.fetcher.download(url, file.path(), on_bytes).await?;
        // Before it is stored, so that nothing is that does not count. What was announced binds nobody here: the file
        // lies elsewhere, and may be a newer one.
        if size != document.file_size {
            self.book(run, document, size).await?;
        }
        self.context.objects.put_file(key, "application/pdf", file.path()).await?;
        Ok(size)
    }
}

pub(crate) fn temporary() -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix("intellimaint-").suffix(".pdf").tempfile()
}
