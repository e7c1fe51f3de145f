#![expect(clippy::unwrap_used, reason = "tests")]

use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::recognition::test_support::{Server, TIMEOUT, failures_are_handled, good, sound, wav};

fn transcriber(url: &str) -> Deepgram {
    let config = DeepgramConfig {
        base_url: url.parse().unwrap(),
        api_key: SecretString::from("dg-test"),
        model: "nova-3".to_owned(),
    };
    Deepgram::new(&config, "en-US", TIMEOUT).unwrap()
}

#[tokio::test]
async fn a_recording_goes_as_it_is_and_comes_back_with_its_utterances() {
    let answer = json!({"metadata": {"duration": 2.0}, "results": {
        "channels": [{"alternatives": [{"transcript": "Check the oil. Now.", "confidence": 0.9, "words": []}]}],
        "utterances": [{"start": 0.1, "end": 1.2, "transcript": "Check the oil.", "confidence": 0.9},
                       {"start": 1.5, "end": 1.9, "transcript": "Now.", "confidence": 0.9}]}});
    let server = Server::start(vec![good(&answer)]).await;
    let heard = transcriber(&server.url).transcribe(sound()).await.unwrap();
    assert_eq!(heard.text, "Check the oil. Now.");
    assert_eq!(heard.language.as_deref(), Some("en-US"));
    let texts: Vec<&str> = heard.segments.iter().map(|segment| segment.text.as_str()).collect();
    assert_eq!(texts, ["Check the oil.", "Now."]);
    assert_eq!(heard.segments.first().map(|segment| segment.end), Some(Duration::from_millis(1200)));

    let seen = server.seen().remove(0);
    let query = "model=nova-3&language=en-US&smart_format=true&punctuate=true&utterances=true";
    assert!(seen.head.starts_with(&format!("POST /v1/listen?{query} HTTP/1.1\n")), "{}", seen.head);
    assert!(seen.head.contains("authorization: token dg-test\r\n"));
    assert!(seen.head.contains("content-type: audio/wav\r\n"));
    assert_eq!(seen.body, wav());
}

#[tokio::test]
async fn nothing_said_is_no_failure() {
    let silent = json!({"results": {"channels": [{"alternatives": [{"transcript": ""}]}]}});
    for answer in [silent, json!({"results": {}})] {
        let server = Server::start(vec![good(&answer)]).await;
        let heard = transcriber(&server.url).transcribe(sound()).await.unwrap();
        assert_eq!((heard.text.as_str(), heard.segments.len()), ("", 0));
    }
}

#[tokio::test]
async fn failures_are_told_or_tried_again() {
    let answer = r#"{"results": {"channels": [{"alternatives": [{"transcript": "hello"}]}]}}"#;
    failures_are_handled(transcriber, answer).await;
}
