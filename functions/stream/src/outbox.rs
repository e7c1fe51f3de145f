//! The queue of frames for one client.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use bytes::Bytes;
use tokio::sync::{mpsc, oneshot};

use crate::barge_in::Played;
use crate::frames::ServerFrame;
use crate::words::LastChunk;

/// Maximum number of waiting frames. A client that reads never has more than a few.
const FRAMES: usize = 64;

/// Something to send.
#[derive(Debug, Clone, PartialEq)]
pub enum Outgoing {
    /// A text frame.
    Text(String),
    /// A binary frame, one playable file, with the text frame that announces it.
    Sound(Option<String>, Bytes),
    /// Closes the connection with a code (RFC 6455, section 7.4) and a reason.
    Close(u16, &'static str),
}

/// A frame in the queue.
#[derive(Debug)]
pub struct QueuedFrame {
    frame: Outgoing,
    sound: Option<SentNotice>,
}

/// What to record when sound is sent: how far the client then hears the answer.
#[derive(Debug)]
struct SentNotice {
    offset: SpokenOffset,
    end: usize,
    left: oneshot::Sender<()>,
}

impl QueuedFrame {
    /// The frame, to be sent now; `None` if its sound was cut meanwhile.
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

/// How much of an answer was sent as sound, in bytes of its text. Once it is cut, no more is sent.
#[derive(Debug, Clone, Default)]
pub struct SpokenOffset(Arc<Mutex<OffsetState>>);

#[derive(Debug, Default)]
struct OffsetState {
    end: usize,
    cut: bool,
}

impl SpokenOffset {
    /// Stops further sound, and returns how far the answer was heard.
    #[must_use]
    pub fn cut(&self) -> usize {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.cut = true;
        state.end
    }

    /// Records that the answer was sent up to `end`. Returns whether more may be sent.
    pub(crate) fn extend(&self, end: usize) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !state.cut {
            state.end = end;
        }
        !state.cut
    }
}

/// The client does not read, or has disconnected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client has gone")]
pub struct Disconnected;

/// The sending side of the queue. Cheap to clone. Senders wait until there is room. The receiver is dropped if the
/// client does not read, and sending then fails.
#[derive(Debug, Clone)]
pub struct Outbox {
    frames: mpsc::Sender<QueuedFrame>,
    busy: Arc<AtomicBool>,
    /// When the client last gave a sign of life.
    alive: Arc<Mutex<Instant>>,
    /// What the client was last given to speak itself.
    pub(crate) chunks: Arc<LastChunk>,
    /// What the client plays, and when.
    pub(crate) played: Arc<Played>,
}

impl Outbox {
    /// A bounded queue of frames.
    #[must_use]
    pub fn new() -> (Self, mpsc::Receiver<QueuedFrame>) {
        let (frames, receiver) = mpsc::channel(FRAMES);
        let alive = Arc::new(Mutex::new(Instant::now()));
        (Self { frames, busy: Arc::default(), alive, chunks: Arc::default(), played: Arc::default() }, receiver)
    }

    /// Sends a text frame.
    ///
    /// # Errors
    /// If the client does not read or has disconnected.
    pub async fn send(&self, frame: &ServerFrame) -> Result<(), Disconnected> {
        self.push(Outgoing::Text(frame.to_text()), None).await
    }

    /// Sends the sound of the answer up to `end`, optionally announced by a text frame, and waits until it is sent.
    /// Neither is sent once `offset` is cut.
    ///
    /// # Errors
    /// If the client does not read or has disconnected, or `offset` was cut.
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

    /// Whether the client is still connected.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.frames.is_closed()
    }

    /// Closes the connection after all frames before.
    pub async fn close(&self, code: u16, reason: &'static str) {
        let _ = self.push(Outgoing::Close(code, reason), None).await;
    }

    /// Records whether a turn is running. A connection with a turn is not idle, even if the client is silent.
    pub(crate) fn set_busy(&self, busy: bool) {
        self.busy.store(busy, Ordering::Relaxed);
    }

    pub(crate) fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    /// Records a sign of life of the client, such as a pong.
    pub(crate) fn note_alive(&self) {
        *self.alive.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// The last certain sign of life of the client. Sound that was sent later may not have arrived.
    pub(crate) fn last_alive(&self) -> Instant {
        *self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn push(&self, frame: Outgoing, sound: Option<SentNotice>) -> Result<(), Disconnected> {
        self.frames.send(QueuedFrame { frame, sound }).await.map_err(|_| Disconnected)
    }
}
