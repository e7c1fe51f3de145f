//! `GET /extract/extract/progress/:job`.
//!
//! 204: nothing new. 200 JSON: a milestone was passed. 200 text: the end, with the extracted text or
//! with a sentence that says why there is none. The page that polls breaks on any 4xx, so there is
//! none here but for a missing sign-in.
//!
//! A text that is too large for an answer is linked. The page that polls takes text for the end and JSON for progress:
//! it is given a sentence with the address. Whoever accepts JSON and nothing else is given that.

use std::time::Duration;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use foundation::ApiResult;
use foundation::ids::JobId;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use serde::Serialize;
use shared::http::{HEAVIEST_ANSWER, weight};
use shared::objects::{ObjectError, ObjectKey, Presigned};
use shared::store::{Job, JobStatus, Progress, Stage};

use crate::App;
use crate::access::Caller;
use crate::milestone::newly_passed;

/// How long the address of a text works that is too large for an answer.
const LIFETIME: Duration = Duration::from_hours(1);

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Passed {
    job_id: JobId,
    status: &'static str,
    progress: u8,
    current_step: &'static str,
    message: String,
}

/// A job whose text is linked.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Linked {
    job_id: JobId,
    status: &'static str,
    progress: u8,
    current_step: &'static str,
    message: String,
    #[cfg_attr(feature = "schemas", schemars(with = "()"))]
    text: Option<String>,
    #[serde(rename = "textUrl")]
    text_url: String,
    #[serde(rename = "expiresAt")]
    expires_at: Timestamp,
    size: u64,
}

pub(crate) async fn job_progress(
    State(state): State<App>,
    caller: Caller,
    headers: HeaderMap,
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
            JobStatus::Done => extracted(&state, &id, &headers).await,
            JobStatus::Failed => Ok(text(failure(&job))),
        },
    }
}

async fn milestone(state: &App, job: &Job) -> ApiResult<Response> {
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

async fn extracted(state: &App, id: &JobId, headers: &HeaderMap) -> ApiResult<Response> {
    let objects = &state.context.objects;
    let key = ObjectKey::ExtractText(id.clone());
    let size = match objects.get(&key, HEAVIEST_ANSWER as u64).await {
        Ok(bytes) if weight(&bytes) <= HEAVIEST_ANSWER => return Ok(text(bytes)),
        Ok(bytes) => bytes.len() as u64,
        Err(ObjectError::TooLarge { size, .. }) => size,
        Err(ObjectError::NotFound) => {
            return Ok(text("The text of this document is not kept any more. Please upload it again."));
        }
        Err(error) => return Err(error.into()),
    };
    let link = objects.presign_save(&key, "text.txt", LIFETIME).await?;
    Ok(if accepts_json_only(headers) {
        Json(linked(id, link, size)).into_response()
    } else {
        text(sentence(&link, size))
    })
}

fn linked(id: &JobId, link: Presigned, size: u64) -> Linked {
    Linked {
        job_id: id.clone(),
        status: "done",
        progress: 100,
        current_step: "Done",
        message: "The text is too long for an answer. Download it within an hour.".to_owned(),
        text: None,
        text_url: link.url,
        expires_at: link.expires_at,
        size,
    }
}

fn sentence(link: &Presigned, size: u64) -> String {
    let mib = size.div_ceil(1024 * 1024);
    format!(
        "The text of this document is too long to be shown here ({mib} MiB). Download it within an hour: {}",
        link.url
    )
}

/// Whether nothing but JSON is accepted. Browsers and their libraries always accept more.
fn accepts_json_only(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut kinds = accepted.split(',').map(|kind| kind.split(';').next().unwrap_or_default().trim());
    kinds.all(|kind| kind.eq_ignore_ascii_case("application/json"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_accepts_nothing_but_json_is_given_json() {
        let accepts = |value: &'static str| {
            accepts_json_only(&HeaderMap::from_iter([(header::ACCEPT, http::HeaderValue::from_static(value))]))
        };
        assert!(accepts("application/json"));
        assert!(accepts("Application/JSON; charset=utf-8"));
        assert!(!accepts("application/json, text/plain, */*"));
        assert!(!accepts("*/*"));
        assert!(!accepts(""));
        assert!(!accepts_json_only(&HeaderMap::new()));
    }
}
