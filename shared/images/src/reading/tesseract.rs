//! Text recognition by Tesseract, an offline program.
//!
//! A picture is made dark on light, straight, free of ruled lines, and scaled to a suitable size of letters
//! ([`prepare`]), and read as a page. Further passes follow only if necessary:
//!
//! - If words are hard to read or vertical, the picture is read in another orientation ([`super::turn`]).
//! - If there are few words, as on plates and photos, it is read again as scattered text, and the better result counts.
//! - Letters outside words, such as single digits in the cells of a table, are read again separately.
//!
//! Words with low confidence are dropped: on a photo without text, Tesseract sees letters in every leaf.

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};

use super::prepare::{Prepared, prepare};
use super::tsv::{self, Line, ReadPage};
use super::{ReadLine, ReadText, ReadWord, TextReader};
use crate::Picture;
use crate::picture::QuarterTurn;
use foundation::program::{self, ProgramError, ProgramLimits};
use foundation::provider::{ProviderError, ProviderFailure};

/// The name that begins the sentences of errors.
const NAME: &str = "Text recognition";
/// The program.
pub(super) const PROGRAM: &str = "tesseract";
/// Address space of a run in bytes. A page of 12 megapixels needs a sixth of it.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// Maximum output of a run in bytes, far more than any page needs.
const OUTPUT: u64 = 8 * 1024 * 1024;
/// Page segmentation as a page of columns, headings and paragraphs.
const PAGE: &str = "3";
/// Page segmentation as one block of lines, which also reads single letters.
const BLOCK: &str = "6";
/// Page segmentation as scattered text.
const SCATTERED: &str = "11";
/// Minimum length of the shorter side in pixels. Tesseract fails on smaller pictures.
const LEAST_SIDE: u32 = 8;
/// Pictures with fewer confident characters are read again as scattered text.
const FEW_CHARACTERS: usize = 160;
/// Factor by which the result of scattered text must be better, since it has less order.
const BETTER: f32 = 1.15;

/// The program `tesseract` with its settings.
#[derive(Debug)]
pub struct Tesseract {
    program: String,
    languages: String,
    timeout: Duration,
    /// Limits the number of pictures that are read at a time to one per processor.
    slots: Semaphore,
}

impl Tesseract {
    /// Reads `languages` ("eng+deu"). One picture may take at most `timeout`.
    #[must_use]
    pub fn new(languages: &str, timeout: Duration) -> Self {
        let at_once = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let slots = Semaphore::new(at_once);
        Self { program: PROGRAM.to_owned(), languages: languages.to_owned(), timeout, slots }
    }

    async fn read_picture(&self, picture: Arc<Picture>) -> Result<ReadText, ProviderError> {
        let (width, height) = picture.size();
        if width.min(height) < LEAST_SIDE {
            return Ok(ReadText::default());
        }
        let _slot = self.slots.acquire().await.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let deadline = Instant::now() + self.timeout;
        let first = self.look(&picture, QuarterTurn::None, deadline).await?;
        let mut best = match self.other_way_up(&picture, &first, deadline).await {
            Some(turned) => turned,
            None => first,
        };
        if best.found.characters >= FEW_CHARACTERS {
            self.add_what_is_left(&mut best, deadline).await;
        }
        Ok(best.into_text())
    }

    /// Reads a picture in one orientation.
    pub(super) async fn look(
        &self,
        picture: &Arc<Picture>,
        turn: QuarterTurn,
        deadline: Instant,
    ) -> Result<Attempt, ProviderError> {
        let picture = picture.clone();
        let prepared = tokio::task::spawn_blocking(move || {
            let prepared = prepare(&picture, turn);
            let pgm = prepared.pgm();
            (prepared, pgm)
        });
        let (prepared, pgm) = prepared.await.map_err(|error| ProviderError::unavailable(NAME, error))?;
        let page = tsv::lines(&self.words(&pgm, PAGE, deadline).await?);
        if page.characters >= FEW_CHARACTERS {
            return Ok(Attempt { prepared, found: page });
        }
        let scattered = self.words(&pgm, SCATTERED, deadline).await;
        let found = match scattered.map(|output| tsv::lines(&output)) {
            Ok(scattered) if scattered.weight > BETTER * page.weight => scattered,
            // What was read is better than nothing.
            Err(error) if page.characters == 0 => return Err(error),
            _ => page,
        };
        Ok(Attempt { prepared, found })
    }

    /// Reads letters outside words. If that fails, nothing is lost.
    async fn add_what_is_left(&self, attempt: &mut Attempt, deadline: Instant) {
        let words = attempt.found.lines.iter().flat_map(|line| &line.words).map(|word| word.area);
        let Some(left) = attempt.prepared.left_over(words) else { return };
        let mut readings = Vec::new();
        for (pgm, scale) in left.sizes() {
            match self.words(&pgm, BLOCK, deadline).await {
                Ok(output) => readings.push((tsv::cells(&output), scale)),
                Err(error) => tracing::debug!(%error, "overlooked letters cannot be read"),
            }
        }
        left.cells(readings).into_iter().for_each(|cell| attempt.found.add(cell));
    }

    /// The words of a picture with this page segmentation.
    async fn words(&self, pgm: &[u8], segmentation: &str, deadline: Instant) -> Result<String, ProviderError> {
        self.run(pgm, &["-l", &self.languages, "--psm", segmentation, "tsv"], deadline).await
    }

    /// Runs the program on a picture with these options.
    pub(super) async fn run(&self, pgm: &[u8], options: &[&str], deadline: Instant) -> Result<String, ProviderError> {
        let limits = ProgramLimits { time: self.timeout, memory: MEMORY, output: OUTPUT };
        let args = [&["stdin", "stdout"], options].concat();
        let run = program::run(&self.program, &args, pgm, limits);
        let output = timeout_at(deadline, run).await.map_err(|_| ProviderError::new(NAME, ProviderFailure::Timeout))?;
        let output = output.map_err(failure)?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }
}

/// The result of reading a picture in one orientation.
pub(super) struct Attempt {
    pub(super) prepared: Prepared,
    pub(super) found: ReadPage,
}

impl Attempt {
    fn into_text(self) -> ReadText {
        let Self { prepared, found } = self;
        let lines = found.lines.into_iter().filter_map(|line| placed(line, &prepared)).collect();
        ReadText { rules: prepared.rules(), turn: prepared.turn, ..ReadText::of(lines) }
    }
}

/// Maps a line to the picture.
fn placed(line: Line, prepared: &Prepared) -> Option<ReadLine> {
    let (text, confidence) = (line.text(), line.confidence());
    let area = prepared.on_picture(line.area()?)?;
    let word = |word: tsv::Word| {
        let (area, upright) = (prepared.on_picture(word.area)?, prepared.upright(word.area)?);
        Some(ReadWord { text: word.text, confidence: word.confidence, area, upright })
    };
    Some(ReadLine { text, confidence, area, words: line.words.into_iter().filter_map(word).collect() })
}

impl TextReader for Tesseract {
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
