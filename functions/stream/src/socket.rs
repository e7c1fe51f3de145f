//! Transports the frames of a session over a WebSocket.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, WebSocket};
use futures::stream::SplitSink;
use futures::{SinkExt, Stream, StreamExt};
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::frames::ClientFrame;
use crate::outbox::{Outbox, Outgoing, QueuedFrame};
use crate::session::{Session, Speaker};

/// Interval of pings, since load balancers close connections that are silent for a minute.
const PING: Duration = Duration::from_secs(25);
/// A client without any sign of life for this long, including pongs, has disconnected.
const LIFELESS: Duration = Duration::from_mins(1);
/// Timeout for sending one frame, and the minimum rate for large frames in bytes per second.
const SEND: Duration = Duration::from_secs(10);
const SLOWEST: u64 = 32 * 1024;
/// How long the client has to answer a close frame. Closing at once could discard what was sent last.
const LINGER: Duration = Duration::from_secs(1);

/// Close codes (RFC 6455, section 7.4.1, and its registry).
const NORMAL: u16 = 1000;
const GOING_AWAY: u16 = 1001;
const PROTOCOL: u16 = 1002;
const MALFORMED: u16 = 1007;
const TOO_BIG: u16 = 1009;
const RESTART: u16 = 1012;

/// Holds a connection until either side ends it.
pub(crate) async fn hold(socket: WebSocket, state: App, speaker: Speaker) {
    let (sink, mut stream) = socket.split();
    let (out, waiting) = Outbox::new();
    let dead = CancellationToken::new();
    let writer = tokio::spawn(write(sink, waiting, dead.clone()));
    let frames = read(&mut stream, out.clone(), state.parts.limits.idle, dead);
    let session = Session::new(state.parts.clone(), speaker, out.clone());
    session.run(frames, state.stop.clone()).await;
    if state.stop.is_cancelled() {
        out.close(RESTART, "the service restarts, please connect again").await;
    } else {
        out.close(NORMAL, "").await;
    }
    drop(out);
    drop(writer.await);
    let gone = async { while let Some(Ok(_)) = stream.next().await {} };
    drop(timeout(LINGER, gone).await);
}

/// The client's frames. Ends with the connection, or when it has to be closed.
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
                    if out.is_busy() {
                        spoken = Instant::now();
                        continue;
                    }
                    out.close(NORMAL, "idle").await;
                    break;
                }
                () = dead.cancelled() => break,
            };
            if matches!(message, Ok(Some(Ok(_)))) {
                out.note_alive();
            }
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
                    if let Some((code, reason)) = fault(error) {
                        out.close(code, reason).await;
                    }
                    break;
                }
                Ok(Some(Ok(Message::Close(_))) | None) => break,
                Err(_) => {
                    out.close(GOING_AWAY, "no sign of life").await;
                    break;
                }
            }
        }
    }
}

/// The close code and reason after an unreadable message; `None` if the connection is broken.
fn fault(error: axum::Error) -> Option<(u16, &'static str)> {
    match error.into_inner().downcast_ref::<SocketError>()? {
        SocketError::Capacity(_) => Some((TOO_BIG, "a frame is too large")),
        SocketError::Utf8(_) => Some((MALFORMED, "a text frame is not UTF-8")),
        SocketError::Protocol(_) => Some((PROTOCOL, "a frame cannot be read")),
        _ => None,
    }
}

/// Sends queued frames and pings. If a frame cannot be sent in time, the client has disconnected.
async fn write(
    mut sink: SplitSink<WebSocket, Message>,
    mut waiting: mpsc::Receiver<QueuedFrame>,
    dead: CancellationToken,
) {
    let mut pings = interval(PING);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    pings.reset();
    loop {
        let frame = tokio::select! {
            next = waiting.recv() => match next {
                None => break,
                Some(next) => next.leave(),
            },
            _ = pings.tick() => {
                if !send(&mut sink, Message::Ping(bytes::Bytes::new())).await {
                    break;
                }
                continue;
            }
        };
        let sent = match frame {
            // Nobody wants to hear it any more.
            None => true,
            Some(Outgoing::Text(text)) => send(&mut sink, Message::Text(text.into())).await,
            Some(Outgoing::Sound(announced, bytes)) => {
                let announced = match announced {
                    Some(text) => send(&mut sink, Message::Text(text.into())).await,
                    None => true,
                };
                announced && send(&mut sink, Message::Binary(bytes)).await
            }
            Some(Outgoing::Close(code, reason)) => {
                send(&mut sink, Message::Close(Some(CloseFrame { code, reason: reason.into() }))).await;
                break;
            }
        };
        if !sent {
            break;
        }
    }
    dead.cancel();
}

/// Whether the frame was sent in time.
async fn send(sink: &mut SplitSink<WebSocket, Message>, message: Message) -> bool {
    let length = match &message {
        Message::Binary(bytes) => bytes.len() as u64,
        _ => 0,
    };
    let limit = SEND + Duration::from_secs(length / SLOWEST);
    matches!(timeout(limit, sink.send(message)).await, Ok(Ok(())))
}
