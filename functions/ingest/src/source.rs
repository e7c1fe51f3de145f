//! Getting hold of a document's file.

use shared::objects::ObjectKey;
use shared::store::{Document, Stage};
use tempfile::NamedTempFile;

use crate::failure::WorkError;
use crate::supervise::Reporter;
use crate::{LARGEST_FILE, State};

/// Percent of the whole ingest.
const DOWNLOADING: (u8, u8) = (0, 10);

/// A document's file on this machine; deleted when dropped.
#[derive(Debug)]
pub(crate) struct SourceFile {
    pub(crate) file: NamedTempFile,
    pub(crate) size: u64,
    pub(crate) etag: String,
}

impl State {
    /// The file from storage; for a document that was registered by address, fetched and stored
    /// first where that has not been done.
    pub(crate) async fn source(&self, document: &Document, report: &Reporter) -> Result<SourceFile, WorkError> {
        report.at(Stage::Downloading, DOWNLOADING.0);
        let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
        let objects = &self.context.objects;
        if objects.info(&key).await?.is_none() {
            self.import(document, &key, report).await?;
        }
        let info = objects.info(&key).await?.ok_or(shared::objects::ObjectError::NotFound)?;
        if document.source_url.is_none() && info.size != document.file_size {
            return Err(WorkError::permanent(
                "file_size_mismatch",
                format!(
                    "{} bytes were announced, but {} arrived. Please upload the file again.",
                    document.file_size, info.size
                ),
            ));
        }
        let file = temporary()?;
        objects.download(&key, file.path(), LARGEST_FILE).await?;
        report.at(Stage::Downloading, DOWNLOADING.1);
        Ok(SourceFile { file, size: info.size, etag: info.etag })
    }

    async fn import(&self, document: &Document, key: &ObjectKey, report: &Reporter) -> Result<(), WorkError> {
        let Some(url) = &document.source_url else { return Err(shared::objects::ObjectError::NotFound.into()) };
        let file = temporary()?;
        let on_bytes = |bytes, total: Option<u64>| {
            let total = total.unwrap_or(document.file_size).max(bytes);
            report.part(Stage::Downloading, DOWNLOADING, bytes, total);
        };
        self.fetcher.download(url, file.path(), on_bytes).await?;
        self.context.objects.put_file(key, "application/pdf", file.path()).await?;
        Ok(())
    }
}

pub(crate) fn temporary() -> std::io::Result<NamedTempFile> {
    tempfile::Builder::new().prefix("intellimaint-").suffix(".pdf").tempfile()
}
