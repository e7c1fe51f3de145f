//! `POST /repository/uploads`: where and how to put a file.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::extract::State;
use foundation::fetch::LARGEST_DOCUMENT;
use foundation::{ApiError, ApiResult};
use jiff::Timestamp;
use serde::Serialize;
use shared::access::CurrentUser;
use shared::http::{Fields, FromFields, Invalid, Reply, Valid, created};
use shared::objects::{ObjectKey, part_sizes};
use shared::store::{Document, MultipartState, NewDocument, unless_busy};

use crate::App;
use crate::fields::{Bytes, ContentType, FileName, too_large};
use crate::view::DocumentView;

/// How long the addresses work.
const LIFETIME: Duration = Duration::from_hours(1);
/// Files up to this size go up in one request.
const LARGEST_SINGLE: u64 = 64 * 1024 * 1024;
/// What each part but the last holds: at most 63 parts for the largest file.
const PART_SIZE: u64 = 8 * 1024 * 1024;

/// Milliseconds between the tries to keep a document while others are kept.
const PAUSES: [u64; 6] = [10, 20, 50, 100, 200, 400];

const PDF: &str = "application/pdf";
/// What programs that do not know better call a PDF: then its content decides.
const MAYBE_PDF: [&str; 4] = ["", "application/x-pdf", "application/octet-stream", "binary/octet-stream"];

pub(crate) struct Body {
    file_name: FileName,
    file_size: u64,
    content_type: String,
}

impl FromFields for Body {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let file_name = fields.required("fileName");
        let file_size = fields.required::<Bytes>("fileSize").and_then(|Bytes(size)| match size {
            0 => Err(fields.reject("fileSize must be at least 1")),
            size => Ok(size),
        });
        let content_type = fields.required::<ContentType>("contentType");
        Ok(Self { file_name: file_name?, file_size: file_size?, content_type: content_type?.0 })
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Begun {
    document: DocumentView,
    upload: Upload,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Upload {
    Single { method: &'static str, url: String, headers: BTreeMap<String, String>, expires_at: Timestamp },
    Multipart { part_size: u64, parts: Vec<Part>, expires_at: Timestamp },
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Part {
    part_number: usize,
    url: String,
}

pub(crate) async fn begin_upload(
    State(state): State<App>,
    user: CurrentUser,
    Valid(body): Valid<Body>,
) -> ApiResult<Reply<Begun>> {
    check(&body)?;
    let new = NewDocument {
        file_name: body.file_name.0,
        file_size: body.file_size,
        source_url: None,
        file_id: None,
        blob_path: None,
    };
    let mut document = Document::new(&user.id, new);
    // Before anything is begun that would have to be taken back.
    state.context.billing.check_documents(&user.id, std::slice::from_ref(&document)).await?;
    let upload = match body.file_size {
        size if size <= LARGEST_SINGLE => single(&state, &document, size).await?,
        size => multipart(&state, &mut document, size).await?,
    };
    keep(&state, &document).await?;
    let document = DocumentView::of(document, &state.context.config.http);
    Ok(created("Upload the file to the given address.", Begun { document, upload }))
}

fn check(body: &Body) -> ApiResult<()> {
    let essence = body.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence != PDF && !MAYBE_PDF.contains(&essence.as_str()) {
        return Err(ApiError::unsupported_media_type(
            "unsupported_document_type",
            format!("Only PDF documents ({PDF}) can be uploaded."),
        ));
    }
    if body.file_size > LARGEST_DOCUMENT {
        return Err(too_large());
    }
    Ok(())
}

/// Keeps the document, where the plan still has room for it.
async fn keep(state: &App, document: &Document) -> ApiResult<()> {
    let new = std::slice::from_ref(document);
    for pause in PAUSES {
        let room = state.context.billing.check_documents(&document.user_id, new).await?;
        if unless_busy(state.context.store.create_documents(new, room).await)? {
            return Ok(());
        }
        // Another upload was begun at the same moment: look again.
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }
    Err(ApiError::unavailable("busy", "Too many uploads are begun at once. Please try again in a moment."))
}

async fn single(state: &App, document: &Document, size: u64) -> ApiResult<Upload> {
    let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
    let put = state.context.objects.presign_put(&key, PDF, size, LIFETIME).await?;
    Ok(Upload::Single { method: "PUT", url: put.url, headers: put.headers, expires_at: put.expires_at })
}

async fn multipart(state: &App, document: &mut Document, size: u64) -> ApiResult<Upload> {
    let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
    let sizes = part_sizes(size, PART_SIZE);
    let begun = state.context.objects.begin_multipart(&key, PDF, &sizes, LIFETIME).await?;
    let parts = u32::try_from(sizes.len()).unwrap_or(u32::MAX);
    document.upload = Some(MultipartState { upload_id: begun.upload_id, parts, completed: false });
    let parts = begun.parts.into_iter().enumerate().map(|(at, url)| Part { part_number: at + 1, url });
    Ok(Upload::Multipart { part_size: PART_SIZE, parts: parts.collect(), expires_at: begun.expires_at })
}
