//! Receiving a form (multipart/form-data), part by part.

use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest, Multipart, Request};
use bytes::{Bytes, BytesMut};
use http::StatusCode;
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt;

use foundation::{ApiError, ApiResult};

/// A form that is being received.
#[derive(Debug)]
pub struct IncomingForm {
    parts: Multipart,
    body_too_large: ApiError,
}

impl IncomingForm {
    /// Begins with a request whose form holds files in fields named `field`. `body_too_large` is the answer if the body
    /// exceeds the limit of its route.
    ///
    /// # Errors
    /// 415 if the body is not a form.
    pub async fn begin(request: Request, field: &str, body_too_large: ApiError) -> ApiResult<Self> {
        match Multipart::from_request(request, &()).await {
            Ok(parts) => Ok(Self { parts, body_too_large }),
            Err(_) => Err(ApiError::unsupported_media_type(
                "unsupported_media_type",
                format!("Please send the file as a form (multipart/form-data) in a field named \"{field}\"."),
            )),
        }
    }

    /// The next part; `None` at the end of the form. What is left of the part before is skipped.
    ///
    /// # Errors
    /// 400 for a malformed form, or as [`Self::begin`] was told for a body that is too large.
    pub async fn next_part(&mut self) -> ApiResult<Option<Part<'_>>> {
        let body_too_large = self.body_too_large.clone();
        match self.parts.next_field().await {
            Ok(field) => Ok(field.map(|field| Part { field, body_too_large })),
            Err(error) => Err(refused(&error, &body_too_large)),
        }
    }
}

/// A part of a form: a file or a field.
#[derive(Debug)]
pub struct Part<'a> {
    field: Field<'a>,
    body_too_large: ApiError,
}

impl Part<'_> {
    /// Its name in the form.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.field.name()
    }

    /// The name of the file, as the sender gives it.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.field.file_name()
    }

    /// The media type, as the sender gives it.
    #[must_use]
    pub fn content_type(&self) -> Option<&str> {
        self.field.content_type()
    }

    /// Its content, or `None` if it has more bytes than `most`.
    ///
    /// # Errors
    /// As [`IncomingForm::next_part`].
    pub async fn content(mut self, most: usize) -> ApiResult<Option<Bytes>> {
        let mut content = BytesMut::new();
        while let Some(chunk) = self.chunk().await? {
            if content.len() + chunk.len() > most {
                return Ok(None);
            }
            content.extend_from_slice(&chunk);
        }
        Ok(Some(content.freeze()))
    }

    /// Its content as a temporary file, which is deleted when dropped, or `None` if it has more bytes than `most`.
    ///
    /// # Errors
    /// As [`IncomingForm::next_part`], and 500 if the file cannot be written.
    pub async fn save(mut self, most: usize) -> ApiResult<Option<NamedTempFile>> {
        let saved = tempfile::Builder::new().prefix("intellimaint-").tempfile().map_err(ApiError::internal)?;
        let mut file = tokio::fs::File::create(saved.path()).await.map_err(ApiError::internal)?;
        let mut size = 0;
        while let Some(chunk) = self.chunk().await? {
            size += chunk.len();
            if size > most {
                return Ok(None);
            }
            file.write_all(&chunk).await.map_err(ApiError::internal)?;
        }
        file.flush().await.map_err(ApiError::internal)?;
        Ok(Some(saved))
    }

    async fn chunk(&mut self) -> ApiResult<Option<Bytes>> {
        self.field.chunk().await.map_err(|error| refused(&error, &self.body_too_large))
    }
}

fn refused(error: &MultipartError, body_too_large: &ApiError) -> ApiError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => body_too_large.clone(),
        _ => malformed(),
    }
}

pub(super) fn malformed() -> ApiError {
    ApiError::bad_request("malformed_form", "The form that holds the file is malformed or incomplete.")
}
