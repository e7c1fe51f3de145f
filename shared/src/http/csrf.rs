//! Cross-site request forgery: an unsafe request that is signed in by cookie must come from an
//! origin we know. A request without `Origin` comes from no browser page (the frontend's own
//! server, a script) and carries its cookies on purpose.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header;

use super::bearer;
use foundation::ApiError;

pub(super) async fn check_origin(State(origins): State<Arc<[String]>>, request: Request, next: Next) -> Response {
    let headers = request.headers();
    let by_cookie = headers.contains_key(header::COOKIE) && bearer(headers).is_none();
    if by_cookie && !request.method().is_safe() {
        let origin = headers.get(header::ORIGIN).map(|origin| origin.to_str().unwrap_or("malformed"));
        if let Some(origin) = origin
            && !origins.iter().any(|known| known == origin)
        {
            return ApiError::forbidden("foreign_origin", "Requests from this origin are not allowed").into_response();
        }
    }
    next.run(request).await
}
