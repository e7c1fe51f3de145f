//! `GET /batches/events/:id`: where the files of a batch stand, as server-sent events.
//!
//! All files are checked, so one event says everything, and the stream ends. A browser that asks again although it was
//! told is answered with 204, which ends its `EventSource` for good.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use foundation::ids::BatchId;
use foundation::{ApiError, ApiResult};
use futures::stream;
use http::{HeaderMap, StatusCode};
use shared::http::Id;

use crate::App;
use crate::access::Caller;
use crate::view::CheckedJob;

/// When a browser asks again whose connection ended.
const RETRY: Duration = Duration::from_secs(1);
/// The id of the event after which there are no others. A browser that asks again names the last that it got.
const LAST: &str = "last";

pub(crate) async fn batch_events(
    State(state): State<App>,
    caller: Caller,
    headers: HeaderMap,
    Id(id): Id<BatchId>,
) -> ApiResult<Response> {
    caller.count_look(&state).await?;
    let found = state.context.store.batch(caller.user(), &id).await?;
    let batch = found.ok_or_else(|| ApiError::not_found("Batch"))?;
    let was_told = headers.get("last-event-id").is_some_and(|id| id == LAST);
    if batch.cancelled || was_told {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    // Texts and numbers can always be written as JSON.
    let jobs = serde_json::to_string(&CheckedJob::all(batch)).unwrap_or_default();
    let event = Event::default().event("batch_update").id(LAST).retry(RETRY).data(jobs);
    Ok(Sse::new(stream::iter([Ok::<_, Infallible>(event)])).into_response())
}
