//! A client of chat over Socket.IO: its packets as text frames of a WebSocket
//! (<https://socket.io/docs/v4/socket-io-protocol/>).

use std::time::Duration;

use futures::{SinkExt, StreamExt};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::user::{Answer, TestUser};

/// How long a packet is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);
/// What a client asks for.
pub const HANDSHAKE: &str = "/socket.io/?EIO=4&transport=websocket";

/// What a client receives.
#[derive(Debug, Clone, PartialEq)]
pub enum ChatPacket {
    /// An event with its payload.
    Event(String, Value),
    /// An acknowledgement.
    Ack(u64, Value),
    /// CONNECT, DISCONNECT or `CONNECT_ERROR`.
    Other(String),
    /// The end of the connection.
    Closed,
}

/// An open connection in a namespace.
pub struct ChatSocket {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    namespace: String,
    acks: u64,
}

/// The answer to a question, as it was told.
#[derive(Debug, Default)]
pub struct Told {
    /// The names of its stages.
    pub stages: Vec<String>,
    /// All tokens, joined.
    pub text: String,
    /// The session and the message.
    pub session: String,
    pub message: String,
    /// The payload that ended it.
    pub end: Value,
}

impl ChatSocket {
    /// Connects with these headers; the status of a refusal.
    pub async fn open(backend: &str, namespace: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let url = format!("{}{HANDSHAKE}", backend.replacen("http://", "ws://", 1));
        let mut request = url.into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        let (socket, _) = match connect_async(request).await {
            Ok(connected) => connected,
            Err(Error::Http(response)) => return Err(response.status().as_u16()),
            Err(error) => panic!("the handshake failed: {error}"),
        };
        let mut chat = Self { socket, namespace: namespace.to_owned(), acks: 0 };
        let ChatPacket::Other(open) = chat.next().await else { panic!("no open packet") };
        let open: Value = serde_json::from_str(open.strip_prefix('0').expect("an open packet")).unwrap();
        assert_eq!((&open["pingInterval"], &open["upgrades"]), (&json!(25_000), &json!([])));
        chat.send(format!("40{namespace},")).await;
        Ok(chat)
    }

    /// The same, once the namespace is joined.
    pub async fn connect(backend: &str, namespace: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut chat = Self::open(backend, namespace, headers).await?;
        let joined = chat.next().await;
        assert!(matches!(&joined, ChatPacket::Other(packet) if packet.starts_with("40")), "{joined:?}");
        let ready = chat.next().await;
        assert!(matches!(&ready, ChatPacket::Event(name, _) if name == "connected"), "{ready:?}");
        Ok(chat)
    }

    async fn send(&mut self, packet: String) {
        self.socket.send(Message::text(packet)).await.expect("the connection is open");
    }

    /// Emits an event.
    pub async fn emit(&mut self, event: &str, payload: &Value) {
        self.send(format!("42{},{}", self.namespace, json!([event, payload]))).await;
    }

    /// Emits an event and asks for an acknowledgement; its number.
    pub async fn emit_with_ack(&mut self, event: &str, payload: &Value) -> u64 {
        self.acks += 1;
        self.send(format!("42{},{}{}", self.namespace, self.acks, json!([event, payload]))).await;
        self.acks
    }

    /// Asks in the new session that a page calls `fake`.
    pub async fn ask_first(&mut self, fake: &str, content: &str) {
        let payload = json!({"content": content, "images": [], "fakeSessionId": fake});
        self.emit("stream-pipeline-message-new", &payload).await;
    }

    /// Asks in a session.
    pub async fn ask(&mut self, session: &str, content: &str) {
        let payload = json!({"content": content, "images": [], "sessionId": session});
        self.emit("stream-pipeline-message", &payload).await;
    }

    /// Stops the answer.
    pub async fn stop(&mut self) {
        self.send(format!("42{},[\"stop-pipeline\"]", self.namespace)).await;
    }

    /// The next packet but pings, which are answered.
    pub async fn next(&mut self) -> ChatPacket {
        tokio::time::timeout(TIMEOUT, self.receive()).await.expect("a packet in time")
    }

    async fn receive(&mut self) -> ChatPacket {
        loop {
            let packet = match self.socket.next().await {
                Some(Ok(Message::Text(packet))) => packet.to_string(),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return ChatPacket::Closed,
                Some(Ok(_)) => continue,
            };
            if packet == "2" {
                self.send("3".to_owned()).await;
                continue;
            }
            return self.read(&packet);
        }
    }

