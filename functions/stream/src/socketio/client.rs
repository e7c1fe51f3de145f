//! The events that a client gets.

use std::time::Duration;

use answers::assistant::Stage;
use foundation::ids::{ChatId, MessageId};
use serde_json::{Value, json};
use socketioxide::extract::SocketRef;
use socketioxide::{SendError, SocketError};
use tokio::time::sleep;

use crate::outbox::Disconnected;

/// How long to wait before a client's full queue is tried again.
const PAUSE: Duration = Duration::from_millis(50);

/// Every stage, token and end of an answer.
const CHUNK: &str = "pipeline-chunk";
/// What a client shows of an answer that the user stopped; it compares this text.
const ABORTED: &str = "Pipeline aborted";

/// One client. Cheap to clone. Sending waits while the client's queue is full: a slow client holds up nothing but its
/// own events.
#[derive(Debug, Clone)]
pub(super) struct Client(SocketRef);

impl Client {
    pub(super) fn new(socket: SocketRef) -> Self {
        Self(socket)
    }

    /// The connection is ready.
    pub(super) async fn connected(&self) -> Result<(), Disconnected> {
        self.send("connected", &json!({"socketId": self.0.id})).await
    }

    /// The question is stored, and its answer is being written.
    pub(super) async fn accepted(&self, chat: &ChatId, answer: &MessageId) -> Result<(), Disconnected> {
        self.send("server-ack", &json!({"sessionId": chat, "messageId": answer})).await
    }

    /// A stage of the answer began. How many passages it works on is known only at its end.
    pub(super) async fn stage(&self, stage: Stage) -> Result<(), Disconnected> {
        let names: &[&str] = match stage {
            Stage::ImageAnalysis => &["image-analysis"],
            Stage::Retrieval => &["embedding", "retrieval"],
            Stage::Generation => &["context"],
        };
        for name in names {
            self.send(CHUNK, &json!({"stage": name, "metadata": {"chunkCount": null}})).await?;
        }
        Ok(())
    }

    /// Further text.
    pub(super) async fn token(&self, token: &str) -> Result<(), Disconnected> {
        self.send(CHUNK, &json!({"stage": "llm-generation", "token": token})).await
    }

    /// The answer is stored.
    pub(super) async fn complete(&self, chat: &ChatId, answer: &MessageId) -> Result<(), Disconnected> {
        self.send(CHUNK, &json!({"stage": "complete", "messageId": answer, "sessionId": chat})).await
    }

    /// The answer was stopped, and its partial text is stored.
    pub(super) async fn aborted(&self) -> Result<(), Disconnected> {
        self.send(CHUNK, &json!({"stage": "error", "errorMessage": ABORTED})).await
    }

    /// The question was refused, and nothing is stored.
    pub(super) async fn refused(&self, sentence: &str) -> Result<(), Disconnected> {
        self.send("pipeline-error", &json!({"error": sentence})).await
    }

    async fn send(&self, event: &'static str, data: &Value) -> Result<(), Disconnected> {
        loop {
            match self.0.emit(event, data) {
                Ok(()) => return Ok(()),
                Err(SendError::Socket(SocketError::InternalChannelFull)) => sleep(PAUSE).await,
                Err(_) => return Err(Disconnected),
            }
        }
    }
}
