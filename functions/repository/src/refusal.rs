//! Refusals that several routes of this family give.

use foundation::ApiError;

/// A page is asked for before its document is ready.
pub(crate) fn not_ready() -> ApiError {
    let message = "This document is still being processed. Please try again later.";
    ApiError::conflict("document_not_ready", message)
}
