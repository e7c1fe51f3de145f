//! The `billing` function: plans, and what a user has of theirs.

mod plans;
mod subscription;

use axum::Router;
use axum::extract::FromRef;
use axum::routing::get;
use shared::Context;

/// What the function holds.
#[derive(Debug, Clone)]
pub struct State {
    context: Context,
}

impl State {
    /// Everything that the function needs.
    #[must_use]
    pub fn new(context: Context) -> Self {
        Self { context }
    }
}

impl FromRef<State> for Context {
    fn from_ref(state: &State) -> Self {
        state.context.clone()
    }
}

/// The routes under `/api/v1/billing`.
pub fn router(state: State) -> Router {
    Router::new()
        .route("/api/v1/billing/plans", get(plans::list_plans))
        .route("/api/v1/billing/subscription", get(subscription::read_subscription))
        .with_state(state)
}
