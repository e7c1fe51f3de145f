//! Why a PDF cannot be read, in words for the user who uploaded it.

use foundation::ApiError;

/// Why a PDF cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The file does not start like a PDF.
    #[error("This file is not a PDF.")]
    NotAPdf,
    /// The file is empty.
    #[error("This file is empty.")]
    Empty,
    /// The file begins like a PDF, but the rest cannot be read.
    #[error("This PDF is damaged or incomplete. Please export or download it again and upload the new copy.")]
    Damaged,
    /// The file requires a password.
    #[error("This PDF is protected by a password. Please upload a copy without the password.")]
    PasswordProtected,
    /// The file is encrypted with an unsupported method.
    #[error("This PDF is encrypted in a way that is not supported. Please upload an unencrypted copy.")]
    UnsupportedEncryption,
    /// Reading exceeded the time limit.
    #[error("Reading this PDF took too long. Please split it, or export it again from its source.")]
    TookTooLong,
    /// Reading exceeded the memory limit.
    #[error("Reading this PDF needs too much memory. Please split it, or export it again from its source.")]
    NeedsTooMuchMemory,
    /// No page has text. Most likely each page is a scanned image.
    #[error("This PDF holds no readable text on its {pages} page(s): they are scanned images or drawings.")]
    ImageOnly {
        /// Number of pages in the file.
        pages: u32,
    },
    /// The file has more pages than the limit.
    #[error("This PDF has {pages} pages; at most {limit} are accepted. Please split it.")]
    TooManyPages {
        /// Number of pages in the file.
        pages: u32,
        /// The limit.
        limit: u32,
    },
    /// The file has more text than the limit.
    #[error("This PDF holds more text than can be indexed ({limit_mib} MiB). Please split it.")]
    TooMuchText {
        /// The limit in mebibytes.
        limit_mib: u64,
    },
    /// The PDFium library is not installed.
    #[error("PDF files cannot be read here: the PDFium library is not installed.")]
    NotInstalled,
    /// The reader could not be started or was killed from outside. A retry may help.
    #[error("The PDF reader could not be run. Please try again.")]
    Reader(String),
}

impl PdfError {
    /// A stable error code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAPdf => "not_a_pdf",
            Self::Empty => "pdf_empty",
            Self::Damaged => "pdf_damaged",
            Self::PasswordProtected => "pdf_password_protected",
            Self::UnsupportedEncryption => "pdf_unsupported_encryption",
            Self::TookTooLong => "pdf_took_too_long",
            Self::NeedsTooMuchMemory => "pdf_needs_too_much_memory",
            Self::ImageOnly { .. } => "pdf_image_only",
            Self::TooManyPages { .. } => "pdf_too_many_pages",
            Self::TooMuchText { .. } => "pdf_too_much_text",
            Self::NotInstalled | Self::Reader(_) => "pdf_reader_unavailable",
        }
    }

    /// Whether a retry with the same file would fail in the same way.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        !matches!(self, Self::Reader(_) | Self::NotInstalled)
    }
}

impl From<PdfError> for ApiError {
    /// 400 if the file is at fault; 503 if the reader is, and a retry may help.
    fn from(error: PdfError) -> Self {
        let (code, sentence) = (error.code(), error.to_string());
        if error.is_permanent() {
            Self::bad_request(code, sentence)
        } else {
            Self::unavailable(code, sentence).caused_by(error)
        }
    }
}
