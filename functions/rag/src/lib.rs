//! The `rag` family: search in one's own manuals, and embeddings, for clients that bring their own
//! language model. Payloads are top level; errors are the envelope.

mod embed;
mod failure;
mod search;

use axum::extract::FromRef;
use axum::routing::post;
use shared::Context;
use shared::library::Library;

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct State {
    context: Context,
    library: Library,
}

impl State {
    /// The state of this family.
    #[must_use]
    pub fn new(context: Context, library: Library) -> Self {
        Self { context, library }
    }
}

impl FromRef<State> for Context {
    fn from_ref(state: &State) -> Self {
        state.context.clone()
    }
}

/// The routes of this family.
pub fn router(state: State) -> axum::Router {
    axum::Router::new()
        .route("/api/v1/rag/search", post(search::search))
        .route("/api/v1/rag/embed", post(embed::embed))
        .with_state(state)
}
