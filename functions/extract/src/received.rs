//! Receiving a file from a multipart form, into a temporary file.

use axum::extract::Request;
use foundation::{ApiError, ApiResult};
use shared::http::{IncomingForm, Part};
use tempfile::NamedTempFile;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 25 * 1024 * 1024;
/// The largest body: the file and the form around it.
pub(crate) const LARGEST_BODY: usize = LARGEST_FILE + 64 * 1024;

/// The file of the field `file`; deleted when dropped.
pub(crate) async fn receive(request: Request) -> ApiResult<NamedTempFile> {
    let mut form = IncomingForm::begin(request, "file", too_large()).await?;
    while let Some(part) = form.next_part().await? {
        if part.name() == Some("file") {
            check_type(&part)?;
            return part.save(LARGEST_FILE).await?.ok_or_else(too_large);
        }
    }
    Err(ApiError::validation(vec!["file is required".to_owned()]))
}

/// A file that says of itself to be something else than a PDF is refused by its type; whether one
/// that does not is a PDF shows in its content.
fn check_type(part: &Part<'_>) -> ApiResult<()> {
    let essence = part.content_type().and_then(|content_type| content_type.split(';').next()).map(str::trim);
    match essence.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "application/pdf" | "application/x-pdf" | "application/octet-stream") => Ok(()),
        Some(_) => Err(ApiError::unsupported_media_type(
            "unsupported_document_type",
            "Text can be extracted from PDF files only.",
        )),
    }
}

fn too_large() -> ApiError {
    ApiError::payload_too_large(
        "file_too_large",
        format!(
            "A file may have at most {} MiB here. Please split it, or upload it to your repository, which takes larger documents.",
            LARGEST_FILE / (1024 * 1024)
        ),
    )
}
