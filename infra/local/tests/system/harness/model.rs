//! A language model endpoint that takes its time.

use std::convert::Infallible;
use std::time::Duration;

use axum::Router;
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::post;
use futures::{Stream, stream};
use serde_json::json;

/// Starts an OpenAI-compatible endpoint that says a word every 50 ms, two hundred of them; its base
/// address.
pub async fn slow_model() -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/chat/completions", post(|| async { Sse::new(words()) }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn words() -> impl Stream<Item = Result<Event, Infallible>> {
    stream::unfold(0, |at| async move {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let event = match at {
            0..200 => json!({"choices": [{"index": 0, "delta": {"content": format!("word{at} ")}}]}).to_string(),
            200 => "[DONE]".to_owned(),
            _ => return None,
        };
        Some((Ok(Event::default().data(event)), at + 1))
    })
}
