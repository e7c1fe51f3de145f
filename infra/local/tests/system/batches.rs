//! Batches of uploads.

mod checks;
mod events;
mod owners;

use std::time::Duration;

use eventsource_stream::Eventsource;
use futures::StreamExt;
use reqwest::Method;
use serde_json::Value;

use crate::harness::{Answer, TestUser, pdf};

const UPLOAD: &str = "/api/v1/batches/upload-pdfs";
/// Where the page is from.
const ORIGIN: &str = "http://localhost:3001";

/// A field of a form: its name, the name of its file if it is one, and its content.
type Part<'a> = (&'a str, Option<&'a str>, Vec<u8>);

/// A form, written as a browser writes it.
fn form(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (field, file, content) in parts {
        let head = match file {
            Some(name) => {
                format!("form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: application/pdf")
            }
            None => format!("form-data; name=\"{field}\""),
        };
        body.extend_from_slice(format!("--edge\r\nContent-Disposition: {head}\r\n\r\n").as_bytes());
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

async fn send(caller: &TestUser, body: Vec<u8>) -> Answer {
    let request = caller.request(Method::POST, UPLOAD).header("Origin", ORIGIN);
    caller.send(request.header("Content-Type", "multipart/form-data; boundary=edge").body(body)).await
}

/// Uploads files as the page does: with a claim of who sends them beside each.
async fn upload(caller: &TestUser, user: &str, files: &[(&str, Vec<u8>)]) -> Answer {
    let parts = files.iter().flat_map(|(name, content)| {
        [("files", Some(*name), content.clone()), ("userId", None, user.as_bytes().to_vec())]
    });
    send(caller, form(&parts.collect::<Vec<_>>())).await
}

/// The same with files that can be read; the id of their batch.
async fn uploaded(caller: &TestUser, names: &[&str]) -> String {
    let files: Vec<(&str, Vec<u8>)> = names.iter().map(|name| (*name, manual(1))).collect();
    let answer = upload(caller, "somebody", &files).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["batchId"].as_str().unwrap().to_owned()
}

fn manual(pages: usize) -> Vec<u8> {
    pdf::pdf(&vec!["Tighten the flange bolts to 45 Nm."; pages])
}

fn events_of(batch: &str) -> String {
    format!("/api/v1/batches/events/{batch}")
}

async fn cancel(caller: &TestUser, batch: &str) -> Answer {
    caller.delete(&format!("/api/v1/batches/{batch}/cancel")).await
}

/// An `EventSource` of a page.
struct EventSource<'a> {
    caller: &'a TestUser,
    path: String,
    /// The id of the last event.
    last: Option<String>,
}

impl<'a> EventSource<'a> {
    fn new(caller: &'a TestUser, path: &str) -> Self {
        Self { caller, path: path.to_owned(), last: None }
    }

    /// Connects, or connects again: the data of all events until the server ends the stream, or the status that ends
    /// the `EventSource` for good.
    async fn connect(&mut self) -> Result<Vec<Value>, u16> {
        let mut request = self.caller.request(Method::GET, &self.path).header("Origin", ORIGIN);
        if let Some(last) = &self.last {
            request = request.header("Last-Event-ID", last);
        }
        let response = request.header("Accept", "text/event-stream").send().await.unwrap();
        assert_eq!(response.headers()["access-control-allow-origin"], ORIGIN);
        if response.status() != 200 {
            return Err(response.status().as_u16());
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let mut events = std::pin::pin!(response.bytes_stream().eventsource());
        let mut data = Vec::new();
        while let Some(event) = events.next().await {
            let event = event.unwrap();
            assert_eq!((event.event.as_str(), event.retry), ("batch_update", Some(Duration::from_secs(1))));
            data.push(serde_json::from_str(&event.data).unwrap());
            self.last = Some(event.id).filter(|id| !id.is_empty());
        }
        Ok(data)
    }
}
