//! Receiving the files of a batch from a multipart form, into temporary files.

use axum::extract::Request;
use foundation::{ApiError, ApiResult};
use shared::http::{IncomingForm, Part};
use tempfile::NamedTempFile;

/// The field that holds a file, once for each.
const FIELD: &str = "files";
/// The largest file, in bytes.
const LARGEST_FILE: usize = 4 * 1024 * 1024;
/// The largest body: all files and the form around them. Lambda takes an event of 6 MB, in which the body is base64, a
/// third longer, beside the headers.
pub(crate) const LARGEST_BODY: usize = 4_600_000;
/// Files of a batch: as many as one call registers as documents.
const MOST_FILES: usize = 20;
/// Characters of the name of a file, as for documents.
const LONGEST_NAME: usize = 255;

/// A file of a batch; deleted when dropped.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) file: NamedTempFile,
}

/// All files of the form, at least one. Other fields are skipped.
pub(crate) async fn receive(request: Request) -> ApiResult<Vec<Received>> {
    let mut form = IncomingForm::begin(request, FIELD, batch_too_large()).await?;
    let mut files = Vec::new();
    while let Some(part) = form.next_part().await? {
        if part.name() == Some(FIELD) {
            let name = name(&part, files.len() + 1)?;
            if files.len() == MOST_FILES {
                return Err(too_many_files().about(&name));
            }
            files.push(save(part, name).await?);
        }
    }
    if files.is_empty() {
        return Err(invalid("is required: at least one PDF"));
    }
    Ok(files)
}

/// The name by which the page finds its file. Browsers send a quotation mark as `%22`, and all else that such names hold
/// as it is. So a name that has `%22` itself is changed, but names like `24" pump.pdf` are more common.
fn name(part: &Part<'_>, number: usize) -> ApiResult<String> {
    match part.file_name().map(|name| name.replace("%22", "\"")) {
        Some(name) if name.chars().count() > LONGEST_NAME => Err(invalid(&format!(
            "must have names of at most {LONGEST_NAME} characters: that of number {number} is longer"
        ))),
        Some(name) if !name.is_empty() => Ok(name),
        _ => Err(invalid(&format!("must be files: number {number} has no name"))),
    }
}

async fn save(part: Part<'_>, name: String) -> ApiResult<Received> {
    match part.save(LARGEST_FILE).await? {
        None => Err(file_too_large().about(&name)),
        Some(file) => {
            let size = file.as_file().metadata().map_err(ApiError::internal)?.len();
            Ok(Received { name, size, file })
        }
    }
}

fn invalid(what: &str) -> ApiError {
    ApiError::validation(vec![format!("{FIELD} {what}")])
}

fn batch_too_large() -> ApiError {
    let sentence = "These files are too large to be sent at once: together they may have about 4.6 MB. \
                    Please send them one after the other.";
    ApiError::payload_too_large("batch_too_large", sentence)
}

fn too_many_files() -> ApiError {
    let sentence = format!("This file is one too many: a batch may have {MOST_FILES}. Please send it in another.");
    ApiError::bad_request("too_many_files", sentence)
}

fn file_too_large() -> ApiError {
    let most = LARGEST_FILE / (1024 * 1024);
    ApiError::bad_request("file_too_large", format!("This file has more than {most} MiB. Please split it."))
}
