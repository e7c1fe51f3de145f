//! `POST /repository/uploads/:id/complete`: the parts of a large file are there.

use axum::extract::State;
use foundation::ids::DocumentId;
use foundation::{ApiError, ApiResult};
use shared::access::CurrentUser;
use shared::http::{Fields, FromFields, Id, Invalid, Reply, Valid, ok};
use shared::objects::{ObjectError, ObjectKey};
use shared::store::{Document, MultipartState, size_mismatch};

use crate::App;
use crate::fields::{PartNumber, Text};
use crate::view::DocumentView;

pub(crate) struct Body {
    parts: Vec<Part>,
}

struct Part {
    number: u32,
    etag: String,
}

impl FromFields for Body {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        Ok(Self { parts: fields.objects("parts", 1, 10_000)? })
    }
}

impl FromFields for Part {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let number = fields.required::<PartNumber>("partNumber");
        let etag = fields.required::<Text<256>>("etag");
        Ok(Self { number: number?.0, etag: etag?.0 })
    }
}

pub(crate) async fn complete_upload(
    State(state): State<App>,
    user: CurrentUser,
    Id(id): Id<DocumentId>,
    Valid(body): Valid<Body>,
) -> ApiResult<Reply<DocumentView>> {
    let mut document = state.document(&user.id, &id).await?;
    let upload = document.upload.clone().ok_or_else(|| {
        ApiError::conflict("not_multipart", "This document is not uploaded in parts: there is nothing to complete.")
    })?;
    if !upload.completed {
        let parts = in_order(body.parts, &upload)?;
        put_together(&state, &document, &upload, &parts).await?;
        check_size(&state, &document).await?;
        let completed = state.context.store.complete_document_upload(&user.id, &id).await?;
        document = completed.ok_or_else(|| ApiError::not_found("Document"))?;
    }
    Ok(ok("The upload is complete.", DocumentView::of(document, &state.context.config.http)))
}

/// All parts, each once, from the first to the last.
fn in_order(parts: Vec<Part>, upload: &MultipartState) -> ApiResult<Vec<(i32, String)>> {
    let complete = parts.iter().map(|part| part.number).eq(1..=upload.parts);
    if !complete {
        return Err(ApiError::bad_request(
            "incomplete_parts",
            format!("All {} parts must be listed, in order, each once.", upload.parts),
        ));
    }
    Ok(parts.into_iter().map(|part| (i32::try_from(part.number).unwrap_or(i32::MAX), part.etag)).collect())
}

/// A file of another size than announced is not kept: what the plan allows was counted by that.
async fn check_size(state: &App, document: &Document) -> ApiResult<()> {
    let (user, id) = (&document.user_id, &document.id);
    let key = ObjectKey::Source(user.clone(), id.clone());
    let objects = &state.context.objects;
    let found = objects.info(&key).await?;
    // The ingest may have looked before, and taken it away.
    let Some(found) = found.filter(|found| found.size != document.file_size) else { return Ok(()) };
    let failure = size_mismatch(document.file_size, found.size);
    state.context.store.refuse_upload(user, id, &failure).await?;
    objects.delete(&key).await?;
    Err(ApiError::bad_request(failure.code, failure.message))
}

async fn put_together(
    state: &App,
    document: &Document,
    upload: &MultipartState,
    parts: &[(i32, String)],
) -> ApiResult<()> {
    let key = ObjectKey::Source(document.user_id.clone(), document.id.clone());
    let objects = &state.context.objects;
    match objects.complete_multipart(&key, &upload.upload_id, parts).await {
        Ok(()) => Ok(()),
        // An earlier request that got no answer put them together; not every S3 then answers alike.
        Err(_) if objects.info(&key).await?.is_some() => Ok(()),
        Err(ObjectError::InvalidPart) => Err(ApiError::bad_request(
            "invalid_part",
            "A part is missing, or is not the one that was uploaded. Please upload the parts again.",
        )),
        Err(ObjectError::NotFound) => {
            Err(ApiError::conflict("upload_ended", "This upload has ended. Please start a new one."))
        }
        Err(error) => Err(error.into()),
    }
}
