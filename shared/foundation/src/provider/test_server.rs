//! A test server that controls every byte it sends, and tests that every client of a service must pass.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
#![expect(missing_docs, clippy::must_use_candidate, clippy::missing_panics_doc, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::ProviderError;
use crate::config::AwsConfig;

/// A step of a scripted response.
#[derive(Debug, Clone)]
pub enum Step {
    Write(Vec<u8>),
    Wait(u64),
    /// Keeps the connection open and sends nothing.
    Hang,
}

/// A request as received.
#[derive(Debug, Clone)]
pub struct ReceivedRequest {
    /// The request line and the headers, the latter in lower case.
    pub head: String,
    pub body: Vec<u8>,
}

/// A server that plays one script per connection. The last script repeats.
pub struct Server {
    pub url: String,
    seen: Arc<Mutex<Vec<ReceivedRequest>>>,
}

impl Server {
    pub async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let mut scripts = VecDeque::from(scripts);
        let noted = seen.clone();
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let script = if scripts.len() > 1 { scripts.pop_front() } else { scripts.front().cloned() };
                tokio::spawn(serve(connection, script.unwrap_or_default(), noted.clone()));
            }
        });
        Self { url, seen }
    }

    /// An address that nobody listens on.
    pub async fn absent() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self { url: format!("http://{}", listener.local_addr().unwrap()), seen: Arc::default() }
    }

    pub fn seen(&self) -> Vec<ReceivedRequest> {
        self.seen.lock().unwrap().clone()
    }
}

impl ReceivedRequest {
    /// The body, parsed as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Whether the body contains these bytes.
    pub fn holds(&self, bytes: &[u8]) -> bool {
        self.body.windows(bytes.len()).any(|window| window == bytes)
    }
}

async fn serve(mut connection: TcpStream, script: Vec<Step>, seen: Arc<Mutex<Vec<ReceivedRequest>>>) {
    let Some(request) = request(&mut connection).await else { return };
    seen.lock().unwrap().push(request);
    // What is still being sent is read, so that an early answer is no reset.
    let (mut reading, mut writing) = connection.into_split();
    let rest = tokio::spawn(async move { tokio::io::copy(&mut reading, &mut tokio::io::sink()).await });
    for step in script {
        match step {
            Step::Write(bytes) => {
                if writing.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Wait(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            Step::Hang => std::future::pending().await,
        }
    }
    drop(writing);
    drop(tokio::time::timeout(Duration::from_secs(2), rest).await);
}

async fn request(connection: &mut TcpStream) -> Option<ReceivedRequest> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    let body_at = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        let read = connection.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    };
    let text = String::from_utf8(bytes[..body_at].to_vec()).unwrap();
    let (line, headers) = text.split_once("\r\n").unwrap();
    let head = format!("{line}\n{}", headers.to_lowercase());
    // What is sent in chunks may never end: it is answered at once.
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    while bytes.len() < body_at + length {
        let read = connection.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    Some(ReceivedRequest { head, body: bytes.split_off(body_at) })
}

/// A step that writes this text.
pub fn write(text: impl Into<String>) -> Step {
    Step::Write(text.into().into_bytes())
}

/// The status line and headers of a response.
pub fn head(status: &str, headers: &str) -> Step {
    write(format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n"))
}

/// A successful response with this body.
pub fn good(body: &impl ToString) -> Vec<Step> {
    vec![head("200 OK", "content-type: application/json\r\n"), write(body.to_string())]
}

/// A message of an AWS event stream, in its binary form: an "event" or an "exception" of this type.
pub fn aws_message(message: &str, kind: &str, payload: &serde_json::Value) -> Step {
    let header = |name: String, text: &str| Header::new(name, HeaderValue::String(text.to_owned().into()));
    let message = Message::new(payload.to_string())
        .add_header(header(":message-type".to_owned(), message))
        .add_header(header(format!(":{message}-type"), kind))
        .add_header(header(":content-type".to_owned(), "application/json"));
    let mut bytes = Vec::new();
    write_message_to(&message, &mut bytes).unwrap();
    Step::Write(bytes)
}

/// The head of a response that is an AWS event stream.
pub fn aws_messages() -> Step {
    head("200 OK", "content-type: application/vnd.amazon.eventstream\r\n")
}

/// Credentials for the test servers.
pub fn aws_config() -> AwsConfig {
    AwsConfig {
        table: String::new(),
        bucket: String::new(),
        region: "eu-west-1".to_owned(),
        dynamodb_endpoint: None,
        s3_endpoint: None,
        ingest_queue: None,
        sqs_endpoint: None,
        credentials: Some(("id".to_owned(), SecretString::from("secret"))),
    }
}

/// An error response of an AWS service as JSON, with additional headers.
fn refused(status: &str, kind: &str, headers: &str) -> Vec<Step> {
    let headers = format!("content-type: application/x-amz-json-1.1\r\nx-amzn-errortype: {kind}\r\n{headers}");
    vec![head(status, &headers), write(format!("{{\"__type\": \"{kind}\", \"message\": \"no\"}}"))]
}

/// Tests how a client of an AWS service handles failures of its server. `call` calls the service at an address, with a
/// timeout below ten seconds. `answer` is a valid response; `throttled` is the status with which the service throttles.
pub async fn aws_failures_are_handled(
    call: impl AsyncFn(&str) -> Result<(), ProviderError>,
    answer: impl Fn() -> Vec<Step>,
    throttled: &str,
) {
    let asked = async |scripts: Vec<Vec<Step>>| {
        let server = Server::start(scripts).await;
        let code = call(&server.url).await.err().map(|error| error.code());
        (code, server.seen().len())
    };
    assert_eq!(
        asked(vec![refused("403 Forbidden", "AccessDeniedException", "")]).await,
        (Some("provider_rejected"), 1)
    );
    let (code, requests) = asked(vec![refused(throttled, "ThrottlingException", "")]).await;
    assert_eq!(code, Some("provider_rate_limited"));
    assert!((2..=4).contains(&requests), "tried again, and not for ever: {requests}");
    let broken = || refused("500 Internal Server Error", "InternalServerError", "");
    assert_eq!(asked(vec![broken(), answer()]).await, (None, 2));
    let (code, requests) = asked(vec![broken()]).await;
    assert_eq!(code, Some("provider_unavailable"));
    assert!((2..=4).contains(&requests), "{requests}");
    let later = |seconds: u32| refused(throttled, "ThrottlingException", &format!("retry-after: {seconds}\r\n"));
    let asked_at = Instant::now();
    assert_eq!(asked(vec![later(2), answer()]).await, (None, 2));
    assert!(asked_at.elapsed() >= Duration::from_secs(2), "not before the service asked for it");
    assert_eq!(asked(vec![later(60)]).await, (Some("provider_rate_limited"), 1), "nobody waits for a minute");
    let mut slow = vec![Step::Wait(700)];
    slow.extend(answer());
    assert_eq!(asked(vec![slow]).await, (None, 1), "slow, but not too slow");
    assert_eq!(asked(vec![vec![Step::Hang]]).await.0, Some("provider_timeout"));
    let cut = vec![head("200 OK", "content-type: application/x-amz-json-1.1\r\ncontent-length: 5000\r\n"), write("{")];
    assert_eq!(asked(vec![cut]).await.0, Some("provider_unavailable"));
}
