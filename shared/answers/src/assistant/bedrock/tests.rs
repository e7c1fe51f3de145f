#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::StreamExt;
use image::{DynamicImage, Rgb, RgbImage};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::time::timeout;

use super::*;
use crate::assistant::question::{Image, ImageSource};
use crate::assistant::test_support::{LIMIT, asked, gathered, image_loader};
use foundation::provider::test_server::{
    Server, Step, aws_config, aws_failures_are_handled, aws_message, aws_messages, head, write,
};
use shared::store::TokenUsage;

async fn model(url: &str, idle: Duration) -> Bedrock {
    let sdk = aws::sdk_config(&aws_config()).await;
    let config =
        BedrockConfig { model: "amazon.nova-lite-v1:0".to_owned(), idle_timeout: idle, endpoint: Some(url.to_owned()) };
    Bedrock::new(&sdk, config, image_loader(), PictureLimits { most_pixels: 4_000_000 })
}

/// Asks a model that bears half a second of silence.
async fn ask(url: &str, brief: Brief) -> (String, TokenUsage, Result<(), AnswerError>) {
    gathered(model(url, Duration::from_millis(500)).await.answer(brief)).await
}

fn event(kind: &str, payload: &Value) -> Step {
    aws_message("event", kind, payload)
}

fn token(text: &str) -> Step {
    event("contentBlockDelta", &json!({"contentBlockIndex": 0, "delta": {"text": text}}))
}

fn stop(reason: &str) -> Step {
    event("messageStop", &json!({"stopReason": reason}))
}

fn answer() -> Vec<Step> {
    vec![aws_messages(), token("20"), stop("end_turn")]
}

