//! Refusals that several routes of this family give.

use shared::http::ApiError;

/// The answer to who asks for a page of a document that is still being read.
pub(crate) fn not_ready() -> ApiError {
    let message = "This document is still being processed. Please try again later.";
    ApiError::conflict("document_not_ready", message)
}
