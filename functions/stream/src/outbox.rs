//! What waits to be sent to one client.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::frames::ServerFrame;

/// Frames that may wait. A client that reads never has more than a few.
const FRAMES: usize = 64;

/// Something to send.
#[derive(Debug, Clone, PartialEq)]
pub enum Outgoing {
    /// A text frame.
    Text(String),
    /// A binary frame, one playable file, with the text frame that announces it.
    Sound(Option<String>, Bytes),
    /// The connection is to be closed: a code (RFC 6455, section 7.4) and a reason.
    Close(u16, &'static str),
}

/// A frame that waits.
#[derive(Debug)]
pub struct QueuedFrame {
    frame: Outgoing,
    sound: Option<SentNotice>,
}

/// What is noted when sound leaves: how far the client then hears the answer.
#[derive(Debug)]
struct SentNotice {
    offset: SpokenOffset,
    end: usize,
    left: oneshot::Sender<()>,
}

impl QueuedFrame {
    /// The frame, which leaves now; none where nobody wants to hear it any more.
    #[must_use]
    pub fn leave(self) -> Option<Outgoing> {
        if let Some(SentNotice { offset, end, left }) = self.sound {
            if !offset.extend(end) {
                return None;
            }
            // Whoever plays it may have been interrupted meanwhile.
            let _ = left.send(());
        }
        Some(self.frame)
    }
}

/// How much of an answer has left as sound, in bytes of its text; once it is cut, no more does.
#[derive(Debug, Clone, Default)]
pub struct SpokenOffset(Arc<Mutex<OffsetState>>);

#[derive(Debug, Default)]
struct OffsetState {
    end: usize,
    cut: bool,
}

impl SpokenOffset {
    /// Lets no more sound leave; how far the answer has been heard.
    #[must_use]
    pub fn cut(&self) -> usize {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.cut = true;
        state.end
    }

    fn extend(&self, end: usize) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.cut {
            state.end = end;
        }
        !state.cut
    }
}

/// The client does not read, or has gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client has gone")]
pub struct Disconnected;

/// The sending side. Cheap to clone. Whoever sends waits for room; who takes the frames out gives up,
/// by dropping the receiver, where the client takes none.
#[derive(Debug, Clone)]
pub struct Outbox {
    frames: mpsc::Sender<QueuedFrame>,
    busy: Arc<AtomicBool>,
    /// When the client last showed that it is there.
    alive: Arc<Mutex<Instant>>,
}

impl Outbox {
    /// A bounded queue of frames.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<QueuedFrame>) {
        let (frames, receiver) = mpsc::channel(FRAMES);
        let alive = Arc::new(Mutex::new(Instant::now()));
        (Self { frames, busy: Arc::default(), alive }, receiver)
    }

    /// Sends a text frame.
    ///
    /// # Errors
    /// [`Disconnected`].
    pub async fn send(&self, frame: &ServerFrame) -> Result<(), Disconnected> {
        self.push(Outgoing::Text(frame.to_text()), None).await
    }

    /// Sends sound that speaks the answer up to `end`, announced by a text frame or not, and waits
    /// until it leaves. Neither leaves once `offset` is cut.
    ///
    /// # Errors
    /// [`Disconnected`], also where it was cut.
    pub async fn play(
        &self,
        announced: Option<&ServerFrame>,
        sound: Bytes,
        offset: &SpokenOffset,
        end: usize,
    ) -> Result<(), Disconnected> {
        let (left, leaves) = oneshot::channel();
        let frame = Outgoing::Sound(announced.map(ServerFrame::to_text), sound);
        self.push(frame, Some(SentNotice { offset: offset.clone(), end, left })).await?;
        leaves.await.map_err(|_| Disconnected)
    }

    /// Whether the client is still there.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.frames.is_closed()
    }

    /// Closes the connection once everything before is sent.
    pub async fn close(&self, code: u16, reason: &'static str) {
        let _ = self.push(Outgoing::Close(code, reason), None).await;
    }

    /// Notes whether a turn runs: then the connection is not idle, however silent the client is.
    pub(crate) fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::Relaxed);
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    /// Notes that something came from the client, if only an answer to a ping.
    pub(crate) fn note_alive(&self) {
        *self.alive.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// When the client was last there for certain. Sound that left later may not have reached it.
    pub(crate) fn last_alive(&self) -> Instant {
        *self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn push(&self, frame: Outgoing, sound: Option<SentNotice>) -> Result<(), Disconnected> {
        self.frames.send(QueuedFrame { frame, sound }).await.map_err(|_| Disconnected)
    }
}
