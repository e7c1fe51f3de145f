//! One line per request, with who asked (an id, nothing else), and the only place where the cause of a 500
//! is written.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::finish::RequestId;
use foundation::ApiError;
use foundation::telemetry;

pub(super) async fn log(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    // The route's template, never the path itself or its query: those may hold tokens and names.
    let route = request.extensions().get::<MatchedPath>().map_or("-".to_owned(), |path| path.as_str().to_owned());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.to_string()).unwrap_or_default();
    let cold_start = telemetry::cold_start();
    let span = tracing::info_span!("request", id = %id, user = tracing::field::Empty);
    let response = next.run(request).instrument(span.clone()).await;

    let _entered = span.enter();
    let status = response.status().as_u16();
    let family = route.strip_prefix("/api/v1/").and_then(|rest| rest.split('/').next()).unwrap_or("-");
    let milliseconds = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    let cold = cold_start.is_some();
    match response.extensions().get::<ApiError>() {
        Some(error) if has_failed(response.status(), error) => {
            let cause = error.cause().unwrap_or_default();
            let code = error.code();
            tracing::error!(%method, family, route, status, milliseconds, cold, code, cause, "request failed");
        }
        Some(error) => {
            let code = error.code();
            tracing::info!(%method, family, route, status, milliseconds, cold, code, "request refused");
        }
        None => tracing::info!(%method, family, route, status, milliseconds, cold, "request"),
    }
    telemetry::count_request(started.elapsed(), cold_start);
    telemetry::flush();
    response
}

/// Whether something went wrong, other than with the request. A server that is busy or about to stop says so without a
/// cause.
fn has_failed(status: StatusCode, error: &ApiError) -> bool {
    status.is_server_error() && (status != StatusCode::SERVICE_UNAVAILABLE || error.cause().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_is_busy_has_not_failed() {
        let failed = |error: ApiError| has_failed(error.status(), &error);
        assert!(!failed(ApiError::unavailable("draining", "In a moment.")));
        assert!(failed(ApiError::unavailable("mail_unavailable", "Later.").caused_by("the server hung up")));
        assert!(failed(ApiError::internal("no reason")));
        assert!(!failed(ApiError::not_found("document")));
    }
}
