//! The `rag` family: search in one's own manuals, and embeddings, for clients that bring their own
//! language model. Payloads are top level; errors are the envelope.

mod embed;
#[cfg(feature = "schemas")]
pub mod schemas;
mod search;

use answers::library::Library;
use axum::extract::FromRef;
use axum::middleware::from_fn_with_state;
use axum::routing::post;
use shared::Context;
use shared::http::Router;
use shared::pace::pace;

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    library: Library,
}

impl App {
    /// The state of this family.
    #[must_use]
    pub fn new(context: Context, library: Library) -> Self {
        Self { context, library }
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
        .route("/api/v1/rag/search", post(search::search))
        .route("/api/v1/rag/embed", post(embed::embed))
        .layer(paced)
        .with_state(state)
}
