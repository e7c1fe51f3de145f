#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt;
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::OpenAi;
use crate::assistant::error::AnswerError;
use crate::assistant::model::{Brief, LanguageModel, ModelEvent};
use crate::assistant::question::{Image, Role, Turn};
use crate::assistant::test_support::{brief, passage};
use crate::config::OpenAiConfig;
use crate::provider::{ProviderError, ProviderFailure};
use crate::store::TokenUsage;

/// One step of an answer on the wire.
#[derive(Clone)]
enum Step {
    Write(String),
    Wait(u64),
    /// Keeps the connection open without a word.
    Hang,
}

#[derive(Debug, Clone)]
struct Seen {
    head: String,
    body: Value,
}

/// An endpoint that answers one script per connection; the last one is repeated.
struct Endpoint {
    url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Endpoint {
    async fn start(scripts: Vec<Vec<Step>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
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

    fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    async fn ask(&self, brief: Brief) -> (String, TokenUsage, Result<(), AnswerError>) {
        let config = OpenAiConfig {
            base_url: format!("{}/", self.url).parse().unwrap(),
            api_key: Some(SecretString::from("sk-test")),
            model: "some-model".to_owned(),
            idle_timeout: Duration::from_millis(400),
        };
        let mut events = OpenAi::new(config, true).unwrap().answer(brief);
        let (mut text, mut usage) = (String::new(), TokenUsage::default());
        while let Some(event) = events.next().await {
            match event {
                Ok(ModelEvent::Token(token)) => text.push_str(&token),
                Ok(ModelEvent::Usage(found)) => usage = found,
                Err(error) => return (text, usage, Err(error)),
            }
        }
        (text, usage, Ok(()))
    }
}

async fn serve(mut connection: TcpStream, script: Vec<Step>, seen: Arc<Mutex<Vec<Seen>>>) {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(at) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        let mut buffer = [0; 4096];
        let read = connection.read(&mut buffer).await.unwrap();
        if read == 0 {
            return;
        }
        bytes.extend_from_slice(&buffer[..read]);
    };
    let head = String::from_utf8(bytes[..head_end].to_vec()).unwrap();
    let length = head
        .lines()
        .find_map(|line| {
            line.to_lowercase().strip_prefix("content-length:").map(|v| v.trim().parse::<usize>().unwrap())
        })
        .unwrap_or(0);
    while bytes.len() < head_end + length {
        let mut buffer = [0; 4096];
        let read = connection.read(&mut buffer).await.unwrap();
        bytes.extend_from_slice(&buffer[..read]);
    }
    let body = serde_json::from_slice(&bytes[head_end..]).unwrap_or(Value::Null);
    seen.lock().unwrap().push(Seen { head, body });
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

fn head(status: &str, headers: &str) -> Step {
    Step::Write(format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n"))
}

fn event_stream() -> Step {
    head("200 OK", "content-type: text/event-stream\r\n")
}

fn data(value: &Value) -> Step {
    Step::Write(format!("data: {value}\n\n"))
}

fn token(text: &str) -> Step {
    data(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

fn stop() -> Step {
    data(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
}

fn end() -> Step {
    Step::Write("data: [DONE]\n\n".to_owned())
}

fn asked() -> Brief {
    let mut brief = brief("Which torque?", vec![passage(3, "2-1. Pump", "Tighten to 20 lb-ft.", 0.5)]);
    brief.history.push(Turn { role: Role::User, content: "Hello".to_owned() });
    brief.history.push(Turn { role: Role::Assistant, content: "Good day.".to_owned() });
    brief
}

#[tokio::test]
async fn an_answer_streams_with_its_usage() {
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34,
        "prompt_tokens_details": {"cached_tokens": 10}}});
    let role = data(&json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}));
    let script = vec![
        event_stream(),
        Step::Write(": hello\n\n".into()),
        role,
        token("20 lb"),
        token("-ft [1]"),
        stop(),
        data(&usage),
        end(),
    ];
    let endpoint = Endpoint::start(vec![script]).await;
    let (text, usage, result) = endpoint.ask(asked()).await;
    result.unwrap();
    assert_eq!(text, "20 lb-ft [1]");
    assert_eq!(usage, TokenUsage { prompt_tokens: 30, completion_tokens: 4, cached_tokens: 10, total_tokens: 34 });

    let seen = endpoint.seen().remove(0);
    assert!(seen.head.starts_with("POST /v1/chat/completions HTTP/1.1\r\n"), "{}", seen.head);
    let lower = seen.head.to_lowercase();
    assert!(
        lower.contains("authorization: bearer sk-test\r\n") && lower.contains("content-type: application/json\r\n")
    );
    assert_eq!(seen.body["model"], "some-model");
    assert_eq!(seen.body["stream"], true);
    assert_eq!(seen.body["stream_options"], json!({"include_usage": true}));
    let messages = seen.body["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert!(messages[3]["content"].as_str().unwrap().contains("Tighten to 20 lb-ft."));
}

#[tokio::test]
async fn an_endpoint_without_usage_or_end_mark_will_do() {
    let endpoint = Endpoint::start(vec![vec![event_stream(), token("20"), stop()]]).await;
    let (text, usage, result) = endpoint.ask(asked()).await;
    result.unwrap();
    assert_eq!((text.as_str(), usage), ("20", TokenUsage::default()));
}

#[tokio::test]
async fn pictures_go_along_as_parts() {
    let picture = vec![head("200 OK", "content-type: image/png\r\ncontent-length: 3\r\n"), Step::Write("PNG".into())];
    let pictures = Endpoint::start(vec![picture]).await;
    let endpoint = Endpoint::start(vec![vec![event_stream(), token("A pump."), stop(), end()]]).await;
    let mut brief = asked();
    let local = pictures.url.replace("127.0.0.1", "localhost");
    for url in ["https://example.com/a.jpg", "data:image/png;base64,AAAA", &local, "http://10.0.0.1/secret"] {
        brief.images.push(Image { url: url.to_owned(), name: "a".to_owned() });
    }
    endpoint.ask(brief).await.2.unwrap();
    let seen = endpoint.seen().remove(0);
    let parts = seen.body["messages"][3]["content"].as_array().unwrap().clone();
    assert_eq!(parts[0]["type"], "text");
    let urls: Vec<_> = parts[1..].iter().map(|part| part["image_url"]["url"].as_str().unwrap()).collect();
    assert_eq!(urls, ["https://example.com/a.jpg", "data:image/png;base64,AAAA", "data:image/png;base64,UE5H"]);
}

#[tokio::test]
async fn a_refused_key_is_told_at_once() {
    let script = vec![head("401 Unauthorized", ""), Step::Write("{\"error\": \"bad key\"}".into())];
    let endpoint = Endpoint::start(vec![script]).await;
    let (_, _, result) = endpoint.ask(asked()).await;
    let error = result.unwrap_err();
    assert_eq!(error.code(), "provider_rejected");
    assert!(!error.to_string().contains("bad key"), "the cause is for the log");
    assert_eq!(endpoint.seen().len(), 1);
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_for() {
    let endpoint = Endpoint::start(vec![
        vec![head("429 Too Many Requests", "retry-after: 1\r\n")],
        vec![event_stream(), token("20"), stop(), end()],
    ])
    .await;
    let asked_at = Instant::now();
    let (text, _, result) = endpoint.ask(asked()).await;
    result.unwrap();
    assert_eq!(text, "20");
    assert!(asked_at.elapsed() >= Duration::from_secs(1));
    assert_eq!(endpoint.seen().len(), 2);
}

#[tokio::test]
async fn a_long_rate_limit_is_passed_on() {
    let endpoint = Endpoint::start(vec![vec![head("429 Too Many Requests", "retry-after: 120\r\n")]]).await;
    let (_, _, result) = endpoint.ask(asked()).await;
    let error = result.unwrap_err();
    assert_eq!(error.code(), "provider_rate_limited");
    assert!(matches!(
        error,
        AnswerError::Provider(ProviderError {
            failure: ProviderFailure::RateLimited { retry_after_seconds: Some(120) },
            ..
        })
    ));
    assert_eq!(endpoint.seen().len(), 1);
}

#[tokio::test]
async fn a_failing_endpoint_is_tried_three_times() {
    let endpoint = Endpoint::start(vec![vec![head("500 Internal Server Error", "")]]).await;
    let (_, _, result) = endpoint.ask(asked()).await;
    assert_eq!(result.unwrap_err().code(), "provider_unavailable");
    assert_eq!(endpoint.seen().len(), 3);
}

#[tokio::test]
async fn a_slow_drip_is_patiently_read_and_silence_is_not() {
    let mut drip = vec![event_stream()];
    for _ in 0..4 {
        drip.extend([Step::Wait(200), token("x")]);
    }
    drip.extend([stop(), end()]);
    let endpoint = Endpoint::start(vec![drip]).await;
    let (text, _, result) = endpoint.ask(asked()).await;
    result.unwrap();
    assert_eq!(text, "xxxx");

    let silent = Endpoint::start(vec![vec![event_stream(), token("x"), Step::Hang]]).await;
    let (text, _, result) = silent.ask(asked()).await;
    assert_eq!((text.as_str(), result.unwrap_err().code()), ("x", "provider_timeout"));

    let mute = Endpoint::start(vec![vec![Step::Hang]]).await;
    let (_, _, result) = mute.ask(asked()).await;
    assert_eq!(result.unwrap_err().code(), "provider_timeout");
    assert_eq!(mute.seen().len(), 1);
}

#[tokio::test]
async fn a_cut_connection_is_no_answer_and_is_not_repeated() {
    let endpoint = Endpoint::start(vec![vec![event_stream(), token("half an ans")]]).await;
    let (text, _, result) = endpoint.ask(asked()).await;
    assert_eq!((text.as_str(), result.unwrap_err().code()), ("half an ans", "provider_unavailable"));
    assert_eq!(endpoint.seen().len(), 1);
}

#[tokio::test]
async fn malformed_chunks_and_errors_in_the_stream_are_errors() {
    let broken = [Step::Write("data: {\"choices\": [\n\n".into()), data(&json!({"error": {"message": "overloaded"}}))];
    for step in broken {
        let endpoint = Endpoint::start(vec![vec![event_stream(), token("x"), step, end()]]).await;
        let (text, _, result) = endpoint.ask(asked()).await;
        assert_eq!((text.as_str(), result.unwrap_err().code()), ("x", "provider_unavailable"));
    }
    let empty = Endpoint::start(vec![vec![event_stream(), stop(), end()]]).await;
    assert_eq!(empty.ask(asked()).await.2.unwrap_err().code(), "provider_unavailable");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = Endpoint { url: format!("http://{}/v1", listener.local_addr().unwrap()), seen: Arc::default() };
    drop(listener);
    assert_eq!(endpoint.ask(asked()).await.2.unwrap_err().code(), "provider_unavailable");
}
