//! Why a download failed, in words for the user who gave the URL.

use std::error::Error;

/// The host name does not resolve to a public network address.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the name leads to no public network address")]
pub(super) struct PrivateAddress;

/// Why a download failed.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The URL is not, or no longer, on an allowed host.
    #[error("The address of this file is not one that this system may fetch from.")]
    NotAllowed,
    /// The host name resolves to a private network address.
    #[error("The address of this file leads to a private network, which this system does not fetch from.")]
    PrivateAddress,
    /// A redirect leads to a URL that is not allowed.
    #[error("The address of this file redirects to a place that this system may not fetch from.")]
    RedirectNotAllowed,
    /// There were too many redirects.
    #[error("The address of this file redirects too many times.")]
    TooManyRedirects,
    /// The server responded with this status instead of the file.
    #[error("The server that holds this file answered with status {0} instead of the file.{advice}", advice = advice(*.0))]
    Status(u16),
    /// The file is larger than a document may be.
    #[error("This file is larger than the {} MiB that a document may have.", .limit / (1024 * 1024))]
    TooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// The file is empty.
    #[error("The server that holds this file sent an empty answer.")]
    Empty,
    /// The file does not begin like a PDF.
    #[error("What is stored at the address of this file is not a PDF.")]
    NotAPdf,
    /// The content has a content encoding that was not requested and is not supported.
    #[error("The server that holds this file sends it compressed in a way that this system does not read.")]
    UnknownEncoding,
    /// The compressed content is damaged.
    #[error("The server that holds this file sent it compressed, and it cannot be unpacked.")]
    Damaged,
    /// The server sent too few bytes per second.
    #[error("The server that holds this file sends it too slowly.")]
    TooSlow,
    /// The download exceeded its time limit.
    #[error("Fetching this file took too long.")]
    TookTooLong,
    /// The server sent nothing for too long.
    #[error("The server that holds this file did not answer in time.")]
    NoAnswer,
    /// The server cannot be reached.
    #[error("The server that holds this file could not be reached.")]
    Unreachable(#[source] reqwest::Error),
    /// The connection broke off.
    #[error("The connection to the server that holds this file broke off.")]
    Broken(#[source] reqwest::Error),
    /// The local file could not be written.
    #[error("The file could not be stored while it was fetched.")]
    File(#[from] std::io::Error),
}

fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => " The link may have expired; please upload the file again.",
        404 | 410 => " The file may have been removed; please upload it again.",
        _ => "",
    }
}

impl FetchError {
    pub(super) fn from_request(error: reqwest::Error) -> Self {
        let mut cause: Option<&(dyn Error + 'static)> = error.source();
        while let Some(inner) = cause {
            if inner.is::<PrivateAddress>() {
                return Self::PrivateAddress;
            }
            cause = inner.source();
        }
        if error.is_timeout() { Self::NoAnswer } else { Self::Unreachable(error) }
    }

    /// A stable error code for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotAllowed => "url_not_allowed",
            Self::PrivateAddress => "url_private_address",
            Self::RedirectNotAllowed => "url_redirect_not_allowed",
            Self::TooManyRedirects => "url_too_many_redirects",
            Self::Status(_) => "url_bad_status",
            Self::TooLarge { .. } => "file_too_large",
            Self::Empty => "file_empty",
            Self::NotAPdf => "not_a_pdf",
            Self::UnknownEncoding => "url_unknown_encoding",
            Self::Damaged => "url_damaged",
            Self::TooSlow | Self::TookTooLong => "url_too_slow",
            Self::NoAnswer => "url_no_answer",
            Self::Unreachable(_) => "url_unreachable",
            Self::Broken(_) => "url_connection_broken",
            Self::File(_) => "file_not_stored",
        }
    }

    /// Whether a retry at the same URL would most likely fail again.
    #[must_use]
    pub fn is_permanent(&self) -> bool {
        match self {
            Self::Status(status) => *status < 500 && !matches!(status, 408 | 425 | 429),
            Self::NoAnswer | Self::Unreachable(_) | Self::Broken(_) | Self::Damaged | Self::File(_) => false,
            _ => true,
        }
    }
}
