//! One connection in its namespace: takes its events in order.

use std::future::{pending, ready};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use answers::conversation::Conversations;
use foundation::ApiError;
use foundation::ids::MessageId;
use serde_json::Value;
use socketioxide::extract::{AckSender, SocketRef, TryData};
use socketioxide::socket::DisconnectReason;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::Connection;
use super::client::Client;
use super::payload::{Asking, ChatQuestion};
use super::turn::{Turn, TurnEnd};
use crate::Parts;
use crate::outbox::Disconnected;

/// Maximum number of events that wait.
const WAITING: usize = 16;
/// How long the last events have to leave before the connection is ended.
const LAST_EVENTS: Duration = Duration::from_millis(200);

const TOO_MANY: &str = "Too many messages were sent at once. Please try again in a moment.";
const NO_PAYLOAD: &str = "The message cannot be read. It must be an object with the fields of its event.";
const DRAINING: &str = "The service is being restarted. Please try again in a moment.";

/// An event of the client.
enum Incoming {
    /// A question, or nothing if its payload is not JSON.
    Question(Asking, Option<Value>),
    Stop,
}

/// Starts the session of a connection that has joined a namespace.
pub(super) fn open(socket: &SocketRef, connection: Connection, parts: Parts, stop: CancellationToken) {
    let (inbox, events) = mpsc::channel(WAITING);
    for (name, asking) in [("stream-pipeline-message-new", Asking::New), ("stream-pipeline-message", Asking::InSession)]
    {
        let inbox = inbox.clone();
        socket.on(name, move |socket: SocketRef, TryData(payload): TryData<Value>, ack: AckSender| {
            take(&inbox, Incoming::Question(asking, payload.ok()), &socket, ack);
            ready(())
        });
    }
    socket.on("stop-pipeline", move |socket: SocketRef, ack: AckSender| {
        take(&inbox, Incoming::Stop, &socket, ack);
        ready(())
    });
    // Who leaves the namespace needs no connection.
    let (ended, has_left) = (connection.ended.clone(), Arc::new(AtomicBool::new(false)));
    let left = has_left.clone();
    socket.on_disconnect(move |reason: DisconnectReason| {
        let by_client = matches!(reason, DisconnectReason::TransportClose | DisconnectReason::ClientNSDisconnect);
        left.store(by_client, Ordering::Relaxed);
        ended.cancel();
        ready(())
    });
    let session = Session {
        conversations: parts.conversations.for_appending_clients(),
        parts,
        client: Client::new(socket.clone()),
        connection,
        turn: None,
        told: None,
        has_asked: CancellationToken::new(),
        has_left,
    };
    tokio::spawn(session.run(events, stop));
}

/// Queues an event in the order of arrival, and acknowledges it.
fn take(inbox: &mpsc::Sender<Incoming>, event: Incoming, socket: &SocketRef, ack: AckSender) {
    let is_taken = inbox.try_send(event).is_ok();
    // A client whose queue is full reads neither.
    if !is_taken {
        let _ = socket.emit("pipeline-error", &serde_json::json!({"error": TOO_MANY}));
    }
    let _ = ack.send(&serde_json::json!({"received": is_taken}));
}

struct Session {
    parts: Parts,
    conversations: Conversations,
    client: Client,
    connection: Connection,
    turn: Option<Running>,
    /// The answer whose end was sent last. It has arrived if the client sends something afterwards.
    told: Option<MessageId>,
    /// Cancelled with the first question: who asks waits for no answer of another connection.
    has_asked: CancellationToken,
    /// Whether the client itself closed the connection.
    has_left: Arc<AtomicBool>,
}

/// The turn of the newest question.
struct Running {
    /// Cancelled when the user stops the answer.
    stop: CancellationToken,
    /// Cancelled when a newer question arrives: nothing more is sent of this one.
    muted: CancellationToken,
    task: JoinHandle<TurnEnd>,
}

