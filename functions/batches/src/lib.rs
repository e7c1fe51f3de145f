//! The `batches` family: PDFs are checked before they are registered as documents.
//!
//! The upload checks all files before it answers: a function on Lambda does nothing after its response, and the page
//! that uploads shows a refusal at once, but gets stuck on a failure that is reported later. So nothing of the files is
//! kept, and all events have to say is that the files passed.

mod access;
mod cancel;
mod events;
mod received;
#[cfg(feature = "schemas")]
pub mod schemas;
mod upload;
mod view;

use axum::extract::{DefaultBodyLimit, FromRef};
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post};
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
    /// If the program that reads PDF files cannot be named.
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

/// The routes under `/api/v1/batches`.
pub fn router(state: App) -> Router {
    let paced = from_fn_with_state(state.context.clone(), pace);
    let files = DefaultBodyLimit::max(received::LARGEST_BODY);
    Router::new()
        .route("/api/v1/batches/upload-pdfs", post(upload::upload_batch).layer(files))
        .route("/api/v1/batches/events/{batch}", get(events::batch_events))
        .route("/api/v1/batches/{batch}/cancel", delete(cancel::cancel_batch))
        .layer(paced)
        .with_state(state)
}
