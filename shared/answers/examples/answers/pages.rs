//! The pages of the manuals, read as the ingest reads them, and kept.

use std::{fs, path::Path, time::Duration};

use documents::Page;
use documents::pdf::{Limits, PdfWorker};
use foundation::config::DocumentsConfig;
use images::reading::Tesseract;
use images::recognition;
use sha2::{Digest, Sha256};

use crate::Failure;

/// The manuals that the questions are about.
pub const MANUALS: &[&str] = &[
    "tm-9-2815-237-34",
    "tb-9-2510-251-13",
    "tm-10-5411-205-13",
    "mwo-9-2320-280-35-2",
    "tm-9-2920-225-34p",
    "tm-9-2320-280-10-hr",
    "LinuxCNC_Getting_Started",
    "eyes17_en",
    "faa_14_amtp_glossary",
    "scanned_tm-9-2320-280-34_lists",
];

/// The pages of a file. They are kept by its content and by this program, which is what reads it.
pub async fn pages(path: &Path, cache: &Path) -> Result<Vec<Page>, Failure> {
    let mut hash = Sha256::new();
    hash.update(fs::read(path)?);
    hash.update(fs::read(std::env::current_exe()?)?);
    let kept = cache.join(format!("{}.pages", hex::encode(hash.finalize())));
    if let Ok(bytes) = fs::read(&kept) {
        return Ok(serde_json::from_slice(&bytes)?);
    }
    let worker = PdfWorker::current_exe(DocumentsConfig::default_pdfium(), Limits::default())?;
    let mut pages = worker.extract_all(path, |_| {}).await?;
    let reader = Tesseract::new("eng", Duration::from_mins(1));
    let wanted: Vec<u32> = pages.iter().filter(|page| recognition::wanted(page)).map(|page| page.number).collect();
    let mut images = worker.render(path, wanted);
    while let Some((number, image)) = images.next().await {
        let known = pages.iter_mut().find(|page| page.number == number);
        if let (Some(page), Ok(image)) = (known, image) {
            *page = recognition::read(&reader, page.clone(), image).await?;
        }
    }
    fs::write(&kept, serde_json::to_vec(&pages)?)?;
    Ok(pages)
}
