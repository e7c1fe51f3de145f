//! A language model endpoint that takes its time.

use std::convert::Infallible;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::{MethodRouter, post};
use futures::{Stream, StreamExt, stream};
use serde_json::json;
use tokio::net::TcpSocket;

/// Starts an OpenAI-compatible endpoint that says a word every 50 ms, two hundred of them; its base
/// address.
pub async fn slow_model() -> String {
    serve(post(|| async { Sse::new(words(200)) })).await
}

/// Starts one that says this many sentences of three words, one every `pause`; its base address.
pub async fn model_of_sentences(count: usize, pause: Duration) -> String {
    serve(post(move || async move { Sse::new(spoken(count, pause, |at| format!("This is sentence{at}. "))) })).await
}

/// Starts one that answers the first request with ten words and then says nothing any more.
pub async fn model_that_falls_silent() -> String {
    let requests = Arc::new(AtomicUsize::new(0));
    let answer = move || {
        let is_first = requests.fetch_add(1, Ordering::Relaxed) == 0;
        async move { Sse::new(if is_first { words(10).left_stream() } else { stream::pending().right_stream() }) }
    };
    serve(post(answer)).await
}

/// Starts one that never says anything.
pub async fn model_that_is_silent() -> String {
    serve(post(|| async { Sse::new(stream::pending::<Result<Event, Infallible>>()) })).await
}

/// Starts one that refuses every request.
pub async fn model_that_refuses() -> String {
    serve(post(|| async { (http::StatusCode::BAD_REQUEST, "this cannot be answered") })).await
}

/// Starts one that answers with the last word of the request that begins with `prefix`.
pub async fn model_that_repeats(prefix: &'static str) -> String {
    let answer = move |request: String| async move {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let word = request.split(|c| !is_part(c)).rfind(|word| word.starts_with(prefix)).unwrap_or_default().to_owned();
        let events = [json!({"choices": [{"index": 0, "delta": {"content": word}}]}).to_string(), "[DONE]".to_owned()];
        Sse::new(stream::iter(events.map(|event| Ok::<_, Infallible>(Event::default().data(event)))))
    };
    serve(post(answer)).await
}

/// Starts one that answers with a word, and says that prompt and answer have so many tokens.
pub async fn model_that_costs(prompt: u64, answer: u64) -> String {
    let events = move || {
        let word = json!({"choices": [{"index": 0, "delta": {"content": "Oil."}}]});
        let usage = json!({"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer});
        let usage = json!({"choices": [], "usage": usage});
        let events = [word.to_string(), usage.to_string(), "[DONE]".to_owned()];
        async move { Sse::new(stream::iter(events.map(|event| Ok::<_, Infallible>(Event::default().data(event))))) }
    };
    serve(post(events)).await
}

/// Starts one that answers with these pieces, one every `pause`.
pub async fn model_that_says(pieces: Vec<String>, pause: Duration) -> String {
    serve(post(move || async move { Sse::new(pieces_of(pieces, pause)) })).await
}

/// Starts one that does what a page tells it: with `order` in the request it answers with these pieces,
/// else that nobody told it so.
pub async fn model_that_obeys(order: &'static str, pieces: &'static [&'static str]) -> String {
    let answer = move |request: String| async move {
        let said = if request.contains(order) { pieces } else { &["Nobody told me to."] };
        Sse::new(pieces_of(said.iter().map(|piece| (*piece).to_owned()).collect(), Duration::from_millis(30)))
    };
    serve(post(answer)).await
}

fn pieces_of(pieces: Vec<String>, pause: Duration) -> impl Stream<Item = Result<Event, Infallible>> {
    let said = |piece: String| json!({"choices": [{"index": 0, "delta": {"content": piece}}]}).to_string();
    let events = pieces.into_iter().map(said).chain(["[DONE]".to_owned()]);
    stream::iter(events).then(move |event| async move {
        tokio::time::sleep(pause).await;
        Ok(Event::default().data(event))
    })
}

/// The base address of one that cannot be reached, for as long as this lives.
pub struct UnreachableModel {
    pub url: String,
    /// Bound but not listening: connections are refused, and nobody else gets the port.
    _port: TcpSocket,
}

impl UnreachableModel {
    pub fn new() -> Self {
        let port = TcpSocket::new_v4().unwrap();
        port.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self { url: format!("http://{}/v1", port.local_addr().unwrap()), _port: port }
    }
}

async fn serve(answers: MethodRouter) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/chat/completions", answers);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn words(count: usize) -> impl Stream<Item = Result<Event, Infallible>> {
    spoken(count, Duration::from_millis(50), |at| format!("word{at} "))
}

fn spoken(count: usize, pause: Duration, part: fn(usize) -> String) -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(0, move |at| async move {
        tokio::time::sleep(pause).await;
        let event = match at {
            at if at < count => json!({"choices": [{"index": 0, "delta": {"content": part(at)}}]}).to_string(),
            at if at == count => "[DONE]".to_owned(),
            _ => return None,
        };
        Some((Ok(Event::default().data(event)), at + 1))
    })
}
