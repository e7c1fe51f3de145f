//! The voice WebSocket of a system that is running: how long a spoken question takes, how soon an
//! interrupted answer is silent, what idle connections cost, and many turns at once.
//!
//! Usage: `bench_voice GATEWAY SERVICES MAIL_FOLDER MANUAL.pdf QUESTION.wav PROCESS`. The number of the
//! system's process is for its memory. Prints one table.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people, rounded anyway"
)]

mod client;
mod figures;

use std::time::{Duration, Instant};

use bytes::Bytes;
use client::Client;
use figures::{memory, print_row};
use futures::future::join_all;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use speech::audio::{AudioLimits, decode};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const SPOKEN: usize = 20;
const INTERRUPTED: usize = 20;
const IDLE: usize = 2_000;
const TOGETHER: usize = 50;
/// Samples of 20 milliseconds.
const FRAME: usize = 320;
/// What is quieter is silence, at the end of the question.
const QUIET: u16 = 400;
const QUESTION: &str = "What is the torque of the pump flange bolts?";

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [gateway, services, mail, manual, question, process] = &arguments[..] else {
        panic!("usage: bench_voice GATEWAY SERVICES MAIL_FOLDER MANUAL.pdf QUESTION.wav PROCESS");
    };
    let client = Client::sign_up(gateway, mail).await;
    client.upload(manual).await;
    let url = format!("{}/api/v1/stream", services.replacen("http", "ws", 1));
    let bench = Bench { url, token: client.token.clone() };

    let before = memory(process);
    let sockets = join_all((0..IDLE).map(|_| bench.connect())).await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let each = memory(process).saturating_sub(before) as f64 / sockets.len() as f64;
    println!("memory of an idle connection, one of {IDLE}: {each:.1} KiB");
    drop(sockets);

    println!("{:<52} {:>8} {:>8} {:>8}", "", "p50 ms", "p95 ms", "max ms");
    let frames = frames(question);
    let (mut heard, mut token, mut sound) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..SPOKEN {
        let turn = bench.speak(&frames).await;
        heard.push(turn.transcript);
        token.push(turn.token);
        sound.push(turn.sound);
    }
    print_row("end of speech to its transcript", heard);
    print_row("end of speech to the first token", token);
    print_row("end of speech to the first sound", sound);
    let mut silent = Vec::new();
    for _ in 0..INTERRUPTED {
        silent.push(bench.interrupt().await);
    }
    print_row("interruption to silence", silent);
    let turns = join_all((0..TOGETHER).map(|_| bench.ask())).await;
    print_row(&format!("typed question to its first sound, {TOGETHER} at once"), turns);
}

/// Raw frames of the question, without the silence at its end.
fn frames(file: &str) -> Vec<Bytes> {
    let bytes = Bytes::from(std::fs::read(file).unwrap());
    let mut samples = decode(bytes, AudioLimits::new(Duration::from_mins(1))).unwrap().samples;
    let end = samples.iter().rposition(|sample| sample.unsigned_abs() > QUIET).expect("somebody speaks");
    samples.truncate(end);
    let bytes = |frame: &[i16]| frame.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    samples.chunks(FRAME).map(bytes).collect()
}

/// Milliseconds from the end of the question.
struct Turn {
    transcript: f64,
    token: f64,
    sound: f64,
}

struct Bench {
    url: String,
    token: String,
}

impl Bench {
    async fn connect(&self) -> Socket {
        let mut request = self.url.as_str().into_client_request().unwrap();
        request.headers_mut().insert("authorization", format!("Bearer {}", self.token).parse().unwrap());
        let (mut socket, _) = connect_async(request).await.expect("a connection");
        wait(&mut socket, "ready").await;
        socket
    }

    async fn configured(&self) -> Socket {
        let mut socket = self.connect().await;
        let wishes = json!({"type": "config", "format": "pcm16", "sampleRate": 16_000, "audio": "sentence"});
        send(&mut socket, &wishes).await;
        socket
    }

    /// A question as a microphone gives it, which goes on with silence.
    async fn speak(&self, frames: &[Bytes]) -> Turn {
        let (mut sink, mut stream) = self.configured().await.split();
        let frames = frames.to_vec();
        let (spoken, end) = tokio::sync::oneshot::channel();
        let speaking = tokio::spawn(async move {
            let mut next = tokio::time::Instant::now();
            for frame in frames {
                sink.send(Message::Binary(frame)).await.unwrap();
                next += Duration::from_millis(20);
                tokio::time::sleep_until(next).await;
            }
            spoken.send(Instant::now()).unwrap();
            let silence = Bytes::from_static(&[0; FRAME * 2]);
            while sink.send(Message::Binary(silence.clone())).await.is_ok() {
                next += Duration::from_millis(20);
                tokio::time::sleep_until(next).await;
            }
        });
        let (mut transcript, mut token) = (None, None);
        let sound = loop {
            match stream.next().await.expect("an answer").unwrap() {
                Message::Binary(_) => break Instant::now(),
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    match frame["type"].as_str().unwrap() {
                        "transcript" => drop(transcript.get_or_insert_with(Instant::now)),
                        "token" => drop(token.get_or_insert_with(Instant::now)),
                        "error" => panic!("{frame}"),
                        _ => {}
                    }
                }
                _ => {}
            }
        };
        let end = end.await.unwrap();
        speaking.abort();
        let since =
            |at: Option<Instant>| milliseconds(at.expect("it came before the sound").saturating_duration_since(end));
        Turn { transcript: since(transcript), token: since(token), sound: since(Some(sound)) }
    }

    /// Milliseconds from an interruption, after the first sound, until the server says that it is silent.
    async fn interrupt(&self) -> f64 {
        let mut socket = self.configured().await;
        send(&mut socket, &json!({"type": "final_text", "text": QUESTION})).await;
        while !matches!(socket.next().await.unwrap().unwrap(), Message::Binary(_)) {}
        let began = Instant::now();
        send(&mut socket, &json!({"type": "interrupt"})).await;
        wait(&mut socket, "interrupted").await;
        milliseconds(began.elapsed())
    }

    /// Milliseconds from a typed question to the first sound of its answer.
    async fn ask(&self) -> f64 {
        let mut socket = self.configured().await;
        let began = Instant::now();
        send(&mut socket, &json!({"type": "final_text", "text": QUESTION})).await;
        loop {
            match socket.next().await.unwrap().unwrap() {
                Message::Binary(_) => return milliseconds(began.elapsed()),
                Message::Text(text) => assert!(!text.contains("\"type\":\"error\""), "{text}"),
                _ => {}
            }
        }
    }
}

async fn send(socket: &mut Socket, frame: &Value) {
    socket.send(Message::text(frame.to_string())).await.unwrap();
}

async fn wait(socket: &mut Socket, kind: &str) {
    let wanted = format!("\"type\":\"{kind}\"");
    while let Some(message) = socket.next().await {
        if matches!(message.unwrap(), Message::Text(text) if text.contains(&wanted)) {
            return;
        }
    }
    panic!("closed before {kind}");
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