#[tokio::test]
async fn an_answer_streams_with_its_usage() {
    let usage = json!({"inputTokens": 20, "outputTokens": 4, "totalTokens": 34, "cacheReadInputTokens": 10});
    let thought = json!({"contentBlockIndex": 0, "delta": {"reasoningContent": {"text": "Let me see."}}});
    let script = vec![
        aws_messages(),
        event("messageStart", &json!({"role": "assistant"})),
        event("contentBlockDelta", &thought),
        token("20 lb"),
        token("-ft [1]"),
        event("contentBlockStop", &json!({"contentBlockIndex": 0})),
        stop("end_turn"),
        event("metadata", &json!({"usage": usage, "metrics": {"latencyMs": 9}})),
    ];
    let server = Server::start(vec![script]).await;
    let (text, usage, result) = ask(&server.url, asked()).await;
    result.unwrap();
    assert_eq!(text, "20 lb-ft [1]");
    assert_eq!(usage, TokenUsage { prompt_tokens: 30, completion_tokens: 4, cached_tokens: 10, total_tokens: 34 });

    let seen = server.seen().remove(0);
    let path = "POST /model/amazon.nova-lite-v1%3A0/converse-stream HTTP/1.1\n";
    assert!(seen.head.starts_with(path), "{}", seen.head);
    assert!(seen.head.contains("content-type: application/json\r\n"), "{}", seen.head);
    assert!(seen.head.contains("/eu-west-1/bedrock/aws4_request"), "{}", seen.head);
    let body = seen.json();
    assert_eq!(body["system"], json!([{"text": prompt::system()}]));
    assert_eq!(body["inferenceConfig"], json!({"maxTokens": 4_096}));
    let messages = body["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
    assert_eq!(messages[1]["content"], json!([{"text": "Good day."}]));
    assert!(messages[2]["content"][0]["text"].as_str().unwrap().contains("Tighten to 20 lb-ft."));
}

#[tokio::test]
async fn pictures_go_along_as_the_service_takes_them() {
    let png = picture(image::ImageFormat::Png);
    let elsewhere = async |bytes: &[u8]| {
        let server = Server::start(vec![vec![head("200 OK", ""), Step::Write(bytes.to_vec())]]).await;
        ImageSource::Address(server.url.replace("127.0.0.1", "localhost").parse().unwrap())
    };
    let mut large = picture(image::ImageFormat::WebP);
    // Programs write what they like behind a picture.
    large.resize(4_000_000, 0);
    let sent = |bytes: Vec<u8>| ImageSource::of_file(bytes.into()).unwrap();
    let mut brief = asked();
    for source in [
        elsewhere(&png).await,
        sent(picture(image::ImageFormat::Jpeg)),
        sent(picture(image::ImageFormat::Gif)),
        sent(picture(image::ImageFormat::WebP)),
        elsewhere(&picture(image::ImageFormat::Bmp)).await,
        sent(large),
        ImageSource::Address("http://10.0.0.1/secret".parse().unwrap()),
        elsewhere(b"<svg/>").await,
    ] {
        brief.images.push(Image { name: "a".to_owned(), source });
    }
    let server = Server::start(vec![answer()]).await;
    ask(&server.url, brief).await.2.unwrap();
    let content = server.seen().remove(0).json()["messages"][2]["content"].as_array().unwrap().clone();
    assert!(content[0]["text"].is_string());
    let formats: Vec<_> = content[1..].iter().map(|block| block["image"]["format"].as_str().unwrap()).collect();
    assert_eq!(formats, ["png", "jpeg", "gif", "webp", "jpeg", "jpeg"]);
    assert_eq!(content[1]["image"]["source"]["bytes"], STANDARD.encode(&png), "the picture itself");
    let remade = STANDARD.decode(content[6]["image"]["source"]["bytes"].as_str().unwrap()).unwrap();
    assert_eq!(image::guess_format(&remade).unwrap(), image::ImageFormat::Jpeg);
}

fn picture(format: image::ImageFormat) -> Vec<u8> {
    let picture = DynamicImage::ImageRgb8(RgbImage::from_pixel(8, 4, Rgb([9, 99, 199])));
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn failures_are_told_or_tried_again() {
    let at = async |url: &str| {
        let answer = model(url, Duration::from_secs(10)).await.answer(asked());
        gathered(answer).await.2.map_err(|error| match error {
            AnswerError::Provider(error) | AnswerError::Nothing(error) => error,
            AnswerError::Library(error) => panic!("{error}"),
        })
    };
    aws_failures_are_handled(at, answer, "429 Too Many Requests").await;
    for (status, code) in [
        ("400 Bad Request", "provider_rejected"),
        ("408 Request Timeout", "provider_timeout"),
        ("424 Failed Dependency", "provider_unavailable"),
    ] {
        let server = Server::start(vec![vec![head(status, ""), write("{\"message\": \"the cause\"}")]]).await;
        let error = at(&server.url).await.unwrap_err();
        assert_eq!((error.code(), server.seen().len()), (code, 1), "{status}");
        assert!(!error.to_string().contains("the cause"), "it is for the log: {error}");
    }
    let nobody = Server::absent().await;
    assert_eq!(at(&nobody.url).await.unwrap_err().code(), "provider_unavailable");
}

#[tokio::test]
async fn what_breaks_off_in_the_middle_is_told_and_not_repeated() {
    for (kind, code) in [
        ("throttlingException", "provider_rate_limited"),
        ("validationException", "provider_rejected"),
        ("modelStreamErrorException", "provider_unavailable"),
        ("internalServerException", "provider_unavailable"),
        ("serviceUnavailableException", "provider_unavailable"),
    ] {
        let broken = aws_message("exception", kind, &json!({"message": "the cause"}));
        let server = Server::start(vec![vec![aws_messages(), token("half"), broken]]).await;
        let (text, _, result) = ask(&server.url, asked()).await;
        let error = result.unwrap_err();
        assert_eq!((text.as_str(), error.code(), server.seen().len()), ("half", code, 1), "{kind}");
        assert!(!error.to_string().contains("the cause"), "it is for the log: {error}");
    }
    let mut half = answer();
    half.truncate(2);
    let malformed = vec![aws_messages(), token("20"), write("no message at all, and long enough to be one")];
    for script in [half, malformed] {
        let server = Server::start(vec![script]).await;
        let (text, _, result) = ask(&server.url, asked()).await;
        assert_eq!((text.as_str(), result.unwrap_err().code()), ("20", "provider_unavailable"));
        assert_eq!(server.seen().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_short_is_one_and_an_empty_one_is_none() {
    for reason in ["max_tokens", "guardrail_intervened", "content_filtered", "a_new_reason"] {
        let server = Server::start(vec![vec![aws_messages(), token("20"), stop(reason)]]).await;
        let (text, _, result) = ask(&server.url, asked()).await;
        let said = if reason == "max_tokens" { format!("20{LIMIT}") } else { "20".to_owned() };
        assert!(result.is_ok() && text == said, "{reason}: {text} {result:?}");
        let empty = Server::start(vec![vec![aws_messages(), stop(reason)]]).await;
        assert_eq!(ask(&empty.url, asked()).await.2.unwrap_err().code(), "provider_unavailable", "{reason}");
    }
}

#[tokio::test]
async fn a_slow_drip_is_patiently_read_and_silence_is_not() {
    let mut drip = vec![aws_messages()];
    for _ in 0..4 {
        drip.extend([Step::Wait(250), token("x")]);
    }
    // Nobody waits for one who has said everything.
    drip.extend([stop("end_turn"), Step::Hang]);
    let server = Server::start(vec![drip]).await;
    let (text, _, result) = ask(&server.url, asked()).await;
    result.unwrap();
    assert_eq!(text, "xxxx");

    let silent = Server::start(vec![vec![aws_messages(), token("x"), Step::Hang]]).await;
    let (text, _, result) = ask(&silent.url, asked()).await;
    assert_eq!((text.as_str(), result.unwrap_err().code()), ("x", "provider_timeout"));
}

#[tokio::test]
async fn nobody_writes_for_one_who_has_left() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let left = tokio::spawn(async move {
        let (mut connection, _) = listener.accept().await.unwrap();
        let mut buffer = vec![0; 65_536];
        assert!(connection.read(&mut buffer).await.unwrap() > 0);
        for step in [aws_messages(), token("x")] {
            if let Step::Write(bytes) = step {
                connection.write_all(&bytes).await.unwrap();
            }
        }
        // The rest of the request, and then its end.
        while connection.read(&mut buffer).await.is_ok_and(|read| read > 0) {}
    });
    let mut events = model(&url, Duration::from_secs(30)).await.answer(asked());
    assert_eq!(events.next().await.unwrap().unwrap(), ModelEvent::Token("x".to_owned()));
    assert!(!left.is_finished());
    drop(events);
    timeout(Duration::from_secs(2), left).await.unwrap().unwrap();
}
