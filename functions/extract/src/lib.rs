//! The `extract` function: the text of a PDF, as a job.
//!
//! An upload is checked at once and becomes a job; its file is put into storage, which starts the
//! `ingest` function. Polling only looks: the job goes on without it.

mod access;
mod milestone;
mod progress;
mod received;
#[cfg(feature = "schemas")]
pub mod schemas;
mod start;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use documents::pdf::Inspector;
use shared::Context;
use shared::http::Router;
use shared::pace::pace;

/// What the function holds.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    inspector: Inspector,
}

impl App {
    /// Everything that the function needs.
    ///
    /// # Errors
    /// When the program that reads PDF files cannot be named.
    pub fn new(context: Context) -> std::io::Result<Self> {
        let inspector = Inspector::configured(&context.config.documents)?;
        Ok(Self { context, inspector })
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The routes under `/api/v1/extract`.
pub fn router(state: App) -> Router {
    let paced = from_fn_with_state(state.context.clone(), pace);
    Router::new()
        .route(
            "/api/v1/extract/extract/full",
            post(start::start_job).layer(DefaultBodyLimit::max(received::LARGEST_BODY)),
        )
        .route("/api/v1/extract/extract/progress/{job}", get(progress::job_progress))
        .layer(paced)
        .with_state(state)
}
