//! One WebSocket, as the session's frames.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::stream::SplitSink;
use futures::{SinkExt, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::State;
use crate::frames::ClientFrame;
use crate::outbox::{Outbox, Outgoing, Waiting};
use crate::session::{Session, Speaker};

/// Load balancers drop connections that are silent for a minute.
const PING: Duration = Duration::from_secs(25);
/// A client that shows no sign of life for so long, pongs included, has gone.
const LIFELESS: Duration = Duration::from_secs(60);
/// How long one frame may take to be sent.
const SEND: Duration = Duration::from_secs(10);

/// Ways to close (RFC 6455, section 7.4.1).
const NORMAL: u16 = 1000;
const MALFORMED: u16 = 1007;
const TOO_BIG: u16 = 1009;
const RESTART: u16 = 1012;

/// Holds a connection until either side ends it.
pub(crate) async fn hold(socket: WebSocket, state: State, speaker: Speaker) {
    let (sink, stream) = socket.split();
    let (out, waiting) = Outbox::new();
    let dead = CancellationToken::new();
    let writer = tokio::spawn(write(sink, waiting, dead.clone()));
    let frames = read(stream, out.clone(), state.parts.limits.idle, dead);
    let session = Session::new(state.parts.clone(), speaker, out.clone());
    session.run(frames, state.stop.clone()).await;
    if state.stop.is_cancelled() {
        out.close(RESTART, "the service restarts, please connect again").await;
    } else {
        out.close(NORMAL, "").await;
    }
    drop(out);
    drop(writer.await);
}

/// The client's frames. Ends with the connection, or where it has to be closed.
fn read(
    mut stream: impl Stream<Item = Result<Message, axum::Error>> + Unpin,
    out: Outbox,
    idle: Duration,
    dead: CancellationToken,
) -> impl Stream<Item = Result<ClientFrame, String>> {
    async_stream::stream! {
        let mut spoken = Instant::now();
        loop {
            let message = tokio::select! {
                message = timeout(LIFELESS, stream.next()) => message,
                () = tokio::time::sleep_until(spoken + idle) => {
                    out.close(NORMAL, "idle").await;
                    break;
                }
                () = dead.cancelled() => break,
            };
            match message {
                Ok(Some(Ok(Message::Text(text)))) => {
                    spoken = Instant::now();
                    yield ClientFrame::from_text(&text);
                }
                Ok(Some(Ok(Message::Binary(bytes)))) => {
                    spoken = Instant::now();
                    yield Ok(ClientFrame::Audio(bytes));
                }
                Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
                Ok(Some(Err(error))) => {
                    let (code, reason) = fault(&error);
                    out.close(code, reason).await;
                    break;
                }
                Ok(Some(Ok(Message::Close(_))) | None) | Err(_) => break,
            }
        }
    }
}

/// How a connection ends on which something arrived that cannot be read.
fn fault(error: &axum::Error) -> (u16, &'static str) {
    let text = error.to_string();
    if text.contains("too long")
        || text.contains("too big")
        || text.contains("capacity")
        || text.contains("Space limit")
    {
        (TOO_BIG, "a frame is too large")
    } else {
        (MALFORMED, "a frame cannot be read")
    }
}

/// Sends what waits, and pings. Where a frame cannot be sent in time, the client has gone.
async fn write(mut sink: SplitSink<WebSocket, Message>, mut waiting: mpsc::Receiver<Waiting>, dead: CancellationToken) {
    let mut pings = interval(PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings.reset();
    loop {
        let message = tokio::select! {
            next = waiting.recv() => match next {
                None => break,
                Some(next) if next.is_stale() => continue,
                Some(next) => match next.frame {
                    Outgoing::Text(text) => Message::Text(text.into()),
                    Outgoing::Sound(bytes) => Message::Binary(bytes),
                    Outgoing::Close(code, reason) => Message::Close(Some(CloseFrame { code, reason: reason.into() })),
                },
            },
            _ = pings.tick() => Message::Ping(bytes::Bytes::new()),
        };
        let closing = matches!(message, Message::Close(_));
        if !matches!(timeout(SEND, sink.send(message)).await, Ok(Ok(()))) || closing {
            break;
        }
    }
    dead.cancel();
    // The other side's answer to a close is not waited for: the connection is done with.
    drop(timeout(SEND, sink.close()).await);
}
