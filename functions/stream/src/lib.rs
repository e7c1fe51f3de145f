//! The container that holds the voice WebSocket: a function cannot hold a connection.
//!
//! [`session`] follows the frames of one client, [`socket`] carries them. A turn ([`turn`]) is a
//! chat turn like a typed one, with its sound made sentence by sentence ([`speaking`]); the
//! microphone ([`hearing`]) turns sound into questions while it is being spoken.

mod access;
mod connections;
mod container;
pub mod frames;
mod hearing;
mod metrics;
pub mod outbox;
mod playing;
mod refusal;
pub mod session;
mod socket;
mod speaker;
mod speaking;
mod splitter;
mod turn;
mod voice_meter;

use std::sync::Arc;
use std::time::Duration;

use answers::assistant::Assistant;
use answers::conversation::Conversations;
use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRef, State as Shared};
use axum::response::Response;
use axum::routing::get;
use foundation::ids::new_ulid;
use foundation::{ApiError, ApiResult};
use shared::Context;
use shared::http::{RequestId, Router};
use speech::audio::AudioWorker;
use speech::{Synthesizer, Transcriber};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use container::{run, service};

use access::Visitor;
use connections::Connections;
use metrics::Metrics;
use session::Speaker;

/// Bytes of a frame, and of a message.
const LARGEST_FRAME: usize = 1024 * 1024;
/// Bytes that are read at a time: thousands of connections are idle.
const READ_BUFFER: usize = 4 * 1024;
/// Bytes of frames that wait in the socket itself; more of them wait in the bounded outbox.
const WRITE_BUFFER: usize = 32 * 1024 * 1024;

/// How long answers whose clients have gone may be written on at the end.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// What every connection shares. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Parts {
    pub(crate) context: Context,
    pub(crate) conversations: Conversations,
    pub(crate) transcriber: Arc<dyn Transcriber>,
    pub(crate) synthesizer: Arc<dyn Synthesizer>,
    pub(crate) audio: AudioWorker,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) turns: TaskTracker,
    /// Cancelled when running turns have had time enough to finish.
    pub(crate) cut: CancellationToken,
}

/// What a connection and its turns may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) idle: Duration,
    pub(crate) turn: Duration,
    pub(crate) endpoint_silence: Duration,
}

/// What the container holds. Cheap to clone.
#[derive(Debug, Clone)]
pub struct State {
    pub(crate) context: Context,
    pub(crate) parts: Parts,
    connections: Connections,
    held: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl State {
    /// Answers come from `assistant`.
    #[must_use]
    pub fn new(
        context: Context,
        assistant: Assistant,
        transcriber: Arc<dyn Transcriber>,
        synthesizer: Arc<dyn Synthesizer>,
    ) -> Self {
        let stream = &context.config.stream;
        let limits = Limits { idle: stream.idle, turn: stream.turn, endpoint_silence: stream.endpoint_silence };
        let connections = Connections::new(stream.connections_per_user, stream.connections);
        let parts = Parts {
            conversations: Conversations::new(context.clone(), assistant),
            context: context.clone(),
            transcriber,
            synthesizer,
            audio: AudioWorker::new(context.config.speech.audio_worker.clone()),
            limits,
            metrics: Metrics::default(),
            turns: TaskTracker::new(),
            cut: CancellationToken::new(),
        };
        Self { context, parts, connections, held: TaskTracker::new(), stop: CancellationToken::new() }
    }

    /// What every connection shares, for a session without a socket.
    #[must_use]
    pub fn parts(&self) -> Parts {
        self.parts.clone()
    }

    /// Whether the end has begun: no connection is taken any more.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Ends all connections: running turns may finish for as long as is configured, and are cut then,
    /// keeping what was heard. Answers that nobody listens to have some seconds more. From its first
    /// moment on no connection is taken any more.
    pub async fn drain(&self) {
        self.stop.cancel();
        self.held.close();
        if tokio::time::timeout(self.context.config.stream.drain, self.held.wait()).await.is_err() {
            self.parts.cut.cancel();
            self.held.wait().await;
        }
        self.parts.turns.close();
        let answers = async {
            self.parts.turns.wait().await;
            self.parts.conversations.drain().await;
        };
        if tokio::time::timeout(LAST_ANSWERS, answers).await.is_err() {
            tracing::warn!("answers whose clients have gone were left unfinished");
        }
    }
}

impl FromRef<State> for Context {
    fn from_ref(state: &State) -> Self {
        state.context.clone()
    }
}

/// The route of this family.
pub fn router(state: State) -> Router {
    Router::new().route("/api/v1/stream", get(connect)).with_state(state)
}

/// What an operator asks the container: `GET /metrics`.
pub fn operations(state: State) -> Router {
    Router::new().route("/metrics", get(figures)).with_state(state)
}

async fn figures(Shared(state): Shared<State>) -> String {
    state.parts.metrics.text(state.connections.count())
}

async fn connect(
    Visitor(user): Visitor,
    Shared(state): Shared<State>,
    request: Option<Extension<RequestId>>,
    upgrade: WebSocketUpgrade,
) -> ApiResult<Response> {
    if state.is_draining() {
        let message = "The service is being restarted. Please try again in a moment.";
        return Err(ApiError::unavailable("draining", message).retry_after(1));
    }
    let place = state.connections.enter(&user.id)?;
    let request = request.map_or_else(String::new, |Extension(request)| request.0.to_string());
    let speaker = Speaker { user: user.id, sign_in: user.sign_in, connection: new_ulid(), request };
    let upgrade = upgrade
        .max_message_size(LARGEST_FRAME)
        .max_frame_size(LARGEST_FRAME)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(WRITE_BUFFER);
    Ok(upgrade.on_upgrade(move |socket| {
        let held = state.held.clone();
        held.track_future(async move {
            Box::pin(socket::hold(socket, state, speaker)).await;
            drop(place);
        })
    }))
}
