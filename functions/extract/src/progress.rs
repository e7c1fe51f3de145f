//! `GET /extract/extract/progress/:job`.
//!
//! 204: nothing new. 200 JSON: a milestone was passed. 200 text: the end, with the extracted text or
//! with a sentence that says why there is none. The page that polls breaks on any 4xx, so there is
//! none here but for a missing sign-in.

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State as Extract};
use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};
use serde::Serialize;
use shared::http::ApiResult;
use shared::ids::JobId;
use shared::objects::{ObjectError, ObjectKey};
use shared::store::{Job, JobStatus, Progress, Stage};

use crate::State;
use crate::access::Caller;
use crate::milestone::newly_passed;

/// The longest text that a job may have, in bytes: reading stops before.
const LONGEST_TEXT: u64 = 256 * 1024 * 1024;

#[derive(Serialize)]
struct Passed {
    job_id: JobId,
    status: &'static str,
    progress: u8,
    current_step: &'static str,
    message: String,
}

pub(crate) async fn job_progress(
    Extract(state): Extract<State>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> ApiResult<Response> {
    if !caller.may_poll(&state).await? {
        return Ok(nothing_new());
    }
    // What can be no id, and what is another user's, is as unknown as what never was.
    let id = id.ok().and_then(|Path(id)| id.parse::<JobId>().ok());
    let Some(id) = id else { return Ok(text(String::new())) };
    let job = state.context.store.job(&id).await?.filter(|job| caller.may_see(job));
    match job {
        None => Ok(text(String::new())),
        Some(job) => match job.status {
            JobStatus::Processing => milestone(&state, &job).await,
            JobStatus::Done => extracted(&state, &id).await,
            JobStatus::Failed => Ok(text(failure(&job))),
        },
    }
}

async fn milestone(state: &State, job: &Job) -> ApiResult<Response> {
    let Progress { stage, percent } = job.progress.unwrap_or(Progress::WAITING);
    let Some(milestone) = newly_passed(percent, job.milestone) else { return Ok(nothing_new()) };
    if !state.context.store.pass_job_milestone(&job.id, milestone).await? {
        return Ok(nothing_new());
    }
    let progress = percent.clamp(2, 99);
    let passed = Passed {
        job_id: job.id.clone(),
        status: "processing",
        progress,
        current_step: step(stage),
        message: format!("{progress} % of the document is done."),
    };
    Ok(Json(passed).into_response())
}

fn step(stage: Stage) -> &'static str {
    match stage {
        Stage::Waiting => "Waiting",
        Stage::Downloading => "Opening the document",
        Stage::Reading | Stage::Indexing => "Reading the pages",
        Stage::Recognising => "Recognising the text of scanned pages",
        Stage::Saving => "Saving the text",
    }
}

async fn extracted(state: &State, id: &JobId) -> ApiResult<Response> {
    match state.context.objects.get(&ObjectKey::ExtractText(id.clone()), LONGEST_TEXT).await {
        Ok(bytes) => Ok(text(bytes)),
        Err(ObjectError::NotFound) => {
            Ok(text("The text of this document is not kept any more. Please upload it again."))
        }
        Err(error) => Err(error.into()),
    }
}

fn failure(job: &Job) -> String {
    job.error.as_ref().map(|error| error.message.clone()).unwrap_or_default()
}

fn nothing_new() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

fn text(body: impl IntoResponse) -> Response {
    let mut response = body.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, http::HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
