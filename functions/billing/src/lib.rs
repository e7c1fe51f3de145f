//! The `billing` function: plans, what a user has of theirs, and paying.

mod checkout;
mod invoices;
mod plans;
mod refusal;
#[cfg(feature = "schemas")]
pub mod schemas;
mod subscription;
mod webhook;

use axum::extract::FromRef;
use axum::routing::{get, post};
use foundation::provider::Cause;
use foundation::{ApiError, ApiResult};
use shared::Context;
use shared::access::CurrentUser;
use shared::billing::payments::{Subscriptions, configured};
use shared::http::Router;
use shared::mail::Mailer;
use shared::store::User;

/// What the function holds.
#[derive(Debug, Clone)]
pub struct State {
    context: Context,
    subscriptions: Subscriptions,
}

impl State {
    /// Everything that the function needs.
    ///
    /// # Errors
    /// When mail or the payment provider is not configured properly.
    pub async fn new(context: Context) -> Result<Self, Cause> {
        let mailer = Mailer::new(&context.config.mail, &context.config.aws).await?;
        let payments = configured(&context.config.billing)?;
        let subscriptions = Subscriptions::new(context.store.clone(), context.billing.clone(), payments, mailer);
        Ok(Self { context, subscriptions })
    }

    /// The account of a sign-in. One that is gone has no living sign-in either.
    async fn account_of(&self, user: &CurrentUser) -> ApiResult<User> {
        let found = self.context.store.user(&user.id).await?;
        found
            .ok_or_else(|| ApiError::unauthorized("sign_in_expired", "Your sign-in has expired. Please sign in again."))
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
        .route("/api/v1/billing/subscribe", post(checkout::subscribe))
        .route("/api/v1/billing/portal", post(checkout::open_portal))
        .route("/api/v1/billing/cancel", post(subscription::cancel_subscription))
        .route("/api/v1/billing/resume", post(subscription::resume_subscription))
        .route("/api/v1/billing/invoices", get(invoices::list_invoices))
        .route("/api/v1/billing/webhook", post(webhook::receive_event))
        .with_state(state)
}
