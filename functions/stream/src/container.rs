//! The long-running server of the routes.

use std::io;
use std::time::Duration;

use axum::Json;
use axum::extract::{Request, State};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde_json::json;
use shared::http::{Backend, ClientTimeouts, listen, serve};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{App, chat_router, operations, router};

/// How long plain HTTP requests may take to finish at shutdown.
const LAST: Duration = Duration::from_secs(2);

/// Everything that the container answers: its routes, `GET /health`, which says when it is about to
/// stop, and `GET /metrics`.
pub fn service(state: &App) -> axum::Router {
    let routes = router(state.clone()).merge(chat_router(state.clone())).merge(operations(state.clone()));
    let health = middleware::from_fn_with_state(state.clone(), health);
    serve(Backend::Services, routes, &state.context.config.http).layer(health)
}

/// A load balancer sends no more clients where this is 503.
async fn health(State(state): State<App>, request: Request, next: Next) -> Response {
    if state.is_draining() && request.uri().path() == "/health" {
        let body = json!({"status": "draining", "service": "services", "version": env!("CARGO_PKG_VERSION")});
        return (StatusCode::SERVICE_UNAVAILABLE, Json(body)).into_response();
    }
    next.run(request).await
}

/// Serves until the process is terminated (SIGTERM, or SIGINT at a terminal), then lets running turns finish.
///
/// # Errors
/// Where the configured address cannot be listened on.
pub async fn run(state: App) -> io::Result<()> {
    let address = state.context.config.stream.address;
    let listener = TcpListener::bind(address).await?;
    tracing::info!(%address, "the stream container listens");
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stop = CancellationToken::new();
    let mut serving = tokio::spawn(listen(listener, service(&state), stop.clone(), ClientTimeouts::default()));
    tokio::select! {
        ended = &mut serving => return ended.map_err(io::Error::other),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("the stream container stops");
    state.drain().await;
    stop.cancel();
    drop(tokio::time::timeout(LAST, serving).await);
    Ok(())
}
