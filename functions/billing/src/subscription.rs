//! `GET /billing/subscription`: the user's plan, and how much of it is used; `POST /billing/cancel` and
//! `POST /billing/resume`.

use axum::extract::State;
use foundation::ApiResult;
use foundation::ids::UserId;
use foundation::plans::PlanId;
use foundation::plans::Status;
use jiff::Timestamp;
use serde::Serialize;
use shared::access::CurrentUser;
use shared::billing::Kept;
use shared::http::{Reply, ok};

use crate::App;

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(crate) struct SubscriptionView {
    plan_id: PlanId,
    status: Status,
    current_period_start: Option<Timestamp>,
    current_period_end: Option<Timestamp>,
    trial_end: Option<Timestamp>,
    cancel_at_period_end: bool,
    usage: UsageView,
}

/// Under the names of the limits.
#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct UsageView {
    documents: Used,
    storage_bytes: Used,
    messages_per_month: Used,
    voice_minutes_per_month: Used,
    extraction_pages_per_month: Used,
    /// When the monthly ones begin anew.
    resets_at: Timestamp,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
struct Used {
    used: u64,
    /// None: as much as they like.
    limit: Option<u64>,
}

pub(crate) async fn read_subscription(
    State(state): State<App>,
    user: CurrentUser,
) -> ApiResult<Reply<SubscriptionView>> {
    Ok(ok("This is your plan.", view(&state, &user.id).await?))
}

/// What the user has.
async fn view(state: &App, user: &UserId) -> ApiResult<SubscriptionView> {
    let billing = &state.context.billing;
    let (plan, subscription) = billing.plan_of(user).await?;
    let usage = billing.usage(user).await?;
    let kept = Kept::of(&state.context.store.documents(user).await?);
    let limits = &plan.limits;
    Ok(SubscriptionView {
        plan_id: plan.id.clone(),
        status: subscription.status,
        current_period_start: subscription.current_period_start,
        current_period_end: subscription.current_period_end,
        trial_end: subscription.trial_end,
        cancel_at_period_end: subscription.cancel_at_period_end,
        usage: UsageView {
            documents: Used { used: kept.documents, limit: limits.documents },
            storage_bytes: Used { used: kept.bytes, limit: limits.storage_bytes },
            messages_per_month: Used { used: usage.messages, limit: limits.messages_per_month },
            voice_minutes_per_month: Used { used: usage.voice_minutes(), limit: limits.voice_minutes_per_month },
            extraction_pages_per_month: Used { used: usage.extraction_pages, limit: limits.extraction_pages_per_month },
            resets_at: billing.resets_at(),
        },
    })
}

pub(crate) async fn cancel_subscription(
    State(state): State<App>,
    user: CurrentUser,
) -> ApiResult<Reply<SubscriptionView>> {
    state.subscriptions.cancel_at_period_end(&user.id, true).await?;
    Ok(ok("Your subscription ends with its period.", view(&state, &user.id).await?))
}

pub(crate) async fn resume_subscription(
    State(state): State<App>,
    user: CurrentUser,
) -> ApiResult<Reply<SubscriptionView>> {
    state.subscriptions.cancel_at_period_end(&user.id, false).await?;
    Ok(ok("Your subscription goes on.", view(&state, &user.id).await?))
}
