//! From failures of the library to answers.

use answers::library::LibraryError;
use foundation::ApiError;

/// Seconds after which a busy model may be asked again: it embeds some twenty questions in one.
const RETRY_SECONDS: u64 = 1;

pub(crate) fn answer(error: LibraryError) -> ApiError {
    let (code, message) = (error.code(), error.to_string());
    match error {
        LibraryError::ModelNotInstalled => ApiError::unavailable(code, message),
        LibraryError::Busy => ApiError::too_many_requests(code, message, RETRY_SECONDS),
        LibraryError::Store(error) => error.into(),
        error @ (LibraryError::Model(_) | LibraryError::Objects(_)) => ApiError::internal(error),
    }
}
