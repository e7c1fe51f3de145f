//! Chat over Socket.IO of a system that is running: what idle connections cost, and many answers at once, none of
//! which may lose a token or hold one of another.
//!
//! Usage: `bench_chat GATEWAY MAIL_FOLDER MODEL_PORT PROCESS`. It serves a language model on `MODEL_PORT` of this
//! machine, which the system is to ask. The number of the system's process is for its memory. Prints one table, and
//! fails where an answer is not what the model said and what is stored.
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

#[expect(dead_code, reason = "nothing is asked of a manual here")]
mod client;
mod figures;

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::sse::{Event, Sse};
use axum::routing::post;
use client::Client;
use figures::{memory, print_row};
use futures::future::join_all;
use futures::stream::{self, FuturesUnordered};
use futures::{SinkExt, Stream, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

const IDLE: usize = 2_000;
const TOGETHER: usize = 50;
/// Words of an answer, and the time between two of them.
const WORDS: usize = 100;
const PAUSE: Duration = Duration::from_millis(20);
/// Handshakes under way at once.
const HANDSHAKES: usize = 50;
const TIMEOUT: Duration = Duration::from_mins(2);

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [gateway, mail, model_port, process] = &arguments[..] else {
        panic!("usage: bench_chat GATEWAY MAIL_FOLDER MODEL_PORT PROCESS");
    };
    let model = tokio::net::TcpListener::bind(("127.0.0.1", model_port.parse().unwrap())).await.unwrap();
    tokio::spawn(async move { axum::serve(model, Router::new().fallback(post(write))).await });
    let client = Client::sign_up(gateway, mail).await;

    let before = memory(process);
    let connections = stream::iter(0..IDLE).map(|_| Connection::open(gateway, &client.token));
    let mut connections: Vec<Connection> = connections.buffer_unordered(HANDSHAKES).collect().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let each = memory(process).saturating_sub(before) as f64 / connections.len() as f64;
    println!("memory of an idle connection, one of {IDLE}: {each:.1} KiB");

    println!("{:<52} {:>8} {:>8} {:>8}", "", "p50 ms", "p95 ms", "max ms");
    let idle = connections.split_off(TOGETHER);
    let idle_ones = idle.into_iter().map(Connection::stays_idle).collect::<FuturesUnordered<_>>();
    let idle = tokio::spawn(idle_ones.for_each(|()| async {}));
    let answers = connections.iter_mut().enumerate().map(|(number, connection)| connection.ask(number));
    let answers = tokio::time::timeout(TIMEOUT, join_all(answers)).await.expect("the answers in time");
    print_row(&format!("question to its first token, {TOGETHER} at once"), times(&answers, |answer| answer.first));
    print_row(
        &format!("question to the end of {WORDS} words, {TOGETHER} at once"),
        times(&answers, |answer| answer.end),
    );
    assert!(!idle.is_finished(), "a connection that asked nothing was told something");
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(
            answer.text.split_whitespace().collect::<Vec<_>>(),
            words(&tale(number)),
            "answer {number} as it was told"
        );
        let session = client.get(&format!("chat/sessions/{}", answer.session)).await;
        assert_eq!(session["data"]["messages"][1]["content"], json!(answer.text), "answer {number} as it is stored");
    }
    println!("all {TOGETHER} answers are whole, as they were told and as they are stored");
}

/// A tale's name. Digits would be checked like figures.
fn tale(number: usize) -> String {
    format!("tale{}", letters(number))
}

fn letters(number: usize) -> String {
    [number / 26, number % 26].map(|letter| char::from(b'a' + letter as u8)).iter().collect()
}

/// The answer that is the tale with this name: no word of it is in another.
fn words(tale: &str) -> Vec<String> {
    (0..WORDS).map(|word| format!("{tale}{}", letters(word))).collect()
}

/// The language model: it answers the newest question, "Tell me taleah", with its words, one after another.
async fn write(request: String) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let asked = request.split(|c: char| !c.is_ascii_lowercase()).rfind(|word| word.starts_with("tale"));
    let piece = |word: String| json!({"choices": [{"index": 0, "delta": {"content": format!("{word} ")}}]}).to_string();
    let events = words(asked.expect("a tale is asked for")).into_iter().map(piece).chain(["[DONE]".to_owned()]);
    Sse::new(stream::iter(events).then(|event| async {
        tokio::time::sleep(PAUSE).await;
        Ok(Event::default().data(event))
    }))
}

/// An answer as it was told, and the milliseconds to its first token and to its end.
struct Answer {
    session: String,
    text: String,
    first: f64,
    end: f64,
}

fn times(answers: &[Answer], time: impl Fn(&Answer) -> f64) -> Vec<f64> {
    answers.iter().map(time).collect()
}

/// What a page holds open.
struct Connection(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Connection {
    async fn open(gateway: &str, token: &str) -> Self {
        let url = format!("{}/socket.io/?EIO=4&transport=websocket", gateway.replacen("http", "ws", 1));
        let mut request = url.into_client_request().unwrap();
        request.headers_mut().insert("cookie", format!("access_token={token}").parse().unwrap());
        let (socket, _) = connect_async(request).await.expect("a connection");
        let mut connection = Self(socket);
        connection.send("40/chat,".to_owned()).await;
        assert_eq!(connection.event().await[0], "connected");
        connection
    }

    async fn send(&mut self, packet: String) {
        self.0.send(Message::text(packet)).await.unwrap();
    }

    /// The next event, `[name, payload]`; pings on the way to it are answered.
    async fn event(&mut self) -> Value {
        loop {
            let Message::Text(packet) = self.0.next().await.expect("an event").unwrap() else { continue };
            if packet == "2" {
                self.send("3".to_owned()).await;
            } else if let Some(event) = packet.strip_prefix("42/chat,") {
                return serde_json::from_str(event).unwrap();
            }
        }
    }

    /// Ends with the next event.
    async fn stays_idle(mut self) {
        let event = self.event().await;
        panic!("a connection that asked nothing was told {event}");
    }

    async fn ask(&mut self, number: usize) -> Answer {
        let began = Instant::now();
        let milliseconds = || began.elapsed().as_secs_f64() * 1000.0;
        let question = json!({"content": format!("Tell me {}", tale(number)), "images": [], "fakeSessionId": format!("fake-{number}")});
        self.send(format!("42/chat,{}", json!(["stream-pipeline-message-new", question]))).await;
        let (mut session, mut text, mut first) = (String::new(), String::new(), None);
        loop {
            let event = self.event().await;
            let payload = &event[1];
            match (event[0].as_str().unwrap(), payload["stage"].as_str()) {
                ("server-ack", _) => payload["sessionId"].as_str().unwrap().clone_into(&mut session),
                ("pipeline-chunk", Some("llm-generation")) => {
                    first.get_or_insert_with(milliseconds);
                    text.push_str(payload["token"].as_str().unwrap());
                }
                ("pipeline-chunk", Some("complete")) => break,
                ("pipeline-error", _) | (_, Some("error")) => panic!("{event}"),
                _ => {}
            }
        }
        Answer { session, text, first: first.expect("a token"), end: milliseconds() }
    }
}
