//! Bodies come as they are.

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header;

use foundation::ApiError;

/// Refuses compressed bodies: what unpacks them would need limits of its own, and bodies are small.
pub(super) async fn refuse_encoded(request: Request, next: Next) -> Response {
    let values = request.headers().get_all(header::CONTENT_ENCODING).iter();
    let names = values.map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase());
    let encodings = names.collect::<Vec<_>>().join(", ");
    let is_foreign = |name: &str| !matches!(name.trim(), "" | "identity");
    if !encodings.split(',').any(is_foreign) {
        return next.run(request).await;
    }
    let named: String = encodings.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(60).collect();
    ApiError::unsupported_media_type(
        "unsupported_media_type",
        format!("The body is compressed (Content-Encoding: {named}). Please send it without compression."),
    )
    .into_response()
}
