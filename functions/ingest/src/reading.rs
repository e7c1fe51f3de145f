//! Reading a file: its pages, with what is recognised on them.
//!
//! The frontend extracts the text of a manual first and registers the same file right after. What was read
//! for the job is kept for its owner, and taken by the ingest that comes with the same bytes.

use std::io::Read;
use std::path::Path;

use documents::Page;
use documents::pdf::PageProgress;
use foundation::ids::UserId;
use foundation::provider::ProviderError;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shared::objects::{ObjectError, ObjectKey};
use shared::store::Stage;

use crate::App;
use crate::failure::WorkError;
use crate::supervise::Reporter;

/// What a reading is written as; pages of another version are read again.
const VERSION: u32 = 2;
/// The largest reading that is kept, in bytes.
const LARGEST: usize = 128 << 20;

/// What was read of a file.
pub(crate) struct Reading {
    pub(crate) pages: Vec<Page>,
    /// Why some pages could not be recognised.
    pub(crate) unread: Option<ProviderError>,
}

/// A reading as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    pages: Vec<Page>,
}

impl App {
    /// Reads a file, with progress between `from` and `to` percent, of which recognising has the part
    /// from `middle` on.
    pub(crate) async fn read_file(
        &self,
        path: &Path,
        report: &Reporter,
        (from, middle, to): (u8, u8, u8),
    ) -> Result<Reading, WorkError> {
        let on_page =
            |read: PageProgress| report.part(Stage::Reading, (from, middle), read.done.into(), read.total.into());
        report.at(Stage::Reading, from);
        let pages = self.pdf.extract_all(path, on_page).await?;
        let on_picture = |done, total| report.part(Stage::Recognising, (middle, to), done, total);
        let (pages, unread) = self.recognise(path, pages, &on_picture).await?;
        Ok(Reading { pages, unread })
    }

    /// Keeps a whole reading for the ingest of the same file. That this fails costs time and nothing else.
    pub(crate) async fn keep_reading(&self, owner: &UserId, path: &Path, reading: &Reading) {
        if reading.unread.is_some() {
            return;
        }
        let Ok(key) = reading_key(owner, path).await else { return };
        let kept = Kept { version: VERSION, pages: reading.pages.clone() };
        let bytes = tokio::task::spawn_blocking(move || serde_json::to_vec(&kept)).await;
        let Ok(Ok(bytes)) = bytes else { return };
        if bytes.len() > LARGEST {
            return;
        }
        if let Err(error) = self.context.objects.put(&key, "application/json", bytes).await {
            tracing::warn!(%error, "a reading was not kept");
        }
    }

    /// The reading that was kept of this file, which is given once: a document that is processed again is
    /// read again.
    pub(crate) async fn take_reading(&self, owner: &UserId, path: &Path) -> Option<Reading> {
        let key = reading_key(owner, path).await.ok()?;
        let objects = &self.context.objects;
        let bytes = match objects.get(&key, LARGEST as u64).await {
            Ok(bytes) => bytes,
            Err(ObjectError::NotFound) => return None,
            Err(error) => {
                tracing::warn!(%error, "a reading that was kept cannot be taken");
                return None;
            }
        };
        if let Err(error) = objects.delete(&key).await {
            tracing::warn!(%error, "a reading that was taken stays");
        }
        let kept: Kept = tokio::task::spawn_blocking(move || serde_json::from_slice(&bytes)).await.ok()?.ok()?;
        (kept.version == VERSION).then_some(Reading { pages: kept.pages, unread: None })
    }
}

async fn reading_key(owner: &UserId, path: &Path) -> std::io::Result<ObjectKey> {
    let path = path.to_owned();
    let digest = tokio::task::spawn_blocking(move || digest(&path)).await.map_err(std::io::Error::other)??;
    Ok(ObjectKey::Reading(owner.clone(), digest))
}

fn digest(path: &Path) -> std::io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
}
