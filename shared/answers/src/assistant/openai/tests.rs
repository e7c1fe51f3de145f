#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::time::{Duration, Instant};

use bytes::Bytes;
use secrecy::SecretString;
use serde_json::{Value, json};

use super::OpenAi;
use super::wire::LengthLimit;
use crate::assistant::error::AnswerError;
use crate::assistant::model::{Brief, LanguageModel};
use crate::assistant::question::{Image, ImageSource};
use crate::assistant::test_support::{LIMIT, asked, gathered, image_loader};
use foundation::config::OpenAiConfig;
use foundation::provider::test_server::{Server, Step, head, write};
use foundation::provider::{ProviderError, ProviderFailure};
use shared::store::TokenUsage;

/// Asks the model behind this endpoint: the text that came, its usage, and how it ended.
async fn ask(endpoint: &Server, brief: Brief) -> (String, TokenUsage, Result<(), AnswerError>) {
    gathered(model(endpoint).answer(brief)).await
}

fn model(endpoint: &Server) -> OpenAi {
    let config = OpenAiConfig {
        base_url: format!("{}/v1/", endpoint.url).parse().unwrap(),
        api_key: Some(SecretString::from("sk-test")),
        model: "some-model".to_owned(),
        idle_timeout: Duration::from_millis(400),
    };
    OpenAi::new(config, image_loader()).unwrap()
}

fn event_stream() -> Step {
    head("200 OK", "content-type: text/event-stream\r\n")
}

fn data(value: &Value) -> Step {
    write(format!("data: {value}\n\n"))
}

fn token(text: &str) -> Step {
    data(&json!({"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": null}]}))
}

fn stop() -> Step {
    data(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}))
}

fn end() -> Step {
    write("data: [DONE]\n\n")
}

