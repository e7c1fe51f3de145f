//! Server-sent events.

use std::time::Duration;

use eventsource_stream::Eventsource;
use futures::StreamExt;
use futures::stream::BoxStream;
use serde_json::Value;

/// The `data:` events of an answer, as they arrive.
pub struct Events(BoxStream<'static, Value>);

/// Reads events from an answer that must be a stream.
pub fn events(response: reqwest::Response) -> Events {
    assert_eq!(response.status(), 200);
    let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
    assert!(kind.starts_with("text/event-stream"), "{kind}");
    let events = response.bytes_stream().eventsource();
    Events(events.map(|event| serde_json::from_str(&event.expect("an event").data).expect("JSON")).boxed())
}

impl Events {
    /// The next event, `None` at the end.
    pub async fn next(&mut self) -> Option<Value> {
        tokio::time::timeout(Duration::from_mins(1), self.0.next()).await.expect("an event within a minute")
    }

    /// The next event for which `wanted` holds.
    pub async fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next().await.expect("the stream goes on");
            if wanted(&event) {
                return event;
            }
        }
    }

    /// All events to the end.
    pub async fn rest(mut self) -> Vec<Value> {
        let mut all = Vec::new();
        while let Some(event) = self.next().await {
            all.push(event);
        }
        all
    }
}
