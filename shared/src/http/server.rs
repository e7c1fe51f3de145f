//! A server around a router, for programs that listen themselves.
//!
//! A client may be slow, and a thousand of them may be slow on purpose: each has a time for the head of a request, for
//! every next piece of its body, and for all of it by its length, and costs no more than a connection.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use bytes::Bytes;
use futures::{Stream, StreamExt};
use http::Request;
use http_body_util::BodyExt;
use hyper::body::{Body as _, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use tower_http::timeout::TimeoutBody;

/// How long clients may take.
#[derive(Debug, Clone, Copy)]
pub struct ClientTimeouts {
    /// From the connection, or the end of the request before, to the end of the head of a request.
    pub head: Duration,
    /// For the next piece of a body; and for all of it, with a second more for every [`SLOWEST`] bytes that came.
    pub body: Duration,
}

impl Default for ClientTimeouts {
    fn default() -> Self {
        Self { head: Duration::from_secs(20), body: Duration::from_secs(30) }
    }
}

/// Bytes of a body that a client sends in a second at least, once its first time is over: a byte now and then would hold
/// a request for days.
const SLOWEST: u64 = 8 * 1024;

/// Files that the process may have open: a connection is one, and the usual limit is 1,024.
const OPEN_FILES: u64 = 16_384;
/// When to listen again where no connection can be taken, since too many files are open.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop`, then lets requests under way finish, for as long as the caller waits.
pub async fn listen(listener: TcpListener, router: Router, stop: CancellationToken, timeouts: ClientTimeouts) {
    if let Err(error) = rlimit::increase_nofile_limit(OPEN_FILES) {
        tracing::warn!(%error, "the limit on open files could not be raised");
    }
    let graceful = GracefulShutdown::new();
    loop {
        let (stream, peer) = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(PAUSE).await;
                    continue;
                }
            },
        };
        // What is sent leaves at once: without this, small frames wait for each other.
        drop(stream.set_nodelay(true));
        let connection = serve_one(stream, peer, router.clone(), timeouts, &graceful);
        tokio::spawn(connection);
    }
    drop(listener);
    graceful.shutdown().await;
}

/// One connection, to its end.
fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    timeouts: ClientTimeouts,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + use<> {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        // What has no body must go on to say so.
        let request = request.map(|body| {
            if body.is_end_stream() {
                Body::empty()
            } else {
                Body::from_stream(paced(TimeoutBody::new(timeouts.body, body), timeouts.body))
            }
        });
        let router = router.clone();
        async move { router.oneshot(request).await.map_err(|never: Infallible| never) }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(timeouts.head);
    let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
    let watched = graceful.watch(connection);
    async move {
        // A client that goes away, or is too slow, is nobody's fault here.
        if let Err(error) = watched.await {
            tracing::debug!(%error, "a connection ended early");
        }
    }
}

/// The pieces of a body that has to come at some pace, whatever its pieces.
fn paced(body: TimeoutBody<Incoming>, first: Duration) -> impl Stream<Item = io::Result<Bytes>> + Send {
    async_stream::try_stream! {
        let mut pieces = std::pin::pin!(body.into_data_stream());
        let (began, mut received) = (Instant::now(), 0_u64);
        loop {
            let until = began + first + Duration::from_millis(received * 1_000 / SLOWEST);
            let piece = timeout_at(until, pieces.next()).await.map_err(|_| too_slow())?;
            let Some(piece) = piece else { break };
            let piece = piece.map_err(io::Error::other)?;
            received += piece.len() as u64;
            yield piece;
        }
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the body of the request comes too slowly")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use std::time::Instant;

    use axum::routing::{get, post};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    const TIMEOUTS: ClientTimeouts =
        ClientTimeouts { head: Duration::from_millis(300), body: Duration::from_millis(300) };

    async fn started() -> (SocketAddr, CancellationToken) {
        let routes = Router::new()
            .route("/", get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.ip().to_string()))
            .route("/body", post(async |body: String| body));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), CancellationToken::new());
        tokio::spawn(listen(listener, routes, stop.clone(), TIMEOUTS));
        (address, stop)
    }

    /// What is answered to these bytes until the connection ends, or for two seconds.
    async fn answer(address: SocketAddr, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut read = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(2), stream.read_to_end(&mut read)).await;
        assert!(ended.is_ok(), "the connection stays open");
        String::from_utf8(read).unwrap()
    }

    #[tokio::test]
    async fn slow_clients_are_let_go_and_stop_nobody() {
        let (address, _stop) = started().await;
        let mut slow = Vec::new();
        for _ in 0..300 {
            let mut stream = TcpStream::connect(address).await.unwrap();
            stream.write_all(b"GET / HTTP/1.1\r\nHost: ").await.unwrap();
            slow.push(stream);
        }
        let quick = answer(address, b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
        assert!(quick.starts_with("HTTP/1.1 200") && quick.ends_with("127.0.0.1"), "{quick}");
        let begun = Instant::now();
        for stream in &mut slow {
            let mut rest = Vec::new();
            let ended = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
            assert!(ended.is_ok(), "a slow client is kept for ever");
        }
        assert!(begun.elapsed() < Duration::from_secs(5));
    }

    #[tokio::test]
    async fn a_body_that_does_not_come_ends_the_request() {
        let (address, _stop) = started().await;
        let slow = answer(address, b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf").await;
        assert!(slow.starts_with("HTTP/1.1 4"), "{slow}");
        let whole =
            answer(address, b"POST /body HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 4\r\n\r\nhalf")
                .await;
        assert!(whole.ends_with("half"), "{whole}");
    }

    #[tokio::test]
    async fn a_body_that_drips_ends_the_request_too() {
        let (address, _stop) = started().await;
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"POST /body HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n").await.unwrap();
        let begun = Instant::now();
        let mut read = [0; 64];
        // Each piece comes in time.
        let ended = loop {
            match tokio::time::timeout(Duration::from_millis(50), stream.read(&mut read)).await {
                Ok(read) => break read,
                Err(_) => drop(stream.write_all(b"x").await),
            }
            assert!(begun.elapsed() < Duration::from_secs(5), "a byte now and then holds a request");
        };
        assert!(begun.elapsed() >= TIMEOUTS.body);
        assert!(ended.is_err() || read.starts_with(b"HTTP/1.1 4"), "{ended:?}");
    }

    #[tokio::test]
    async fn nobody_is_taken_any_more_once_it_stops() {
        let (address, stop) = started().await;
        stop.cancel();
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(TcpStream::connect(address).await.is_err());
    }
}
