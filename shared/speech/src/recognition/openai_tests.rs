#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use futures::{StreamExt, stream};
use secrecy::SecretString;
use serde_json::json;

use super::*;
use crate::recognition::test_support::{Server, TIMEOUT, failures_are_handled, good, sound, wav};

fn transcriber(url: &str, model: &str) -> OpenAi {
    let config = OpenAiConfig {
        base_url: format!("{url}/v1/").parse().unwrap(),
        api_key: Some(SecretString::from("sk-test")),
        model: model.to_owned(),
        idle_timeout: TIMEOUT,
    };
    OpenAi::new(&config, "en-US").unwrap()
}

#[tokio::test]
async fn a_recording_goes_as_a_form_and_comes_back_with_its_parts() {
    let answer = json!({"task": "transcribe", "language": "english", "duration": 2.0, "text": " Check the oil. Now. ",
        "segments": [{"id": 0, "start": 0.0, "end": 1.2, "text": " Check the oil."},
                     {"id": 1, "start": 1.5, "end": 30.0, "text": " Now."}]});
    let server = Server::start(vec![good(&answer)]).await;
    let heard = transcriber(&server.url, "whisper-1").transcribe(sound()).await.unwrap();
    assert_eq!(heard.text, "Check the oil. Now.");
    assert_eq!(heard.language.as_deref(), Some("en"));
    assert_eq!(heard.duration, Duration::from_secs(2));
    assert_eq!(heard.segments.len(), 2);
    assert_eq!(heard.segments[0].text, "Check the oil.");
    assert_eq!((heard.segments[1].start, heard.segments[1].end), (Duration::from_millis(1500), Duration::from_secs(2)));

    let seen = server.seen().remove(0);
    assert!(seen.head.starts_with("POST /v1/audio/transcriptions HTTP/1.1\n"), "{}", seen.head);
    assert!(seen.head.contains("authorization: bearer sk-test\r\n"));
    assert!(seen.head.contains("content-type: multipart/form-data; boundary="));
    assert!(seen.holds(&wav()) && seen.holds(b"filename=\"speech.wav\"") && seen.holds(b"Content-Type: audio/wav"));
    let fields = [
        ("model", "whisper-1"),
        ("response_format", "verbose_json"),
        ("timestamp_granularities[]", "segment"),
        ("language", "en"),
    ];
    for (name, value) in fields {
        let part = format!("name=\"{name}\"\r\n\r\n{value}\r\n");
        assert!(seen.holds(part.as_bytes()), "{name}: {}", String::from_utf8_lossy(&seen.body));
    }
}

#[tokio::test]
async fn a_server_that_knows_the_text_alone_will_do() {
    let server = Server::start(vec![good(&json!({"text": "hello"}))]).await;
    let heard = transcriber(&server.url, "gpt-4o-transcribe").transcribe(sound()).await.unwrap();
    let whole = SpokenSegment { start: Duration::ZERO, end: Duration::from_secs(2), text: "hello".to_owned() };
    assert_eq!((heard.text.as_str(), heard.segments, heard.language), ("hello", vec![whole], None));
    let seen = server.seen().remove(0);
    assert!(seen.holds(b"name=\"response_format\"\r\n\r\njson\r\n") && !seen.holds(b"timestamp_granularities"));

    let silent = Server::start(vec![good(&json!({"text": " ", "segments": null}))]).await;
    let heard = transcriber(&silent.url, "whisper-1").transcribe(sound()).await.unwrap();
    assert_eq!((heard.text.as_str(), heard.segments.len()), ("", 0));
}

#[tokio::test]
async fn what_is_spoken_in_parts_is_sent_at_its_end() {
    let server = Server::start(vec![good(&json!({"text": "hello"}))]).await;
    let transcriber = transcriber(&server.url, "whisper-1");
    let blocks: Vec<Vec<i16>> = sound().samples.chunks(1600).map(<[i16]>::to_vec).collect();
    let hearings: Vec<_> = transcriber.listen(stream::iter(blocks).boxed()).collect().await;
    assert!(matches!(&hearings[..], [Ok(TranscriptEvent::Final(heard))] if heard.text == "hello"), "{hearings:?}");
    assert!(server.seen()[0].holds(&wav()));
    let endless = stream::repeat(vec![0; 16_000]).boxed();
    let hearings: Vec<_> = transcriber.listen(endless).collect().await;
    assert!(matches!(&hearings[..], [Err(error)] if error.code() == "utterance_too_long"), "{hearings:?}");
}

#[tokio::test]
async fn failures_are_told_or_tried_again() {
    failures_are_handled(|url| transcriber(url, "whisper-1"), r#"{"text": "hello", "language": "english"}"#).await;
}
