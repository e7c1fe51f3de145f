//! `GET /billing/plans`: what can be subscribed to. Open to everybody.

use axum::extract::State as Extract;
use axum::response::IntoResponse;
use foundation::plans::Plan;
use shared::http::ok;

use crate::State;

pub(crate) async fn list_plans(Extract(state): Extract<State>) -> impl IntoResponse {
    let plans: Vec<Plan> = state.context.billing.plans().iter().cloned().collect();
    ok("These are our plans.", plans)
}
