//! `GET /billing/plans`: what can be subscribed to. Open to everybody.

use axum::extract::State;
use foundation::ApiResult;
use foundation::plans::Plan;
use shared::http::{Reply, ok};

use crate::App;

pub(crate) async fn list_plans(State(state): State<App>) -> ApiResult<Reply<Vec<Plan>>> {
    let plans = state.context.billing.plans().iter().cloned().collect();
    Ok(ok("These are our plans.", plans))
}
