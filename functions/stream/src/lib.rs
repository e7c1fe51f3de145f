//! The container that holds connections, since a Lambda function cannot: the voice WebSocket, and chat over Socket.IO
//! ([`socketio`]).
//!
//! Of voice, [`session`] handles the frames of one client, and [`socket`] transports them. A turn ([`turn`]) is a chat
//! turn like a written one, with speech sentence by sentence ([`speaking`]), or with words that the client speaks itself
//! ([`words`]). The microphone ([`hearing`]) turns speech into questions; what it hears while an
//! answer is played may interrupt that ([`barge_in`]).

mod access;
mod barge_in;
mod connections;
mod container;
mod frames;
mod hearing;
mod metrics;
mod outbox;
mod playing;
mod session;
mod socket;
mod socketio;
mod speaker;
mod speaking;
mod splitter;
mod turn;
mod vocabularies;
mod voice_meter;
mod words;

use std::time::Duration;

use answers::assistant::Assistant;
use answers::conversation::Conversations;
use axum::Extension;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRef, State};
use axum::response::Response;
use axum::routing::get;
use foundation::ids::new_ulid;
use foundation::{ApiError, ApiResult};
use shared::Context;
use shared::access::MayRenewAccess;
use shared::http::{RequestId, Router};
use speech::Speech;
use speech::audio::AudioWorker;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use container::{run, service};

use access::Visitor;
use connections::Connections;
use metrics::Metrics;
use session::Speaker;
use socketio::ChatServer;
use vocabularies::Vocabularies;

/// Maximum size of a frame and of a message in bytes.
const LARGEST_FRAME: usize = 1024 * 1024;
/// Size of the read buffer in bytes. It is small, since thousands of connections may be idle.
const READ_BUFFER: usize = 4 * 1024;
/// Maximum size of buffered frames in the socket itself in bytes. Further frames wait in the bounded outbox.
const WRITE_BUFFER: usize = 32 * 1024 * 1024;

/// How long answers of disconnected clients may still be written at shutdown.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

/// What all connections share. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Parts {
    pub(crate) context: Context,
    pub(crate) conversations: Conversations,
    pub(crate) speech: Speech,
    pub(crate) vocabularies: Vocabularies,
    pub(crate) audio: AudioWorker,
    pub(crate) limits: Limits,
    pub(crate) metrics: Metrics,
    pub(crate) turns: TaskTracker,
    /// Cancelled at shutdown, once running turns have had enough time to finish.
    pub(crate) cut: CancellationToken,
}

/// Limits of a connection and its turns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) idle: Duration,
    pub(crate) turn: Duration,
    pub(crate) endpoint_silence: Duration,
}

/// The state of the container. Cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    pub(crate) context: Context,
    pub(crate) parts: Parts,
    connections: Connections,
    chat: ChatServer,
    held: TaskTracker,
    pub(crate) stop: CancellationToken,
}

impl App {
    /// Answers come from `assistant`.
    #[must_use]
    pub fn new(context: Context, assistant: Assistant, speech: Speech) -> Self {
        let stream = &context.config.stream;
        let limits = Limits { idle: stream.idle, turn: stream.turn, endpoint_silence: stream.endpoint_silence };
        let connections = Connections::new("voice", stream.connections_per_user, stream.connections);
        let parts = Parts {
            vocabularies: Vocabularies::new(assistant.library()),
            conversations: Conversations::new(context.clone(), assistant),
            context: context.clone(),
            speech,
            audio: AudioWorker::new(context.config.speech.audio_worker.clone()),
            limits,
            metrics: Metrics::default(),
            turns: TaskTracker::new(),
            cut: CancellationToken::new(),
        };
        let stop = CancellationToken::new();
        let chat = ChatServer::new(&parts, stream, &stop);
        Self { parts, connections, chat, held: TaskTracker::new(), stop, context }
    }

    /// What all connections share, for a session without a socket.
    #[must_use]
    pub fn parts(&self) -> Parts {
        self.parts.clone()
    }

    /// Whether shutdown has begun, so that new connections are refused.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Refuses a handshake once shutdown has begun.
    pub(crate) fn refuse_if_draining(&self) -> ApiResult<()> {
        if !self.is_draining() {
            return Ok(());
        }
        let message = "The service is being restarted. Please try again in a moment.";
        Err(ApiError::unavailable("draining", message).retry_after(1))
    }

    /// Shuts down: refuses new connections at once, and lets running turns finish within the configured time. After
    /// that they are cut, and the part that was heard is kept. Answers of disconnected clients get some more seconds.
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

impl FromRef<App> for Context {
    fn from_ref(state: &App) -> Self {
        state.context.clone()
    }
}

/// The route of this family, for the services.
pub fn router(state: App) -> Router {
    Router::new().route("/api/v1/stream", get(connect).layer(Extension(MayRenewAccess))).with_state(state)
}

/// The route of chat over Socket.IO, for both backends: clients look for it at the root of either.
pub fn chat_router(state: App) -> Router {
    Router::new().route("/socket.io/", get(socketio::connect).layer(Extension(MayRenewAccess))).with_state(state)
}

/// What an operator asks the container: `GET /metrics`.
pub fn operations(state: App) -> Router {
    Router::new().route("/metrics", get(figures)).with_state(state)
}

async fn figures(State(state): State<App>) -> String {
    state.parts.metrics.text(state.connections.count(), state.chat.count())
}

async fn connect(
    Visitor(user): Visitor,
    State(state): State<App>,
    request: Option<Extension<RequestId>>,
    upgrade: WebSocketUpgrade,
) -> ApiResult<Response> {
    state.refuse_if_draining()?;
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
