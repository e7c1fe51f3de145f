//! Why a PDF cannot be read, in words for the person who uploaded it.

/// Why a PDF cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PdfError {
    /// The file does not start like a PDF.
    #[error("This file is not a PDF.")]
    NotAPdf,
    /// The file has no bytes.
    #[error("This file is empty.")]
    Empty,
    /// The file starts like a PDF, but what follows cannot be read.
    #[error("This PDF is damaged or incomplete. Please export or download it again and upload the new copy.")]
    Damaged,
    /// The file opens only with a password.
    #[error("This PDF is protected by a password. Please upload a copy without the password.")]
    PasswordProtected,
    /// Encrypted in a way that cannot be undone here.
    #[error("This PDF is encrypted in a way that is not supported. Please upload an unencrypted copy.")]
    UnsupportedEncryption,
    /// Reading it did not end within the time limit.
    #[error("Reading this PDF took too long. Please split it, or export it again from its source.")]
    TookTooLong,
    /// Reading it needs more memory than the limit.
    #[error("Reading this PDF needs too much memory. Please split it, or export it again from its source.")]
    NeedsTooMuchMemory,
    /// No page holds text; most likely each page is a scanned image.
    #[error("This PDF holds no readable text on its {pages} page(s): they are scanned images or drawings.")]
    ImageOnly {
        /// Number of pages in the file.
        pages: u32,
    },
    /// More pages than the limit.
    #[error("This PDF has {pages} pages; at most {limit} are accepted. Please split it.")]
    TooManyPages {
        /// Number of pages in the file.
        pages: u32,
        /// The limit.
        limit: u32,
    },
    /// More text than the limit.
    #[error("This PDF holds more text than can be indexed ({limit_mib} MiB). Please split it.")]
    TooMuchText {
        /// The limit in mebibytes.
        limit_mib: u64,
    },
    /// The PDFium library is missing.
    #[error("PDF files cannot be read here: the PDFium library is not installed.")]
    NotInstalled,
    /// The reader itself could not be started or was ended from outside: worth another try.
    #[error("The PDF reader could not be run. Please try again.")]
    Reader(String),
}

impl PdfError {
    /// A stable name for programs.
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

    /// Whether another try with the same file would fail the same way.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        !matches!(self, Self::Reader(_) | Self::NotInstalled)
    }
}
