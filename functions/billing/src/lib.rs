//! The `billing` function: plans, what a user has of theirs, and paying.

mod checkout;
mod invoices;
mod plans;
#[cfg(feature = "schemas")]
pub mod schemas;
mod subscription;
mod webhook;

use axum::extract::FromRef;
use axum::routing::{get, post};
use foundation::provider::Cause;
use shared::Context;
use shared::billing::payments::Subscriptions;
use shared::http::Router;
use shared::mail::Mailer;

/// What the function holds.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    subscriptions: Subscriptions,
}

impl App {
    /// Everything that the function needs.
    ///
    /// # Errors
    /// When mail or the payment provider is not configured properly.
    pub async fn new(context: Context) -> Result<Self, Cause> {
        let mailer = Mailer::new(&context.config.mail, &context.config.aws).await?;
        let subscriptions =
            Subscriptions::new(context.store.clone(), context.billing.clone(), &context.config.billing, mailer)?;
        Ok(Self { context, subscriptions })
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The routes under `/api/v1/billing`.
pub fn router(state: App) -> Router {
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
