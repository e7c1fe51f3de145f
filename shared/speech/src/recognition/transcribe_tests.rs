#![expect(clippy::unwrap_used, reason = "tests")]

use aws_sdk_transcribestreaming::types::Alternative;

use serde_json::{Value, json};

use super::*;
use crate::recognition::test_support::sound;
use foundation::provider::test_server::{
    Server, Step, aws_config, aws_failures_are_handled, aws_message, aws_messages,
};

/// A result from `start` to `end`, in seconds.
fn result(text: &str, is_partial: bool, (start, end): (f64, f64)) -> Heard {
    let alternative = Alternative::builder().transcript(text).build();
    let heard = Heard::builder().alternatives(alternative).is_partial(is_partial);
    heard.start_time(start).end_time(end).build()
}

#[test]
fn what_is_certain_stays_and_what_is_not_is_replaced() {
    let mut text = Text::default();
    text.hear(&result("check", true, (0.1, 0.4)));
    assert_eq!(text.so_far(), "check");
    text.hear(&result("check the", true, (0.1, 0.6)));
    assert_eq!(text.so_far(), "check the");
    text.hear(&result(" Check the oil. ", false, (0.1, 1.2)));
    text.hear(&result("now", true, (1.5, 1.7)));
    assert_eq!(text.so_far(), "Check the oil. now");
    text.hear(&result("Now.", false, (1.5, f64::NAN)));
    text.hear(&result("", false, (1.8, 1.9)));
    text.hear(&Heard::builder().build());

    let transcript = text.transcript("en-US", Duration::from_secs(2));
    assert_eq!(transcript.text, "Check the oil. Now.");
    let times: Vec<_> = transcript.segments.iter().map(|segment| (segment.start, segment.end)).collect();
    let from = Duration::from_millis;
    assert_eq!(times, [(from(100), from(1200)), (from(1500), from(0))], "what is no time is none");
}

#[tokio::test]
async fn sound_goes_out_in_pieces_of_a_tenth_of_a_second() {
    let (sender, mut events) = mpsc::channel(WAITING);
    let sound = stream::iter([vec![1; EVENT * 2], vec![2; 10]]).boxed();
    assert_eq!(feed(sound, sender, Duration::from_secs(5)).await, Duration::from_micros(200_625));
    let mut sizes = Vec::new();
    while let Some(Ok(AudioStream::AudioEvent(event))) = events.recv().await {
        sizes.push(event.audio_chunk().unwrap().as_ref().len());
    }
    assert_eq!(sizes, [EVENT * 2, EVENT * 2, 20]);
}

#[tokio::test]
async fn a_service_that_takes_nothing_more_ends_the_sound() {
    let (sender, events) = mpsc::channel(1);
    let endless = || stream::repeat(vec![0; EVENT]).boxed();
    let length = feed(endless(), sender.clone(), Duration::from_millis(50)).await;
    assert_eq!(length, Duration::from_millis(100), "one waits, the next found no room");
    drop(events);
    assert_eq!(feed(endless(), sender, Duration::from_secs(5)).await, Duration::ZERO);
}

/// A transcript event.
fn event(results: &Value) -> Step {
    aws_message("event", "TranscriptEvent", &json!({"Transcript": {"Results": results}}))
}

fn heard(text: &str, is_partial: bool) -> Value {
    json!([{"StartTime": 0.5, "EndTime": 1.5, "IsPartial": is_partial, "Alternatives": [{"Transcript": text}]}])
}

fn answer() -> Vec<Step> {
    vec![aws_messages(), event(&heard("Check the", true)), event(&heard("Check the oil.", false))]
}

async fn transcribe(url: &str) -> Transcribe {
    Transcribe::new(&aws_config(), Some(url), "en-US", Duration::from_secs(10)).await
}

#[tokio::test]
async fn what_is_said_comes_while_it_is_understood() {
    let server = Server::start(vec![answer()]).await;
    let transcriber = transcribe(&server.url).await;
    let spoken = stream::iter(vec![sound().samples]).boxed();
    let hearings: Vec<TranscriptEvent> = transcriber.listen(spoken).map(Result::unwrap).collect().await;
    let parts: Vec<&str> = hearings
        .iter()
        .filter_map(|one| if let TranscriptEvent::Partial(text) = one { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(parts, ["Check the", "Check the oil."]);
    assert!(
        matches!(hearings.last(), Some(TranscriptEvent::Final(heard)) if heard.text == "Check the oil."),
        "{hearings:?}"
    );
    let head = server.seen().remove(0).head;
    assert!(head.starts_with("POST /stream-transcription HTTP/1.1\n"), "{head}");
    assert!(head.contains("x-amzn-transcribe-language-code: en-us\r\n"), "{head}");
    assert!(head.contains("x-amzn-transcribe-sample-rate: 16000\r\n"), "{head}");
    assert!(head.contains("/eu-west-1/transcribe/aws4_request"), "{head}");
}

#[tokio::test]
async fn failures_are_told_or_tried_again() {
    aws_failures_are_handled(
        async |url| transcribe(url).await.transcribe(sound()).await.map(drop),
        answer,
        "429 Too Many Requests",
    )
    .await;
    // It opens, and says nothing.
    let mute = Server::start(vec![vec![aws_messages(), Step::Hang]]).await;
    let patient = Transcribe::new(&aws_config(), Some(&mute.url), "en-US", Duration::from_secs(1)).await;
    assert_eq!(patient.transcribe(sound()).await.unwrap_err().code(), "provider_timeout");
}