impl Session {
    /// Runs until the connection or the sign-in ends. At shutdown, a running answer may be told first.
    async fn run(mut self, mut events: mpsc::Receiver<Incoming>, stop: CancellationToken) {
        if self.client.connected().await.is_ok() {
            let (conversations, connection) = (self.conversations.clone(), self.connection.clone());
            let handing_over = hand_over(conversations, connection, self.client.clone());
            let handing_over = tokio::spawn(self.has_asked.clone().run_until_cancelled_owned(handing_over));
            self.follow(&mut events, &stop).await;
            handing_over.abort();
            tokio::time::sleep(LAST_EVENTS).await;
            if self.has_left.load(Ordering::Relaxed) {
                self.forget_told().await;
            }
        }
        self.connection.ended.cancel();
    }

    async fn follow(&mut self, events: &mut mpsc::Receiver<Incoming>, stop: &CancellationToken) {
        loop {
            let is_draining = stop.is_cancelled();
            if is_draining && self.turn.is_none() {
                return;
            }
            let followed = tokio::select! {
                () = self.connection.closed.cancelled() => return,
                () = stop.cancelled(), if !is_draining => Ok(()),
                end = ended(&mut self.turn) => {
                    self.turn = None;
                    match end {
                        Some(TurnEnd::SignedOut) => return,
                        Some(TurnEnd::Told(answer)) => self.told = Some(answer),
                        Some(TurnEnd::Untold) | None => {}
                    }
                    Ok(())
                }
                event = events.recv() => match event {
                    None => return,
                    Some(Incoming::Stop) => {
                        if let Some(running) = &self.turn {
                            running.stop.cancel();
                        }
                        Ok(())
                    }
                    Some(Incoming::Question(..)) if is_draining => self.client.refused(DRAINING).await,
                    Some(Incoming::Question(_, None)) => self.client.refused(NO_PAYLOAD).await,
                    Some(Incoming::Question(asking, Some(payload))) => self.ask(asking, payload).await,
                },
            };
            if followed.is_err() {
                return;
            }
        }
    }

    async fn ask(&mut self, asking: Asking, payload: Value) -> Result<(), Disconnected> {
        self.has_asked.cancel();
        let user = &self.connection.speaker.user;
        let question = match ChatQuestion::parse(asking, payload, user) {
            Ok(question) => question,
            Err(error) => return self.client.refused(&sentences(&error)).await,
        };
        self.forget_told().await;
        let before = self.turn.take().inspect(|running| running.muted.cancel());
        let (stop, muted) = (CancellationToken::new(), CancellationToken::new());
        let turn = Turn {
            parts: self.parts.clone(),
            conversations: self.conversations.clone(),
            speaker: self.connection.speaker.clone(),
            client: self.client.clone(),
            question,
            stop: stop.clone(),
            muted: muted.clone(),
            // Its session is free once it is stored.
            stopping: before.filter(|running| running.stop.is_cancelled()).map(|running| running.task),
        };
        let task = self.parts.turns.spawn(turn.run());
        self.turn = Some(Running { stop, muted, task });
        Ok(())
    }

    /// Hands the answer that was told to no other connection.
    async fn forget_told(&mut self) {
        if let Some(answer) = self.told.take()
            && let Err(error) = self.conversations.forget_asked(&self.connection.speaker.user, &answer).await
        {
            tracing::warn!(%error, "an answer may be handed over once more");
        }
    }
}

/// Tells a new connection that the answers are stored that were asked for over others. Which of them were received
/// there is not known; who waits for none ignores it.
async fn hand_over(conversations: Conversations, connection: Connection, client: Client) {
    match conversations.newest_noted(&connection.speaker.user).await {
        Ok(Some(noted)) => {
            // Should the client have gone, the connection notices by itself.
            let _ = client.complete(&noted.chat, &noted.answer).await;
        }
        Ok(None) => {}
        Err(error) => tracing::warn!(%error, "answers of earlier connections could not be handed over"),
    }
}

/// All sentences of a refusal.
fn sentences(error: &ApiError) -> String {
    let all: Vec<&str> = error.data().as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    if all.is_empty() { error.message().to_owned() } else { all.join(". ") }
}

/// The end of the running turn; pending forever if none is running.
async fn ended(turn: &mut Option<Running>) -> Option<TurnEnd> {
    let Some(running) = turn else { return pending().await };
    (&mut running.task).await.ok()
}
