//! Listening and stopping.

use std::time::Duration;

use axum::Router;
use shared::http::{ClientTimeouts, listen};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::system::StartError;

/// How long requests under way may take to finish when the system stops.
const DRAIN: Duration = Duration::from_secs(20);

/// Takes a port, or says which part wanted it.
pub(crate) async fn bind(
    host: &str,
    port: u16,
    part: &'static str,
    flag: &'static str,
) -> Result<TcpListener, StartError> {
    TcpListener::bind((host, port)).await.map_err(|source| StartError::Port { part, port, flag, source })
}

/// The address of a listener, with a name that browsers accept for cookies.
pub(crate) fn local_url(listener: &TcpListener) -> String {
    let port = listener.local_addr().map_or(0, |address| address.port());
    format!("http://localhost:{port}")
}

/// Serves until `stop`, then lets requests under way finish for a while.
pub(crate) async fn serve(listener: TcpListener, router: Router, stop: CancellationToken) {
    let overtime = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        () = listen(listener, router, stop.clone(), ClientTimeouts::default()) => {}
        () = overtime => tracing::warn!("some requests did not finish in time and were cut"),
    }
}
