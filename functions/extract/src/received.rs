//! Receiving a file from a multipart form, into a temporary file.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use foundation::{ApiError, ApiResult};
use http::StatusCode;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

/// The largest file, in bytes.
const LARGEST_FILE: usize = 25 * 1024 * 1024;
/// The largest body: the file and the form around it.
pub(crate) const LARGEST_BODY: usize = LARGEST_FILE + 64 * 1024;

/// The file of the field `file`; deleted when dropped.
pub(crate) async fn receive(request: Request) -> ApiResult<NamedTempFile> {
    let mut form = Multipart::from_request(request, &()).await.map_err(|_| {
        ApiError::unsupported_media_type(
            "unsupported_media_type",
            "Please send the file as a form (multipart/form-data) in a field named \"file\".",
        )
    })?;
    while let Some(field) = form.next_field().await.map_err(|error| refused(&error))? {
        if field.name() == Some("file") {
            check_type(&field)?;
            return save(field).await;
        }
    }
    Err(ApiError::validation(vec!["file is required".to_owned()]))
}

/// A file that says of itself to be something else than a PDF is refused by its type; whether one
/// that does not is a PDF shows in its content.
fn check_type(field: &Field<'_>) -> ApiResult<()> {
    let essence = field.content_type().and_then(|content_type| content_type.split(';').next()).map(str::trim);
    match essence.map(str::to_ascii_lowercase).as_deref() {
        None | Some("" | "application/pdf" | "application/x-pdf" | "application/octet-stream") => Ok(()),
        Some(_) => Err(ApiError::unsupported_media_type(
            "unsupported_document_type",
            "Text can be extracted from PDF files only.",
        )),
    }
}

async fn save(mut field: Field<'_>) -> ApiResult<NamedTempFile> {
    let saved =
        tempfile::Builder::new().prefix("intellimaint-").suffix(".pdf").tempfile().map_err(ApiError::internal)?;
    let mut file = tokio::fs::File::create(saved.path()).await.map_err(ApiError::internal)?;
    let mut size = 0;
    while let Some(bytes) = field.chunk().await.map_err(|error| refused(&error))? {
        size += bytes.len();
        if size > LARGEST_FILE {
            return Err(too_large());
        }
        file.write_all(&bytes).await.map_err(ApiError::internal)?;
    }
    file.flush().await.map_err(ApiError::internal)?;
    Ok(saved)
}

fn refused(error: &MultipartError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => ApiError::bad_request("malformed_form", "The form that holds the file is malformed or incomplete."),
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
