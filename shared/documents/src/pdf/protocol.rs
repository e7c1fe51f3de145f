//! Messages of the child process on standard output: one JSON object per line.

use serde::{Deserialize, Serialize};

use super::PdfError;
use super::reader::Content;

/// One message from the child.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Message {
    /// The file is open.
    Document { pages: u32, encrypted: bool },
    /// A page; without blocks if it has no text.
    Page { number: u32, content: Content },
    /// A rendered page. Its pixels follow the line: one byte each in grey, three in colour.
    Image { number: u32, width: u32, height: u32 },
    /// A page that cannot be rendered.
    NoImage { number: u32 },
    /// The file cannot be read.
    Failed { reason: Failure },
    /// All pages are written.
    End,
}

/// Failures that the child can report. Others kill it.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Failure {
    NotAPdf,
    Empty,
    Damaged,
    PasswordProtected,
    UnsupportedEncryption,
    Unreadable,
    NoLibrary,
}

impl From<Failure> for PdfError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotAPdf => Self::NotAPdf,
            Failure::Empty => Self::Empty,
            Failure::Damaged => Self::Damaged,
            Failure::PasswordProtected => Self::PasswordProtected,
            Failure::UnsupportedEncryption => Self::UnsupportedEncryption,
            Failure::Unreadable => Self::Reader("the file could not be opened".to_owned()),
            Failure::NoLibrary => Self::NotInstalled,
        }
    }
}
