//! The `vision` family: the objects and the text on a picture, and what they mean.
//!
//! Payloads are top level; errors are the envelope. A user is always required.

mod describe;
mod detect;
mod explain;
mod manuals;
mod ocr;
mod received;
#[cfg(feature = "schemas")]
pub mod schemas;
mod views;

use answers::library::Library;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use images::Vision;
use shared::Context;
use shared::http::Router;
use shared::pace::pace;

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    vision: Vision,
    library: Library,
    places: received::Places,
}

impl App {
    /// The state of this family.
    #[must_use]
    pub fn new(context: Context, vision: Vision, library: Library) -> Self {
        Self { context, vision, library, places: received::Places::default() }
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The routes of this family.
pub fn router(state: App) -> Router {
    let paced = from_fn_with_state(state.context.clone(), pace);
    Router::new()
        .route("/api/v1/vision/detect", post(detect::detect))
        .route("/api/v1/vision/ocr", post(ocr::ocr))
        .route("/api/v1/vision/explain", post(explain::explain))
        .layer(DefaultBodyLimit::max(received::LARGEST_BODY))
        .layer(paced)
        .with_state(state)
}
