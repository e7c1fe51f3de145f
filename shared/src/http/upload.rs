//! Receiving a form with one file and some fields (multipart/form-data), in memory.

use std::collections::HashMap;

use axum::extract::Request;
use bytes::Bytes;

use super::form::{IncomingForm, malformed};
use foundation::{ApiError, ApiResult};

/// Fields beside the file.
const MOST_FIELDS: usize = 16;
/// Bytes of one field.
const LONGEST_FIELD: usize = 8 * 1024;

/// What a form held.
#[derive(Debug)]
pub struct UploadedForm {
    /// The content of the field `file`.
    pub file: Bytes,
    /// The name that the sender gives it.
    pub file_name: Option<String>,
    /// The other fields, by name; of several with one name, the last.
    pub fields: HashMap<String, String>,
}

/// The body limit that a route needs for files of `most_bytes`: the form stands around them.
#[must_use]
pub const fn body_limit(most_bytes: usize) -> usize {
    most_bytes + MOST_FIELDS * (LONGEST_FIELD + 1024)
}

/// Receives a form with a file of at most `most_bytes` in the field `file`.
///
/// # Errors
/// 415 for what is no form, 400 for a malformed form or one without a file, 413 for a file that is too
/// large.
pub async fn receive_file(request: Request, most_bytes: usize) -> ApiResult<UploadedForm> {
    let mut form = IncomingForm::begin(request, "file", too_large(most_bytes)).await?;
    let (mut file, mut fields) = (None, HashMap::new());
    while let Some(part) = form.next_part().await? {
        let Some(name) = part.name().map(str::to_owned) else { continue };
        if name == "file" && file.is_none() {
            let file_name = part.file_name().map(str::to_owned);
            let content = part.content(most_bytes).await?.ok_or_else(|| too_large(most_bytes))?;
            file = Some((content, file_name));
        } else {
            if fields.len() >= MOST_FIELDS {
                return Err(malformed());
            }
            let too_long = || ApiError::validation(vec![format!("{name} must have at most {LONGEST_FIELD} bytes")]);
            let value = part.content(LONGEST_FIELD).await?.ok_or_else(too_long)?;
            let value = String::from_utf8(value.into()).map_err(|_| malformed())?;
            fields.insert(name, value);
        }
    }
    match file {
        Some((file, file_name)) => Ok(UploadedForm { file, file_name, fields }),
        None => Err(ApiError::validation(vec!["file is required".to_owned()])),
    }
}

fn too_large(most_bytes: usize) -> ApiError {
    let limit = most_bytes / (1024 * 1024);
    ApiError::payload_too_large("file_too_large", format!("A file may have at most {limit} MiB here."))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use axum::body::Body;

    use super::*;

    fn form(parts: &[(&str, &str)]) -> Request {
        let parts = parts
            .iter()
            .map(|(head, content)| format!("--edge\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"));
        let body = format!("{}--edge--\r\n", parts.collect::<String>());
        request("multipart/form-data; boundary=edge", body)
    }

    fn request(content_type: &str, body: impl Into<Body>) -> Request {
        Request::post("/").header("content-type", content_type).body(body.into()).unwrap()
    }

    #[tokio::test]
    async fn a_file_comes_with_its_fields() {
        let parts = [("name=\"question\"", "What is this?"), ("name=\"file\"; filename=\"pump.png\"", "bytes")];
        let received = receive_file(form(&parts), 5).await.unwrap();
        assert_eq!(received.file, "bytes");
        assert_eq!(received.file_name.as_deref(), Some("pump.png"));
        assert_eq!(received.fields.get("question").map(String::as_str), Some("What is this?"));
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_form_is_said() {
        let code = async |request| receive_file(request, 5).await.unwrap_err().code().to_owned();
        assert_eq!(code(form(&[("name=\"file\"", "longer")])).await, "file_too_large");
        assert_eq!(code(form(&[("name=\"question\"", "?")])).await, "validation_failed");
        assert_eq!(code(form(&[("name=\"note\"", &"x".repeat(9000))])).await, "validation_failed");
        assert_eq!(code(request("application/json", "{}")).await, "unsupported_media_type");
        let cut = "--edge\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nby";
        assert_eq!(code(request("multipart/form-data; boundary=edge", cut)).await, "malformed_form");
        let many = vec![("name=\"a\"", "x"); 3];
        assert_eq!(code(form(&many)).await, "validation_failed", "the last of several with one name counts");
    }
}
