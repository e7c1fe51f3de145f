//! The stream container.

use std::net::SocketAddr;

use shared::Context;
use shared::assistant::Assistant;
use shared::http::{Backend, serve};
use shared::library::Library;
use shared::speech::{recognition, synthesis};
use stream::State;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

type Error = Box<dyn std::error::Error + Send + Sync>;

#[tokio::main]
async fn main() -> Result<(), Error> {
    let context = Context::from_env().await?;
    let config = context.config.clone();
    let library = Library::load(&context).await;
    let assistant = Assistant::new(&context, library)?;
    let transcriber = recognition::configured(&config).await?;
    let synthesizer = synthesis::configured(&config).await?;
    let state = State::new(context, assistant, transcriber, synthesizer);
    let routes = stream::router(state.clone()).merge(stream::operations(state.clone()));
    let service = serve(Backend::Services, routes, &config.http).into_make_service_with_connect_info::<SocketAddr>();

    let listener = TcpListener::bind(config.stream.address).await?;
    tracing::info!(address = %listener.local_addr()?, "the stream container listens");
    axum::serve(listener, service).with_graceful_shutdown(asked_to_stop()).await?;
    state.drain().await;
    Ok(())
}

/// Ctrl-C or SIGTERM.
async fn asked_to_stop() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        },
        Err(_) => drop(tokio::signal::ctrl_c().await),
    }
}