#[tokio::test]
async fn an_answer_streams_with_its_usage() {
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 4, "total_tokens": 34,
        "prompt_tokens_details": {"cached_tokens": 10}}});
    let role = data(&json!({"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}));
    let script =
        vec![event_stream(), write(": hello\n\n"), role, token("20 lb"), token("-ft [1]"), stop(), data(&usage), end()];
    let endpoint = Server::start(vec![script]).await;
    let (text, usage, result) = ask(&endpoint, asked()).await;
    result.unwrap();
    assert_eq!(text, "20 lb-ft [1]");
    assert_eq!(usage, TokenUsage { prompt_tokens: 30, completion_tokens: 4, cached_tokens: 10, total_tokens: 34 });

    let seen = endpoint.seen().remove(0);
    let body = seen.json();
    assert!(seen.head.starts_with("POST /v1/chat/completions HTTP/1.1\n"), "{}", seen.head);
    for header in ["authorization: bearer sk-test\r\n", "content-type: application/json\r\n"] {
        assert!(seen.head.contains(header), "{}", seen.head);
    }
    assert_eq!(body["model"], "some-model");
    assert_eq!(body["stream"], true);
    assert_eq!(body["stream_options"], json!({"include_usage": true}));
    assert_eq!((&body["max_tokens"], &body["max_completion_tokens"]), (&json!(4_096), &Value::Null));
    let messages = body["messages"].as_array().unwrap();
    let roles: Vec<_> = messages.iter().map(|message| message["role"].as_str().unwrap()).collect();
    assert_eq!(roles, ["system", "user", "assistant", "user"]);
    assert!(messages[3]["content"].as_str().unwrap().contains("Tighten to 20 lb-ft."));
}

#[tokio::test]
async fn a_limit_that_is_reached_is_told() {
    let limit = data(&json!({"choices": [{"index": 0, "delta": {}, "finish_reason": "length"}]}));
    let endpoint = Server::start(vec![vec![event_stream(), token("20"), limit.clone(), end()]]).await;
    let (text, _, result) = ask(&endpoint, asked()).await;
    result.unwrap();
    assert_eq!(text, format!("20{LIMIT}"));
    // All of it went into thinking.
    let mute = Server::start(vec![vec![event_stream(), limit, end()]]).await;
    let error = ask(&mute, asked()).await.2.unwrap_err();
    assert_eq!(error.code(), "provider_unavailable");
    assert!(matches!(error, AnswerError::Nothing(_)) && error.counts(false));
}

#[tokio::test]
async fn an_endpoint_is_told_the_limit_in_the_way_that_it_takes() {
    let refused = |parameter: &str| {
        let error = format!("{{\"error\": \"Unsupported parameter: '{parameter}'\"}}");
        vec![head("400 Bad Request", ""), write(error)]
    };
    let told = |seen: &foundation::provider::test_server::ReceivedRequest| {
        let body = seen.json();
        ["max_tokens", "max_completion_tokens"].map(|name| body[name].as_u64())
    };
    let answered = || vec![event_stream(), token("20"), stop(), end()];
    let endpoint = Server::start(vec![refused("max_tokens"), answered()]).await;
    let model = model(&endpoint);
    for _ in 0..2 {
        gathered(model.answer(asked())).await.2.unwrap();
    }
    let asked_for: Vec<_> = endpoint.seen().iter().map(told).collect();
    assert_eq!(asked_for, [[Some(4_096), None], [None, Some(4_096)], [None, Some(4_096)]], "and what it takes is kept");

    // One that takes neither is asked without: the answer is cut where it arrives.
    let strict = Server::start(vec![refused("max_tokens"), refused("max_completion_tokens"), answered()]).await;
    ask(&strict, asked()).await.2.unwrap();
    assert_eq!(strict.seen().iter().map(told).next_back(), Some([None, None]));

    assert_eq!(LengthLimit::for_host("api.openai.com")[0], LengthLimit::MaxCompletionTokens);
    assert_eq!(LengthLimit::for_host("mine.openai.azure.com")[0], LengthLimit::MaxCompletionTokens);
}

#[tokio::test]
async fn what_the_model_cannot_take_is_left_out() {
    let refused = |said: &str| vec![head("400 Bad Request", ""), write(format!("{{\"error\": \"{said}\"}}"))];
    let answered = || vec![event_stream(), token("20"), stop(), end()];
    let messages = |endpoint: &Server| {
        let seen = endpoint.seen();
        seen.iter().map(|seen| seen.json()["messages"].as_array().unwrap().clone()).collect::<Vec<_>>()
    };
    let long = "request (3029 tokens) exceeds the available context size (2048 tokens), try increasing it";
    let small = Server::start(vec![refused(long), answered()]).await;
    ask(&small, asked()).await.2.unwrap();
    assert_eq!(messages(&small).iter().map(Vec::len).collect::<Vec<_>>(), [4, 2], "the conversation");

    let blind = Server::start(vec![refused("image input is not supported"), answered()]).await;
    let source = ImageSource::of_file(Bytes::from_static(b"\x89PNG\r\n\x1a\n")).unwrap();
    let images = vec![Image { name: "a".to_owned(), source }];
    ask(&blind, Brief { images, ..asked() }).await.2.unwrap();
    let seen = messages(&blind);
    assert!(seen[0][3]["content"].is_array() && seen[1][3]["content"].is_string(), "the pictures");
}

#[tokio::test]
async fn an_endpoint_without_usage_or_end_mark_will_do() {
    let endpoint = Server::start(vec![vec![event_stream(), token("20"), stop()]]).await;
    let (text, usage, result) = ask(&endpoint, asked()).await;
    result.unwrap();
    assert_eq!((text.as_str(), usage), ("20", TokenUsage::default()));
}

#[tokio::test]
async fn pictures_go_along_as_parts() {
    const GIF: &[u8] = b"GIF89a\x01\0\x01\0";
    let picture = vec![head("200 OK", "content-length: 10\r\n"), Step::Write(GIF.to_vec())];
    let other = vec![head("200 OK", "content-type: image/png\r\ncontent-length: 5\r\n"), write("<svg>")];
    let pictures = Server::start(vec![picture, other]).await;
    let endpoint = Server::start(vec![vec![event_stream(), token("A pump."), stop(), end()]]).await;
    let mut brief = asked();
    let local = pictures.url.replace("127.0.0.1", "localhost");
    let at = |url: &str| ImageSource::Address(url.parse().unwrap());
    let sent = ImageSource::of_file(Bytes::from_static(b"\x89PNG\r\n\x1a\n")).unwrap();
    for source in [at("https://example.com/a.jpg"), sent, at(&local), at(&local), at("http://10.0.0.1/secret")] {
        brief.images.push(Image { name: "a".to_owned(), source });
    }
    ask(&endpoint, brief).await.2.unwrap();
    let body = endpoint.seen().remove(0).json();
    let parts = body["messages"][3]["content"].as_array().unwrap().clone();
    assert_eq!(parts[0]["type"], "text");
    let urls: Vec<_> = parts[1..].iter().map(|part| part["image_url"]["url"].as_str().unwrap()).collect();
    let inlined = ["data:image/png;base64,iVBORw0KGgo=", "data:image/gif;base64,R0lGODlhAQABAA=="];
    assert_eq!(urls, ["https://example.com/a.jpg", inlined[0], inlined[1]], "what is no picture is left out");
}

#[tokio::test]
async fn a_refused_key_is_told_at_once() {
    let script = vec![head("401 Unauthorized", ""), write("{\"error\": \"bad key\"}")];
    let endpoint = Server::start(vec![script]).await;
    let (_, _, result) = ask(&endpoint, asked()).await;
    let error = result.unwrap_err();
    assert_eq!(error.code(), "provider_rejected");
    assert!(!error.to_string().contains("bad key"), "the cause is for the log");
    assert_eq!(endpoint.seen().len(), 1);
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_for() {
    let endpoint = Server::start(vec![
        vec![head("429 Too Many Requests", "retry-after: 1\r\n")],
        vec![event_stream(), token("20"), stop(), end()],
    ])
    .await;
    let asked_at = Instant::now();
    let (text, _, result) = ask(&endpoint, asked()).await;
    result.unwrap();
    assert_eq!(text, "20");
    assert!(asked_at.elapsed() >= Duration::from_secs(1));
    assert_eq!(endpoint.seen().len(), 2);
}

#[tokio::test]
async fn a_long_rate_limit_is_passed_on() {
    let endpoint = Server::start(vec![vec![head("429 Too Many Requests", "retry-after: 120\r\n")]]).await;
    let (_, _, result) = ask(&endpoint, asked()).await;
    let error = result.unwrap_err();
    assert_eq!(error.code(), "provider_rate_limited");
    assert!(matches!(
        error,
        AnswerError::Provider(ProviderError {
            failure: ProviderFailure::RateLimited { retry_after_seconds: Some(120) },
            ..
        })
    ));
    assert_eq!(endpoint.seen().len(), 1);
}

#[tokio::test]
async fn a_failing_endpoint_is_tried_three_times() {
    let endpoint = Server::start(vec![vec![head("500 Internal Server Error", "")]]).await;
    let (_, _, result) = ask(&endpoint, asked()).await;
    assert_eq!(result.unwrap_err().code(), "provider_unavailable");
    assert_eq!(endpoint.seen().len(), 3);
}

#[tokio::test]
async fn a_slow_drip_is_patiently_read_and_silence_is_not() {
    let mut drip = vec![event_stream()];
    for _ in 0..4 {
        drip.extend([Step::Wait(200), token("x")]);
    }
    drip.extend([stop(), end()]);
    let endpoint = Server::start(vec![drip]).await;
    let (text, _, result) = ask(&endpoint, asked()).await;
    result.unwrap();
    assert_eq!(text, "xxxx");

    let silent = Server::start(vec![vec![event_stream(), token("x"), Step::Hang]]).await;
    let (text, _, result) = ask(&silent, asked()).await;
    assert_eq!((text.as_str(), result.unwrap_err().code()), ("x", "provider_timeout"));

    let mute = Server::start(vec![vec![Step::Hang]]).await;
    let (_, _, result) = ask(&mute, asked()).await;
    assert_eq!(result.unwrap_err().code(), "provider_timeout");
    assert_eq!(mute.seen().len(), 1);
}

#[tokio::test]
async fn a_cut_connection_is_no_answer_and_is_not_repeated() {
    let endpoint = Server::start(vec![vec![event_stream(), token("half an ans")]]).await;
    let (text, _, result) = ask(&endpoint, asked()).await;
    assert_eq!((text.as_str(), result.unwrap_err().code()), ("half an ans", "provider_unavailable"));
    assert_eq!(endpoint.seen().len(), 1);
}

#[tokio::test]
async fn malformed_chunks_and_errors_in_the_stream_are_errors() {
    let broken = [write("data: {\"choices\": [\n\n"), data(&json!({"error": {"message": "overloaded"}}))];
    for step in broken {
        let endpoint = Server::start(vec![vec![event_stream(), token("x"), step, end()]]).await;
        let (text, _, result) = ask(&endpoint, asked()).await;
        assert_eq!((text.as_str(), result.unwrap_err().code()), ("x", "provider_unavailable"));
    }
    let empty = Server::start(vec![vec![event_stream(), stop(), end()]]).await;
    assert_eq!(ask(&empty, asked()).await.2.unwrap_err().code(), "provider_unavailable");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_unavailable() {
    let endpoint = Server::absent().await;
    assert_eq!(ask(&endpoint, asked()).await.2.unwrap_err().code(), "provider_unavailable");
}
