//! Chat sessions, messages and streamed answers.
//!
//! Handlers parse and reply; what happens in between is `answers::conversation`.

mod app;
mod attachments;
mod body;
mod messages;
#[cfg(feature = "schemas")]
pub mod schemas;
mod sessions;
mod sse;
mod views;

use axum::Extension;
use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, patch, post, put};
use shared::access::MayRenewAccess;
use shared::http::Router;
use shared::pace::pace;

pub use app::App;

/// All routes of the family.
pub fn router(state: App) -> Router {
    let paced = from_fn_with_state(state.context.clone(), pace);
    let renewing = Extension(MayRenewAccess);
    let asking = Router::new()
        .route("/api/v1/chat/messages", post(messages::send::in_new_session))
        .route("/api/v1/chat/messages/stream", post(messages::stream::in_new_session).layer(renewing))
        .route("/api/v1/chat/sessions/{id}/messages", post(messages::send::in_session))
        .route("/api/v1/chat/sessions/{id}/messages/stream", post(messages::stream::in_session).layer(renewing))
        .layer(DefaultBodyLimit::max(body::LIMIT));
    Router::new()
        .route("/api/v1/chat/sessions", get(sessions::list::list).post(sessions::create::create))
        .route(
            "/api/v1/chat/sessions/{id}",
            get(sessions::read::read).put(sessions::update::update).delete(sessions::delete::delete),
        )
        .route("/api/v1/chat/sessions/{id}/export", get(sessions::export::export))
        .route("/api/v1/chat/sessions/{id}/stop-stream", post(messages::stop::stop).delete(messages::stop::stop))
        .route(
            "/api/v1/chat/sessions/{id}/messages/{message}",
            patch(messages::reword::reword).delete(messages::remove::remove),
        )
        .route(
            "/api/v1/chat/sessions/{id}/messages/{message}/regenerate",
            post(messages::stream::again).layer(renewing),
        )
        .route("/api/v1/chat/sessions/{id}/messages/{message}/feedback", put(messages::feedback::give))
        .route("/api/v1/chat/cleanup-stopped", post(sessions::clean_up::clean_up))
        .route("/api/v1/chat/attachments/{id}", get(attachments::read))
        .merge(asking)
        .layer(paced)
        .with_state(state)
}
