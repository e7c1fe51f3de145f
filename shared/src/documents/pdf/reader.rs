//! Opening a PDF and reading one page, with `pdf_oxide`. Runs in the child only.

use std::{
    fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

use pdf_oxide::{document::PdfDocument, error::Error};

use super::{layout, picture, protocol::Failure};
use crate::documents::{Line, normalize};

/// A PDF header may be preceded by this many bytes of other data (ISO 32000-1, annex H.3.4.1).
const HEADER_WINDOW: usize = 1024;

/// No printed page holds more text; more is a bomb.
const MAX_PAGE_BYTES: usize = 1 << 20;

/// An opened PDF whose content may be read.
pub(super) struct Reader {
    document: PdfDocument,
    pages: u32,
}

impl Reader {
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let bytes = fs::read(path).map_err(|_| Failure::Unreadable)?;
        Self::from_bytes(bytes)
    }

    pub(super) fn from_bytes(bytes: Vec<u8>) -> Result<Self, Failure> {
        if bytes.is_empty() {
            return Err(Failure::Empty);
        }
        let head = bytes.get(..HEADER_WINDOW).unwrap_or(&bytes);
        if !head.windows(5).any(|window| window == b"%PDF-") {
            return Err(Failure::NotAPdf);
        }
        catch_unwind(AssertUnwindSafe(|| Self::parse(bytes))).unwrap_or(Err(Failure::Damaged))
    }

    fn parse(bytes: Vec<u8>) -> Result<Self, Failure> {
        let document = PdfDocument::from_bytes(bytes).map_err(|error| failure(&error))?;
        if document.is_encrypted() {
            // Most protected manuals have an empty user password: they open for everyone.
            match document.authenticate(b"") {
                Ok(true) => {}
                Ok(false) => return Err(Failure::PasswordProtected),
                Err(_) => return Err(Failure::UnsupportedEncryption),
            }
        }
        let pages = document.page_count().map_err(|error| failure(&error))?;
        let pages = u32::try_from(pages).map_err(|_| Failure::Damaged)?;
        Ok(Self { document, pages })
    }

    pub(super) fn pages(&self) -> u32 {
        self.pages
    }

    pub(super) fn is_encrypted(&self) -> bool {
        self.document.is_encrypted()
    }

    /// Lines of a page, counted from 1. A page that cannot be read has none: one bad page must
    /// not cost the other six hundred.
    pub(super) fn page(&self, number: u32) -> Vec<Line> {
        let index = usize::try_from(number.saturating_sub(1)).unwrap_or(usize::MAX);
        let spans = catch_unwind(AssertUnwindSafe(|| self.document.extract_spans(index)));
        let Ok(Ok(spans)) = spans else {
            return Vec::new();
        };
        let size: usize = spans.iter().map(|span| span.text.len()).sum();
        if size > MAX_PAGE_BYTES || !normalize::is_readable(spans.iter().map(|s| s.text.as_str())) {
            return Vec::new();
        }
        layout::lines(spans)
    }

    /// A page, counted from 1, as a [`picture`] of at most so many pixels.
    pub(super) fn picture(&self, number: u32, most_pixels: u64) -> Option<picture::Grey> {
        picture::of(&self.document, usize::try_from(number.saturating_sub(1)).ok()?, most_pixels)
    }
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::EncryptedPdf => Failure::PasswordProtected,
        Error::InvalidHeader(_) => Failure::NotAPdf,
        _ => Failure::Damaged,
    }
}
