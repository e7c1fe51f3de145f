//! The two public backends and the layers each is wrapped in.

use std::any::Any;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, middleware};
use http::{HeaderName, HeaderValue, Method, Uri, header};
use serde_json::{Value, json};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::docs::docs;
use super::{Router, csrf, encoding, finish, request_log};
use foundation::ApiError;
use foundation::config::HttpConfig;

/// One of the two backends that the frontend knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// auth, user, chat, repository, billing, admin.
    Gateway,
    /// asr, vision, rag, extract, stream.
    Services,
}

impl Backend {
    /// Its name in messages and health answers.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gateway => "gateway",
            Self::Services => "services",
        }
    }

    fn of_family(family: &str) -> Option<Self> {
        match family {
            "auth" | "user" | "chat" | "repository" | "billing" | "admin" => Some(Self::Gateway),
            "stream" | "asr" | "vision" | "rag" | "extract" => Some(Self::Services),
            _ => None,
        }
    }

    fn openapi(self) -> &'static str {
        match self {
            Self::Gateway => openapi::GATEWAY,
            Self::Services => openapi::SERVICES,
        }
    }
}

/// Bodies of JSON requests; routes that take files set their own limit.
const BODY_LIMIT: usize = 1024 * 1024;

/// Completes the routes of some families to a backend: health, description, 404s that help, and the
/// layers, from the outside in: request id and error bodies, log, CORS, panics, origin check,
/// compressed bodies, body limit.
pub fn serve(backend: Backend, routes: Router, config: &HttpConfig) -> axum::Router {
    let origins: Arc<[String]> = match backend {
        Backend::Gateway => config.gateway_origins.as_slice().into(),
        Backend::Services => config.services_origins.as_slice().into(),
    };
    let layers = ServiceBuilder::new()
        .layer(middleware::from_fn_with_state(config.production, finish::finish))
        .layer(middleware::from_fn(request_log::log))
        .layer(cors(&origins))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(middleware::from_fn_with_state(origins, csrf::check_origin))
        .layer(middleware::from_fn(encoding::refuse_encoded))
        .layer(DefaultBodyLimit::max(BODY_LIMIT));
    axum::Router::new()
        .route("/", get(async move || health(backend)))
        .route("/health", get(async move || health(backend)))
        .route("/api/v1/openapi.json", get(async move || openapi(backend)))
        .route("/api/v1/docs", get(docs))
        .merge(routes)
        .fallback(move |uri: Uri| async move { unknown_path(backend, &uri) })
        .layer(layers)
}

fn health(backend: Backend) -> Json<Value> {
    Json(json!({"status": "ok", "service": backend.name(), "version": env!("CARGO_PKG_VERSION")}))
}

fn openapi(backend: Backend) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], backend.openapi()).into_response()
}

fn unknown_path(backend: Backend, uri: &Uri) -> ApiError {
    let family = uri.path().strip_prefix("/api/v1/").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    match Backend::of_family(family) {
        Some(other) if other != backend => ApiError::no_such_path(format!(
            "/api/v1/{family} is served by the {} backend, not by the {}",
            other.name(),
            backend.name()
        )),
        _ => ApiError::no_such_path("There is nothing at this address"),
    }
}

fn cors(origins: &[String]) -> CorsLayer {
    let allowed: Vec<HeaderValue> = origins.iter().filter_map(|origin| origin.parse().ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(allowed))
        .allow_credentials(true)
        .allow_methods([Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE, Method::OPTIONS])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION, HeaderName::from_static("idempotency-key")])
        .expose_headers([HeaderName::from_static("x-request-id"), header::RETRY_AFTER])
        .max_age(Duration::from_mins(10))
}

#[expect(clippy::needless_pass_by_value, reason = "the layer hands the panic over")]
fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    let text = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
    ApiError::internal(format!("panic: {text}")).into_response()
}
