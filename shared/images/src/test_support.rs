//! Servers and pictures for tests.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use image::{Rgb, RgbImage};
use serde_json::{Value, json};
use url::Url;

use super::Picture;
use foundation::config::OpenAiConfig;

/// A server that gives one answer to everything and keeps what it was sent.
#[derive(Debug)]
pub(super) struct Answering {
    pub(super) url: Url,
    pub(super) seen: Arc<Mutex<Vec<Value>>>,
}

impl Answering {
    pub(super) async fn start(status: u16, content_type: &'static str, body: String) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/v1/", listener.local_addr().unwrap()).parse().unwrap();
        let seen: Arc<Mutex<Vec<Value>>> = Arc::default();
        let answer = move |State(seen): State<Arc<Mutex<Vec<Value>>>>, sent: String| async move {
            let sent = serde_json::from_str(&sent).unwrap_or_default();
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(sent);
            (StatusCode::from_u16(status).unwrap(), [("content-type", content_type)], body)
        };
        let router = Router::new().fallback(answer).with_state(seen.clone());
        let router = router.layer(axum::extract::DefaultBodyLimit::disable());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    /// A chat completion that says this.
    pub(super) async fn saying(text: &str) -> Self {
        let body = json!({"choices": [{"message": {"role": "assistant", "content": text}}]}).to_string();
        Self::start(200, "application/json", body).await
    }

    /// What the last request held.
    pub(super) fn last(&self) -> Value {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).last().cloned().unwrap_or_default()
    }

    pub(super) fn openai(&self) -> OpenAiConfig {
        OpenAiConfig {
            base_url: self.url.clone(),
            api_key: None,
            model: "eyes-1".to_owned(),
            idle_timeout: Duration::from_secs(5),
        }
    }
}

/// A picture of one colour.
pub(super) fn plain(width: u32, height: u32, colour: [u8; 3]) -> Arc<Picture> {
    Arc::new(Picture::of(RgbImage::from_pixel(width, height, Rgb(colour))))
}
