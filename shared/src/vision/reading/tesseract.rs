//! Tesseract, a program that reads offline.
//!
//! A picture is made grey, straight, and as large as Tesseract likes its letters ([`prepare`]), and
//! read as a page. Where that finds little, as on plates and photos, it is read once more as scattered
//! text, and the better of both counts. Words that Tesseract is unsure of are dropped: on a photo
//! without text it sees letters in every leaf.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::prepare::{Prepared, prepare};
use super::tsv::{self, Found};
use super::{ReadText, TextReader};
use crate::program::{self, ProgramError, ProgramLimits};
use crate::provider::{ProviderError, ProviderFailure};
use crate::vision::Picture;

/// Who this is in sentences.
const NAME: &str = "Text recognition";
/// The program.
const PROGRAM: &str = "tesseract";
/// Address space of one run in bytes: a page of 12 megapixels needs a sixth of it.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// Bytes that a run may write: far more than any page holds.
const OUTPUT: u64 = 8 * 1024 * 1024;
/// Page segmentation as a page of columns, headings and paragraphs.
const PAGE: &str = "3";
/// Page segmentation as scattered text.
const SCATTERED: &str = "11";
/// The shorter side, in pixels, below which nothing can be written on a picture; Tesseract fails on it.
const LEAST_SIDE: u32 = 8;
/// With fewer good characters, a picture may be no page: it is read again as scattered text.
const FEW_CHARACTERS: usize = 160;
/// Scattered text counts when it is so much better: it knows less of the order.
const BETTER: f32 = 1.15;

/// The program `tesseract`.
#[derive(Debug)]
pub struct Tesseract {
    program: String,
    languages: String,
    patience: Duration,
    /// Pictures that are read at the same time, one per processor; further ones wait.
    slots: Semaphore,
}

impl Tesseract {
    /// Reads `languages` ("eng+deu"); one picture takes at most `patience`.
    #[must_use]
    pub fn new(languages: &str, patience: Duration) -> Self {
        let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let slots = Semaphore::new(at_once);
        Self { program: PROGRAM.to_owned(), languages: languages.to_owned(), patience, slots }
    }

    async fn read_picture(&self, picture: Arc<Picture>) -> Result<ReadText, ProviderError> {
        let (width, height) = picture.size();
        if width.min(height) < LEAST_SIDE {
            return Ok(ReadText::default());
        }
        let _slot = self.slots.acquire().await.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let deadline = Instant::now() + self.patience;
        let prepared = tokio::task::spawn_blocking(move || prepare(&picture));
        let prepared = prepared.await.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let page = self.run(&prepared, PAGE, deadline).await?;
        if page.characters >= FEW_CHARACTERS {
            return Ok(ReadText::of(page.lines));
        }
        match self.run(&prepared, SCATTERED, deadline).await {
            Ok(scattered) if scattered.weight > BETTER * page.weight => Ok(ReadText::of(scattered.lines)),
            // What was read is better than nothing.
            Err(error) if page.characters == 0 => Err(error),
            _ => Ok(ReadText::of(page.lines)),
        }
    }

    async fn run(&self, prepared: &Prepared, segmentation: &str, deadline: Instant) -> Result<Found, ProviderError> {
        let limits = ProgramLimits { time: self.patience, memory: MEMORY, output: OUTPUT };
        let args = ["stdin", "stdout", "-l", &self.languages, "--psm", segmentation, "tsv"];
        let run = program::run(&self.program, &args, &prepared.pgm, limits);
        let output = timeout_at(deadline, run).await.map_err(|_| ProviderError::new(NAME, ProviderFailure::Timeout))?;
        let output = output.map_err(failure)?;
        Ok(tsv::lines(&String::from_utf8_lossy(&output), |area| prepared.on_picture(area)))
    }
}

impl TextReader for Tesseract {
    fn name(&self) -> &'static str {
        "tesseract"
    }

    fn read(&self, picture: Arc<Picture>) -> BoxFuture<'_, Result<ReadText, ProviderError>> {
        self.read_picture(picture).boxed()
    }
}

fn failure(error: ProgramError) -> ProviderError {
    let failure = match error {
        ProgramError::Missing(_) => ProviderFailure::NotConfigured {
            code: "text_reader_not_installed",
            advice: "Text recognition is not installed here. Install Tesseract (Debian and Ubuntu: apt-get install \
                     tesseract-ocr), or set OCR to another reader."
                .to_owned(),
        },
        ProgramError::TookTooLong(_) => ProviderFailure::Timeout,
        // The likeliest reason is a language that is not installed.
        error @ ProgramError::Failed(..) => ProviderFailure::Rejected(error.into()),
        error => ProviderFailure::Unavailable(error.into()),
    };
    ProviderError::new(NAME, failure)
}

#[cfg(test)]
#[path = "tesseract_tests.rs"]
mod tests;