    fn read(&self, packet: &str) -> ChatPacket {
        let data = |kind: &str| packet.strip_prefix(&format!("{kind}{},", self.namespace));
        if let Some(event) = data("42") {
            let event: Value = serde_json::from_str(event).unwrap();
            return ChatPacket::Event(event[0].as_str().unwrap().to_owned(), event[1].clone());
        }
        if let Some(ack) = data("43") {
            let at = ack.find('[').unwrap();
            return ChatPacket::Ack(ack[..at].parse().unwrap(), serde_json::from_str(&ack[at..]).unwrap());
        }
        ChatPacket::Other(packet.to_owned())
    }

    /// The next payload of this event, passing over everything else.
    pub async fn find(&mut self, event: &str) -> Value {
        loop {
            match self.next().await {
                ChatPacket::Event(name, payload) if name == event => return payload,
                ChatPacket::Closed => panic!("closed before {event}"),
                _ => {}
            }
        }
    }

    /// Waits for the first token of the answer; its session and text so far. What was handed over before is passed
    /// over.
    pub async fn begun(&mut self) -> Told {
        self.told_until(|told| !told.text.is_empty()).await
    }

    /// The answer to the newest question, to its end.
    pub async fn told(&mut self) -> Told {
        self.told_until(|_| false).await
    }

    /// The rest of an answer that has begun.
    pub async fn rest(&mut self, mut told: Told) -> Told {
        while told.end.is_null() {
            let packet = self.next().await;
            assert_ne!(packet, ChatPacket::Closed, "{told:?}");
            told.take(&packet);
        }
        told
    }

    async fn told_until(&mut self, is_enough: impl Fn(&Told) -> bool) -> Told {
        let mut told = Told::default();
        loop {
            let packet = self.next().await;
            // An answer that is handed over comes without a question.
            let is_own = !told.session.is_empty()
                || matches!(&packet, ChatPacket::Event(name, _) if name == "server-ack" || name == "pipeline-error");
            if is_own {
                told.take(&packet);
            }
            assert_ne!(packet, ChatPacket::Closed, "{told:?}");
            if is_enough(&told) || !told.end.is_null() {
                return told;
            }
        }
    }

    /// Everything that comes within this time.
    pub async fn for_a_while(&mut self, time: Duration) -> Vec<ChatPacket> {
        let deadline = tokio::time::Instant::now() + time;
        let mut all = Vec::new();
        while let Ok(packet) = tokio::time::timeout_at(deadline, self.receive()).await {
            let is_end = packet == ChatPacket::Closed;
            all.push(packet);
            if is_end {
                break;
            }
        }
        all
    }
}

impl Told {
    fn take(&mut self, packet: &ChatPacket) {
        let ChatPacket::Event(name, payload) = packet else { return };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        match (name.as_str(), payload["stage"].as_str()) {
            ("server-ack", _) => {
                self.session = text(&payload["sessionId"]);
                self.message = text(&payload["messageId"]);
            }
            ("pipeline-error", _) | ("pipeline-chunk", Some("complete" | "error")) => self.end = payload.clone(),
            ("pipeline-chunk", Some("llm-generation")) => self.text.push_str(payload["token"].as_str().unwrap()),
            ("pipeline-chunk", Some(stage)) => {
                assert!(payload["metadata"].is_object(), "{payload}");
                self.stages.push(stage.to_owned());
            }
            _ => panic!("an unknown event: {packet:?}"),
        }
    }

    /// Whether the answer ended as a page expects it.
    pub fn is_complete(&self) -> bool {
        self.end["stage"] == "complete" && self.end["messageId"] == json!(self.message)
    }
}

impl TestUser {
    /// The access cookie.
    pub fn cookie(&self) -> String {
        format!("access_token={}", self.token.as_deref().expect("a signed-in user"))
    }

    /// Opens chat on the gateway by cookie.
    pub async fn chat(&self) -> ChatSocket {
        let chat = ChatSocket::connect(&self.gateway, "/chat", &[("cookie", &self.cookie())]).await;
        chat.expect("the handshake succeeds")
    }

    /// A handshake that is to be refused, read as HTTP.
    pub async fn chat_handshake(&self, path: &str, headers: &[(&'static str, &str)]) -> Answer {
        let request = self.client.request(Method::GET, format!("{}{path}", self.gateway));
        self.upgrade(request, headers).await
    }
}
