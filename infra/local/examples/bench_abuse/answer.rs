//! A long answer as events, each of which holds all of the text so far.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::Router;
use axum::response::Sse;
use axum::response::sse::Event;
use axum::routing::post;
use futures::{StreamExt, stream};
use serde_json::json;

use crate::system::System;

/// What the model says: 64 KiB in pieces.
const PIECES: usize = 1_490;
/// The pauses between them: as fast as it gets, and as models are.
const PAUSES: [Duration; 3] = [Duration::ZERO, Duration::from_millis(3), Duration::from_millis(20)];

pub async fn measure(program: &str) {
    println!(
        "\n{:<44} {:>9} {:>9} {:>12} {:>7} {:>13} {:>9}",
        "an answer", "bytes", "events", "bytes sent", "times", "first words", "seconds"
    );
    for pause in PAUSES {
        let model = model(pause).await;
        let variables = [("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", model.as_str())];
        let system = System::start(program, &variables).await;
        let client = system.user().await;
        let request = client.http.post(format!("{}/chat/messages/stream", client.api)).bearer_auth(&client.token);
        let began = Instant::now();
        let answer =
            request.json(&json!({"content": "Tell me all."})).send().await.unwrap().error_for_status().unwrap();
        let (mut body, mut first) = (Vec::new(), None);
        let mut pieces = answer.bytes_stream();
        while let Some(piece) = pieces.next().await {
            body.extend_from_slice(&piece.unwrap());
            if first.is_none() && String::from_utf8_lossy(&body).contains("data: {\"token\"") {
                first = Some(began.elapsed());
            }
        }
        let body = String::from_utf8(body).unwrap();
        let length = (0..PIECES).map(|at| said(at).len()).sum::<usize>();
        let events = body.matches("data: {\"token\"").count();
        println!(
            "{:<44} {length:>9} {events:>9} {:>12} {:>7.1} {:>10.0} ms {:>9.1}",
            format!("a piece every {} ms", pause.as_millis()),
            body.len(),
            body.len() as f64 / length as f64,
            first.unwrap().as_secs_f64() * 1000.0,
            began.elapsed().as_secs_f64(),
        );
        // What it would be if each piece went with all of the text before it.
        let mut sum = 0;
        let each = (0..PIECES).map(|at| {
            sum += said(at).len();
            sum
        });
        println!(
            "{:<44} {:>9} {PIECES:>9} {:>12}",
            "  each piece with all before it, reckoned",
            "",
            each.sum::<usize>()
        );
    }
}

fn said(at: usize) -> String {
    format!("word{at:04} and then another one, again; so on.\n")
}

async fn model(pause: Duration) -> String {
    let answer = move || async move {
        let piece = |at| json!({"choices": [{"index": 0, "delta": {"content": said(at)}}]}).to_string();
        let events = (0..PIECES).map(piece).chain(["[DONE]".to_owned()]);
        Sse::new(stream::iter(events).then(move |event| async move {
            if !pause.is_zero() {
                tokio::time::sleep(pause).await;
            }
            Ok::<_, Infallible>(Event::default().data(event))
        }))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let routes = Router::new().route("/v1/chat/completions", post(answer));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    url
}
