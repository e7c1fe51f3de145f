//! A client of the voice WebSocket.

use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, StreamExt};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::user::{Answer, TestUser};

/// How long a frame is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a client receives.
#[derive(Debug, Clone, PartialEq)]
pub enum Received {
    /// A text frame.
    Frame(Value),
    /// A binary frame.
    Sound(Bytes),
    /// The end: code and reason of the closing frame, where there was one.
    Closed(Option<(u16, String)>),
}

impl Received {
    /// The type of a text frame.
    pub fn kind(&self) -> &str {
        match self {
            Self::Frame(frame) => frame["type"].as_str().expect("a type"),
            Self::Sound(_) => "sound",
            Self::Closed(_) => "closed",
        }
    }
}

/// An open WebSocket.
pub struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    /// Connects with further headers; the status of a refusal.
    pub async fn connect(url: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = url.replacen("http://", "ws://", 1).into_client_request().unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Self(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("the handshake failed: {error}"),
        }
    }

    /// Sends a JSON frame.
    pub async fn send(&mut self, frame: Value) {
        self.send_text(frame.to_string()).await;
    }

    /// Sends a text frame as it is.
    pub async fn send_text(&mut self, text: impl Into<String>) {
        self.0.send(Message::text(text.into())).await.expect("the connection is open");
    }

    /// Sends microphone audio, or whatever the bytes are; whether the connection still took it.
    pub async fn send_bytes(&mut self, bytes: Vec<u8>) -> bool {
        self.0.send(Message::binary(bytes)).await.is_ok()
    }

    /// Asks a question.
    pub async fn ask(&mut self, text: &str) {
        self.send(json!({"type": "final_text", "text": text})).await;
    }

    /// The next frame but pings.
    pub async fn next(&mut self) -> Received {
        self.next_within(TIMEOUT).await.expect("a frame in time")
    }

    /// The next frame, where there is one within this time.
    pub async fn next_within(&mut self, time: Duration) -> Option<Received> {
        tokio::time::timeout(time, self.receive()).await.ok()
    }

    async fn receive(&mut self) -> Received {
        loop {
            match self.0.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Received::Frame(serde_json::from_str(&text).expect("JSON"));
                }
                Some(Ok(Message::Binary(bytes))) => return Received::Sound(bytes),
                Some(Ok(Message::Close(frame))) => {
                    return Received::Closed(frame.map(|frame| (frame.code.into(), frame.reason.to_string())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Received::Closed(None),
            }
        }
    }

    /// Everything up to and with the first frame of this kind; `sound` and `closed` are kinds too.
    pub async fn until(&mut self, kind: &str) -> Vec<Received> {
        let mut all = Vec::new();
        loop {
            let received = self.next().await;
            let (found, closed) = (received.kind() == kind, matches!(received, Received::Closed(_)));
            all.push(received);
            if found {
                return all;
            }
            assert!(!closed, "closed before {kind}: {all:?}");
        }
    }

    /// The next JSON frame of this type, passing over everything else.
    pub async fn find(&mut self, kind: &str) -> Value {
        match self.until(kind).await.pop() {
            Some(Received::Frame(frame)) => frame,
            other => panic!("no JSON frame: {other:?}"),
        }
    }

    /// Everything that comes within this time.
    pub async fn for_a_while(&mut self, time: Duration) -> Vec<Received> {
        let deadline = tokio::time::Instant::now() + time;
        let mut all = Vec::new();
        while let Ok(received) = tokio::time::timeout_at(deadline, self.receive()).await {
            let closed = matches!(received, Received::Closed(_));
            all.push(received);
            if closed {
                break;
            }
        }
        all
    }
}

impl TestUser {
    /// Opens a WebSocket with the bearer token, past the first frame, which must be `ready`.
    pub async fn socket(&self) -> Socket {
        let bearer = format!("Bearer {}", self.token.as_deref().expect("a signed-in user"));
        let url = format!("{}/api/v1/stream", self.services);
        let mut socket = Socket::connect(&url, &[("authorization", &bearer)]).await.expect("the handshake succeeds");
        assert_eq!(socket.next().await, Received::Frame(json!({"type": "ready"})));
        socket
    }

    /// A handshake that is to be refused, read as HTTP.
    pub async fn handshake(&self, query: &str, headers: &[(&'static str, &str)]) -> Answer {
        self.upgrade(self.request(Method::GET, &format!("/api/v1/stream{query}")), headers).await
    }

    /// Sends the handshake of a WebSocket, to be read as HTTP.
    pub(super) async fn upgrade(&self, request: RequestBuilder, headers: &[(&'static str, &str)]) -> Answer {
        let mut request = request
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// A ticket for one WebSocket.
    pub async fn ticket(&self) -> String {
        let data = self.get("/api/v1/auth/ws-auth").await.data(200);
        data["token"].as_str().expect("a ticket").to_owned()
    }
}
