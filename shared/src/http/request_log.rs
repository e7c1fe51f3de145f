//! One line per request, and the only place where the cause of a 500 is written.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::error::ApiError;
use super::finish::RequestId;

pub(super) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    // The route's template, never the path itself or its query: those may hold tokens and names.
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_owned(), |path| path.as_str().to_owned());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.to_string()).unwrap_or_default();
    let span = tracing::info_span!("request", id = %id);
    let response = next.run(request).instrument(span.clone()).await;

    let _entered = span.enter();
    let status = response.status().as_u16();
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    match response.extensions().get::<ApiError>() {
        Some(error) if response.status().is_server_error() => {
            let cause = error.cause().unwrap_or_default();
            tracing::error!(%method, route, status, milliseconds, code = error.code(), cause, "request failed");
        }
        Some(error) => tracing::info!(%method, route, status, milliseconds, code = error.code(), "request refused"),
        None => tracing::info!(%method, route, status, milliseconds, "request"),
    }
    response
}
