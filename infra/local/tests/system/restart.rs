//! What survives a restart, also a kill.

use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

use serde_json::json;

use crate::harness::{Process, events, eventually, pdf, slow_model};

/// Long enough to be killed in the middle of it.
fn long_manual() -> Vec<u8> {
    let pages: Vec<String> = (0..120)
        .map(|n| {
            let line = format!("Step {n}: tighten bolt {n} of the pump housing to {} Nm and check the seal.\n", 20 + n);
            format!("Chapter {n} Pump housing\n{}", line.repeat(25))
        })
        .collect();
    pdf::pdf(&pages.iter().map(String::as_str).collect::<Vec<_>>())
}

#[tokio::test]
async fn an_ingest_that_was_killed_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &[]).await;
    let user = process.user().await;
    let document = user.upload("long.pdf", long_manual()).await;
    let path = format!("/api/v1/repository/documents/{document}");
    eventually(30, "the document is being read", async || {
        let data = user.get(&path).await.data(200);
        assert_ne!(data["status"], "ready", "the document was ready before the kill");
        (data["status"] == "processing").then_some(())
    })
    .await;

    process.kill_and_restart().await;
    // The sign-in and the document are there, and the document is read to its end.
    let data = user.settled_within(400, &document).await;
    assert_eq!(data["status"], "ready", "{data}");
    assert_eq!(data["pages"], 120);
}

#[tokio::test]
async fn a_text_extraction_that_was_killed_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &[]).await;
    let user = process.user().await;
    let part =
        reqwest::multipart::Part::bytes(long_manual()).file_name("long.pdf").mime_str("application/pdf").unwrap();
    let form = reqwest::multipart::Form::new().part("file", part);
    let start = user.request(reqwest::Method::POST, "/api/v1/extract/extract/full").multipart(form);
    let started = user.send(start).await;
    assert_eq!(started.status, 200, "{}", started.text);
    let job = started.json()["job_id"].as_str().unwrap().to_owned();
    process.kill_and_restart().await;

    let text = eventually(400, "the text is there", async || {
        let answer = user.get(&format!("/api/v1/extract/extract/progress/{job}")).await;
        let is_text = answer.headers.get("content-type").is_some_and(|kind| kind == "text/plain; charset=utf-8");
        (answer.status == 200 && is_text).then_some(answer.text)
    })
    .await;
    assert!(text.contains("Step 119"), "{}", text.chars().take(200).collect::<String>());
}

#[tokio::test]
async fn an_upload_that_was_killed_can_be_sent_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &[]).await;
    let user = process.user().await;
    let bytes = pdf::pdf(&["Oil capacity\nThe reservoir holds 40 litres of oil."]);
    let wish = json!({"fileName": "a.pdf", "fileSize": bytes.len(), "contentType": "application/pdf"});
    let data = user.post("/api/v1/repository/uploads", wish).await.data(201);
    let url = data["upload"]["url"].as_str().unwrap().to_owned();

    // Half of the file is on its way when the process dies.
    let parsed = reqwest::Url::parse(&url).unwrap();
    let mut half = TcpStream::connect(("127.0.0.1", parsed.port().unwrap())).unwrap();
    let target = &url[url.find(parsed.path()).unwrap()..];
    let head = format!(
        "PUT {target} HTTP/1.1\r\nHost: localhost:{}\r\nContent-Type: application/pdf\r\nContent-Length: {}\r\n\r\n",
        parsed.port().unwrap(),
        bytes.len()
    );
    half.write_all(head.as_bytes()).unwrap();
    half.write_all(&bytes[..bytes.len() / 2]).unwrap();
    half.flush().unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    process.kill_and_restart().await;

    let document = data["document"]["id"].as_str().unwrap();
    let path = format!("/api/v1/repository/documents/{document}");
    assert_eq!(user.get(&path).await.data(200)["status"], "uploading");
    let answer = user.send(user.client.put(&url).header("Content-Type", "application/pdf").body(bytes)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(user.settled(document).await["status"], "ready");
}

#[tokio::test]
async fn an_answer_that_was_killed_is_marked_so() {
    let model = slow_model().await;
    let folder = tempfile::tempdir().unwrap();
    let variables = [("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &*model)];
    let mut process = Process::start(folder.path(), &variables).await;
    let user = process.user().await;
    let request = user.request(reqwest::Method::POST, "/api/v1/chat/messages/stream");
    let response = request.json(&json!({"content": "Tell me everything.", "images": []})).send().await.unwrap();
    let mut stream = events(response);
    let event = stream.find(|event| event["fullText"].as_str().is_some_and(|text| text.len() > 20)).await;
    let session = event["sessionId"].as_str().unwrap().to_owned();
    // What was said is saved about once a second.
    tokio::time::sleep(Duration::from_millis(2500)).await;
    drop(stream);
    process.kill_and_restart().await;

    let path = format!("/api/v1/chat/sessions/{session}");
    let message = eventually(60, "the answer is marked as stopped", async || {
        let messages = user.get(&path).await.data(200)["messages"].clone();
        assert_eq!(messages[0]["content"], "Tell me everything.");
        let answer = messages[1].clone();
        (answer["isStopped"] == true).then_some(answer)
    })
    .await;
    assert!(message["content"].as_str().is_some_and(|text| text.len() > 10), "{message}");

    // The session goes on.
    let again = user.request(reqwest::Method::POST, &format!("{path}/messages/stream"));
    let again = events(again.json(&json!({"content": "Go on.", "images": []})).send().await.unwrap());
    drop(again);
}

#[tokio::test]
async fn a_stop_in_good_order_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), &[]).await;
    let user = process.user().await;
    let document = user.upload_ready("a.pdf", pdf::pdf(&["Oil capacity\nThe reservoir holds 40 litres of oil."])).await;
    let question = json!({"content": "How much oil does the reservoir hold?", "images": []});
    let session = user.post("/api/v1/chat/messages", question).await.data(201)["session"]["id"].clone();
    assert!(process.terminate().await);
    process.restart().await;

    let data = user.get(&format!("/api/v1/chat/sessions/{}", session.as_str().unwrap())).await.data(200);
    assert_eq!(data["messages"].as_array().unwrap().len(), 2);
    assert_eq!(user.get(&format!("/api/v1/repository/documents/{document}")).await.data(200)["status"], "ready");
    assert_eq!(user.get(&format!("/api/v1/repository/documents/{document}/pages/1")).await.status, 200);
}

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_intellimaint"))
        .args([
            "--in-memory",
            "--gateway-port",
            &port,
            "--services-port",
            "0",
            "--dynamodb-port",
            "0",
            "--s3-port",
            "0",
        ])
        .output()
        .unwrap();
    assert!(!output.status.success());
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(message.contains(&port) && message.contains("--gateway-port"), "{message}");
}
