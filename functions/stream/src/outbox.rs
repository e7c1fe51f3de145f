//! What waits to be sent to one client.

use std::time::Duration;

use bytes::Bytes;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::frames::ServerFrame;

/// Frames that may wait. A client that reads never has more than a few.
const FRAMES: usize = 64;
/// How long a full queue is waited for: a client that reads nothing for so long is gone.
const PATIENCE: Duration = Duration::from_secs(10);

/// Something to send.
#[derive(Debug)]
pub enum Outgoing {
    /// A text frame.
    Text(String),
    /// A binary frame: one playable file.
    Sound(Bytes),
    /// The connection is to be closed: a code (RFC 6455, section 7.4) and a reason.
    Close(u16, &'static str),
}

/// A frame, and the turn that it sounds for: once that is cancelled, it is not sent.
#[derive(Debug)]
pub struct Waiting {
    /// The frame.
    pub frame: Outgoing,
    turn: Option<CancellationToken>,
}

impl Waiting {
    /// Whether nobody wants to hear it any more.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.turn.as_ref().is_some_and(CancellationToken::is_cancelled)
    }
}

/// The client does not read, or has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client has gone")]
pub struct Gone;

/// The sending side. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Outbox(mpsc::Sender<Waiting>);

impl Outbox {
    /// A bounded queue of frames.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<Waiting>) {
        let (sender, receiver) = mpsc::channel(FRAMES);
        (Self(sender), receiver)
    }

    /// Sends a text frame.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn send(&self, frame: &ServerFrame) -> Result<(), Gone> {
        self.push(Waiting { frame: Outgoing::Text(frame.to_text()), turn: None }).await
    }

    /// Sends sound of a turn, announced by a text frame or not; both are dropped when the turn is
    /// cancelled before they are sent.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn play(
        &self,
        turn: &CancellationToken,
        announced: Option<&ServerFrame>,
        sound: Bytes,
    ) -> Result<(), Gone> {
        if let Some(frame) = announced {
            self.push(Waiting { frame: Outgoing::Text(frame.to_text()), turn: Some(turn.clone()) }).await?;
        }
        self.push(Waiting { frame: Outgoing::Sound(sound), turn: Some(turn.clone()) }).await
    }

    /// Whether the client is still there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.0.is_closed()
    }

    /// Closes the connection once everything before is sent.
    pub async fn close(&self, code: u16, reason: &'static str) {
        let _ = self.push(Waiting { frame: Outgoing::Close(code, reason), turn: None }).await;
    }

    async fn push(&self, waiting: Waiting) -> Result<(), Gone> {
        match tokio::time::timeout(PATIENCE, self.0.send(waiting)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) | Err(_) => Err(Gone),
        }
    }
}
