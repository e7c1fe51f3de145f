//! `POST /extract/extract/full`: checks a PDF and makes it a job.

use std::path::Path;

use axum::Json;
use axum::extract::{Request, State};
use foundation::ApiResult;
use foundation::ids::JobId;
use serde::Serialize;
use shared::Context;
use shared::objects::ObjectKey;
use shared::store::Job;

use crate::App;
use crate::access::Caller;
use crate::received::receive;

/// Top level, as the frontend reads it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Started {
    job_id: JobId,
    status: &'static str,
    message: &'static str,
    total_pages: u32,
}

pub(crate) async fn start_job(State(state): State<App>, caller: Caller, request: Request) -> ApiResult<Json<Started>> {
    caller.count_upload(&state).await?;
    let file = receive(request).await?;
    let info = state.inspector.inspect(file.path()).await?;

    let mut job = Job::new(caller.user().cloned(), info.pages);
    if let Some(user) = caller.user() {
        job = job.charged(state.context.billing.charge_extraction(user, info.pages).await?);
    }
    if let Err(error) = keep(&state.context, &job, file.path()).await {
        state.context.billing.refund_job(&job).await;
        return Err(error);
    }
    Ok(Json(Started {
        job_id: job.id,
        status: "processing",
        message: "The text of your document is being extracted.",
        total_pages: info.pages,
    }))
}

/// Keeps a job with its file, which begins it.
async fn keep(context: &Context, job: &Job, file: &Path) -> ApiResult<()> {
    context.store.create_job(job).await?;
    let key = ObjectKey::ExtractSource(job.id.clone());
    if let Err(error) = context.objects.put_file(&key, "application/pdf", file).await {
        // Without its file the job would wait for ever.
        let _ = context.store.delete_job(&job.id, job.owner.as_ref()).await;
        return Err(error.into());
    }
    Ok(())
}
