//! Signing up, in and out: `/api/v1/auth`.

mod browser;
mod device;
mod discreet;
mod forgot_password;
mod google;
mod limits;
mod login;
mod logout;
mod refresh;
mod register;
mod resend_otp;
mod reset_password;
#[cfg(feature = "schemas")]
pub mod schemas;
mod sessions;
mod tokens;
mod verify_otp;
mod ws_auth;

use axum::extract::FromRef;
use axum::routing::{delete, get, post};
use shared::Context;
use shared::access::codes::{Codes, NoTokenSecret};
use shared::auth::google::{Google, GoogleError};
use shared::http::Router;
use shared::mail::{MailError, Mailer};

/// What the handlers share.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    codes: Codes,
    google: Option<Google>,
}

/// Why the family cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Mail.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// Google sign-in.
    #[error(transparent)]
    Google(#[from] GoogleError),
    /// Tokens and codes.
    #[error(transparent)]
    Secret(#[from] NoTokenSecret),
}

impl App {
    /// Builds the mailer and, where it is configured, Google sign-in.
    ///
    /// # Errors
    /// [`StartError`].
    pub async fn new(context: Context) -> Result<Self, StartError> {
        let config = &context.config;
        let mailer = Mailer::new(&config.mail, &config.aws).await?;
        let codes = Codes::new(&context, mailer)?;
        let redirect = format!("{}/api/v1/auth/google/redirect", config.http.gateway_url);
        let google = |google| Google::new(google, redirect, context.sign_ins.secret().clone());
        let google = config.google.clone().map(google).transpose()?;
        Ok(Self { context, codes, google })
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
        .route("/api/v1/auth/register", post(register::register))
        .route("/api/v1/auth/verify-otp", post(verify_otp::verify_otp))
        .route("/api/v1/auth/resend-otp", post(resend_otp::resend_otp))
        .route("/api/v1/auth/login", post(login::login))
        .route("/api/v1/auth/forgot-password", post(forgot_password::forgot_password))
        .route("/api/v1/auth/reset-password", post(reset_password::reset_password))
        .route("/api/v1/auth/refresh", post(refresh::refresh))
        .route("/api/v1/auth/logout", get(logout::logout).post(logout::logout))
        .route("/api/v1/auth/google", get(google::begin))
        .route("/api/v1/auth/google/redirect", get(google::finish))
        .route("/api/v1/auth/ws-auth", get(ws_auth::ws_auth))
        .route("/api/v1/auth/sessions", get(sessions::list))
        .route("/api/v1/auth/sessions/{id}", delete(sessions::revoke))
        .with_state(state)
}
