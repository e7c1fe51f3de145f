//! `POST /extract/extract/full`: checks a PDF and makes it a job.

use axum::Json;
use axum::extract::{Request, State as Extract};
use serde::Serialize;
use shared::documents::pdf::PdfError;
use shared::http::{ApiError, ApiResult};
use shared::ids::JobId;
use shared::objects::ObjectKey;
use shared::store::{Failure, Job};

use crate::State;
use crate::access::Caller;
use crate::received::receive;

/// Top level, as the frontend reads it.
#[derive(Debug, Serialize)]
pub(crate) struct Started {
    job_id: JobId,
    status: &'static str,
    message: &'static str,
    total_pages: u32,
}

pub(crate) async fn start_job(
    Extract(state): Extract<State>,
    caller: Caller,
    request: Request,
) -> ApiResult<Json<Started>> {
    caller.count_upload(&state).await?;
    let file = receive(request).await?;
    let info = {
        let _permit = state.checks.acquire().await.map_err(ApiError::internal)?;
        state.pdf.inspect(file.path()).await.map_err(refused)?
    };

    let job = Job::new(caller.user().cloned(), info.pages);
    let store = &state.context.store;
    store.create_job(&job).await?;
    let key = ObjectKey::ExtractSource(job.id.clone());
    if let Err(error) = state.context.objects.put_file(&key, "application/pdf", file.path()).await {
        // Without its file the job would wait for ever.
        let _ = store.delete_job(&job.id, job.owner.as_ref()).await;
        return Err(error.into());
    }
    Ok(Json(Started {
        job_id: job.id,
        status: "processing",
        message: "The text of your document is being extracted.",
        total_pages: info.pages,
    }))
}

/// The sentence and code of the reader; only a failure of its own is not the file's fault.
fn refused(error: PdfError) -> ApiError {
    let Failure { code, message } = Failure::new(error.code(), error.to_string());
    if error.is_permanent() {
        ApiError::bad_request(code, message)
    } else {
        ApiError::unavailable(code, message).caused_by(error)
    }
}
