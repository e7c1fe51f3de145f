//! A user's own account: `/api/v1/user`.

mod account;
mod email;
mod export;
mod password;
mod profile;
#[cfg(feature = "schemas")]
pub mod schemas;
mod settings;

use axum::extract::FromRef;
use axum::routing::{delete, get, post, put};
use foundation::provider::Cause;
use shared::Context;
use shared::access::codes::Codes;
use shared::billing::payments::Subscriptions;
use shared::http::Router;
use shared::mail::Mailer;

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    codes: Codes,
    subscriptions: Subscriptions,
}

impl App {
    /// Builds the mailer and the client of the payment provider.
    ///
    /// # Errors
    /// When mail or the payment provider is not configured properly.
    pub async fn new(context: Context) -> Result<Self, Cause> {
        let mailer = Mailer::new(&context.config.mail, &context.config.aws).await?;
        let subscriptions = Subscriptions::new(
            context.store.clone(),
            context.billing.clone(),
            &context.config.billing,
            mailer.clone(),
        )?;
        Ok(Self { codes: Codes::new(&context, mailer)?, subscriptions, context })
    }
}

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The routes of the family.
pub fn router(state: App) -> Router {
    Router::new()
        .route("/api/v1/user/profile", get(profile::show).put(profile::change))
        .route("/api/v1/user/profile/email-otp", post(email::mail_code))
        .route("/api/v1/user/password", put(password::change))
        .route("/api/v1/user/settings", get(settings::show).put(settings::change))
        .route("/api/v1/user/account/delete-otp", post(account::mail_code))
        .route("/api/v1/user/account", delete(account::delete))
        .route("/api/v1/user/export", get(export::export))
        .with_state(state)
}
