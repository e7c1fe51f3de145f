//! Servers for tests, down to the bytes that they write.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::provider::ProviderError;
use crate::speech::audio::{Pcm, RECOGNISED_RATE, SoundFormat};
use crate::speech::{Transcriber, Transcript};

/// How long the servers of these tests may stay silent.
pub(super) const PATIENCE: Duration = Duration::from_millis(600);

/// One step of an answer on the wire.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Write(String),
    Wait(u64),
    /// Keeps the connection open without a word.
    Hang,
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The head, in lower case but for its first line.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

/// A server that plays one script per connection; the last one again and again.
pub(super) struct Server {
    pub(super) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    pub(super) async fn start(scripts: Vec<Vec<Step>>) -> Self {
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

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }
}

impl Seen {
    /// Whether these bytes stand in the body.
    pub(super) fn holds(&self, bytes: &[u8]) -> bool {
        self.body.windows(bytes.len()).any(|window| window == bytes)
    }
}

async fn serve(mut connection: TcpStream, script: Vec<Step>, seen: Arc<Mutex<Vec<Seen>>>) {
    let Some(request) = request(&mut connection).await else { return };
    seen.lock().unwrap().push(request);
    for step in script {
        match step {
            Step::Write(text) => {
                if connection.write_all(text.as_bytes()).await.is_err() {
                    return;
                }
            }
            Step::Wait(milliseconds) => tokio::time::sleep(Duration::from_millis(milliseconds)).await,
            Step::Hang => std::future::pending().await,
        }
    }
}

async fn request(connection: &mut TcpStream) -> Option<Seen> {
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
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length");
    let length: usize = length.trim().parse().unwrap();
    while bytes.len() < body_at + length {
        let read = connection.read(&mut buffer).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&buffer[..read]);
    }
    Some(Seen { head, body: bytes.split_off(body_at) })
}

/// The head of an answer with this status line and these further headers.
pub(super) fn head(status: &str, headers: &str) -> Step {
    Step::Write(format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n"))
}

/// An answer of success with this body.
pub(super) fn good(body: &impl ToString) -> Vec<Step> {
    vec![head("200 OK", "content-type: application/json\r\n"), Step::Write(body.to_string())]
}

/// A recording of two seconds.
pub(super) fn sound() -> Pcm {
    Pcm { rate: RECOGNISED_RATE, samples: (0..32_000_i16).map(|n| n % 251).collect() }
}

/// The same as WAV.
pub(super) fn wav() -> Vec<u8> {
    sound().encode(SoundFormat::Wav).unwrap()
}

/// What every provider over HTTP must do when its server fails. `transcriber` makes one for the server
/// at an address that gives up after [`PATIENCE`]; `answer` is a body that it understands as "hello".
pub(super) async fn failures_are_handled<T: Transcriber>(transcriber: impl Fn(&str) -> T, answer: &str) {
    let asked = async |scripts: Vec<Vec<Step>>| {
        let server = Server::start(scripts).await;
        let result = transcriber(&server.url).transcribe(sound()).await;
        (result, server.seen().len())
    };
    let code = |result: Result<Transcript, ProviderError>| result.unwrap_err().code();

    let refused = vec![head("401 Unauthorized", ""), Step::Write("{\"error\": \"bad key\"}".to_owned())];
    let (result, requests) = asked(vec![refused]).await;
    assert_eq!((code(result), requests), ("provider_rejected", 1));

    let busy = |seconds: u32| vec![head("429 Too Many Requests", &format!("retry-after: {seconds}\r\n"))];
    let began = std::time::Instant::now();
    let (result, requests) = asked(vec![busy(1), good(&answer)]).await;
    assert_eq!((result.unwrap().text.as_str(), requests), ("hello", 2));
    assert!(began.elapsed() >= Duration::from_secs(1));
    let (result, requests) = asked(vec![busy(120)]).await;
    assert_eq!((code(result), requests), ("provider_rate_limited", 1));

    let broken = || vec![head("500 Internal Server Error", "")];
    let (result, requests) = asked(vec![broken(), good(&answer)]).await;
    assert_eq!((result.unwrap().text.as_str(), requests), ("hello", 2));
    let (result, requests) = asked(vec![broken()]).await;
    assert_eq!((code(result), requests), ("provider_unavailable", 3));

    let mut drip = vec![head("200 OK", "content-type: application/json\r\n")];
    for part in answer.split_inclusive(':') {
        drip.extend([Step::Wait(300), Step::Write(part.to_owned())]);
    }
    assert_eq!(asked(vec![drip]).await.0.unwrap().text, "hello", "slow, but never silent");
    assert_eq!(code(asked(vec![vec![Step::Hang]]).await.0), "provider_timeout");
    let stuck = vec![head("200 OK", ""), Step::Write("{".to_owned()), Step::Hang];
    assert_eq!(code(asked(vec![stuck]).await.0), "provider_timeout");

    let cut = vec![head("200 OK", "content-length: 5000\r\n"), Step::Write(answer.to_owned())];
    assert_eq!(code(asked(vec![cut]).await.0), "provider_unavailable");
    assert_eq!(code(asked(vec![good(&"<html>")]).await.0), "provider_unavailable");
    let large = good(&format!("{{\"text\": \"{}\"}}", "x".repeat(super::LARGEST_ANSWER)));
    assert_eq!(code(asked(vec![large]).await.0), "provider_unavailable");
}
