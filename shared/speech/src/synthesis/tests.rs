#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::SecretString;
use serde_json::Value;

use super::*;
use foundation::config::{DeepgramConfig, OpenAiConfig};

type StubResponse = (u16, Option<&'static str>, Vec<u8>);

/// A request as a server saw it.
struct SeenRequest {
    line: String,
    headers: HeaderMap,
    body: Bytes,
}

/// A server that gives its answers in order, the last one for ever.
struct Server {
    url: String,
    seen: Arc<Mutex<Vec<SeenRequest>>>,
}

async fn server(answers: Vec<StubResponse>) -> Server {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let seen: Arc<Mutex<Vec<SeenRequest>>> = Arc::default();
    let (kept, answers) = (seen.clone(), Arc::new(Mutex::new(VecDeque::from(answers))));
    let answer = move |request: Request| async move {
        let line = format!("{} {}", request.method(), request.uri());
        let headers = request.headers().clone();
        let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
        kept.lock().unwrap().push(SeenRequest { line, headers, body });
        let (status, retry_after, body) = {
            let mut answers = answers.lock().unwrap();
            if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
        };
        let mut headers = HeaderMap::new();
        if let Some(seconds) = retry_after {
            headers.insert("retry-after", seconds.parse().unwrap());
        }
        (StatusCode::from_u16(status).unwrap(), headers, body)
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(answer)).await });
    Server { url, seen }
}

const SOUND: &[u8] = &[1, 0, 255, 255];

fn said(text: &str) -> Utterance {
    Utterance { text: text.to_owned(), voice: None, speed: 1.0 }
}

fn openai(url: &str) -> OpenAi {
    let config = OpenAiConfig {
        base_url: format!("{url}/v1/").parse().unwrap(),
        api_key: Some(SecretString::from("key")),
        model: "voice-1".to_owned(),
        idle_timeout: Duration::from_millis(500),
    };
    OpenAi::new(&config, "alloy".to_owned()).unwrap()
}

#[tokio::test]
async fn an_openai_endpoint_is_asked_for_samples() {
    let server = server(vec![(200, None, SOUND.to_vec())]).await;
    let sound = openai(&server.url).synthesize(said("Hello.")).await.unwrap();
    assert_eq!(sound, Pcm { rate: 24_000, samples: vec![1, -1] });
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen[0].line, "POST /v1/audio/speech");
    assert_eq!(seen[0].headers["authorization"], "Bearer key");
    let body: Value = serde_json::from_slice(&seen[0].body).unwrap();
    assert_eq!(
        (&body["model"], &body["input"], &body["voice"]),
        (&"voice-1".into(), &"Hello.".into(), &"alloy".into())
    );
    assert_eq!(body["response_format"], "pcm");
}

#[tokio::test]
async fn deepgram_is_asked_for_samples() {
    let server = server(vec![(200, None, SOUND.to_vec())]).await;
    let config = DeepgramConfig {
        base_url: server.url.parse().unwrap(),
        api_key: SecretString::from("key"),
        model: "aura".to_owned(),
    };
    let deepgram = Deepgram::new(&config, Duration::from_secs(2)).unwrap();
    let utterance = Utterance { voice: Some("a&b".to_owned()), ..said("Hello.") };
    assert_eq!(deepgram.synthesize(utterance).await.unwrap().samples, [1, -1]);
    let seen = server.seen.lock().unwrap();
    assert_eq!(seen[0].line, "POST /v1/speak?model=a%26b&encoding=linear16&container=none&sample_rate=24000");
    assert_eq!(seen[0].headers["authorization"], "Token key");
    assert_eq!(seen[0].body, r#"{"text":"Hello."}"#);
}

#[tokio::test]
async fn failures_that_pass_are_tried_again() {
    let server = server(vec![(500, None, vec![]), (429, Some("1"), vec![]), (200, None, SOUND.to_vec())]).await;
    let started = Instant::now();
    assert_eq!(openai(&server.url).synthesize(said("Hello.")).await.unwrap().samples, [1, -1]);
    assert!(started.elapsed() >= Duration::from_secs(1), "as late as the server asks");
    assert_eq!(server.seen.lock().unwrap().len(), 3);
}

#[tokio::test]
async fn failures_that_do_not_pass_are_told() {
    for (status, retry_after, code, requests) in [
        (401, None, "provider_rejected", 1),
        (429, Some("3600"), "provider_rate_limited", 1),
        (500, None, "provider_unavailable", 3),
    ] {
        let server = server(vec![(status, retry_after, b"a reason".to_vec())]).await;
        let error = openai(&server.url).synthesize(said("Hello.")).await.unwrap_err();
        assert_eq!((error.code(), server.seen.lock().unwrap().len()), (code, requests), "{status}");
        assert!(!error.to_string().contains("a reason"), "{error}");
    }
}

#[tokio::test]
async fn silence_and_a_cut_connection_are_errors() {
    for (bytes, wait, code) in [
        (&b""[..], true, "provider_timeout"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nab", true, "provider_timeout"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nab", false, "provider_unavailable"),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\nab", false, "provider_unavailable"),
    ] {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            use tokio::io::{AsyncReadExt, AsyncWriteExt};
            while let Ok((mut socket, _)) = listener.accept().await {
                drop(socket.read(&mut [0; 4096]).await);
                socket.write_all(bytes).await.unwrap();
                if wait {
                    tokio::time::sleep(Duration::from_secs(5)).await;
                }
            }
        });
        let error = openai(&url).synthesize(said("Hello.")).await.unwrap_err();
        assert_eq!(error.code(), code, "{bytes:?}");
    }
}

/// Says the number of characters, in as many samples.
#[derive(Debug)]
struct Counting;

impl Synthesizer for Counting {
    fn synthesize(&self, utterance: Utterance) -> BoxFuture<'_, Result<Pcm, ProviderError>> {
        async move {
            if utterance.text.contains("fail") {
                return Err(ProviderError::unavailable(NAME, "asked to"));
            }
            // The first is the slowest: order must not depend on it.
            tokio::time::sleep(Duration::from_millis(if utterance.text.starts_with("One") { 60 } else { 5 })).await;
            Ok(Pcm { rate: 16_000, samples: vec![i16::try_from(utterance.text.len()).unwrap(); 10] })
        }
        .boxed()
    }
}

#[tokio::test]
async fn a_long_text_is_said_in_order_with_pauses() {
    let whole = say(Arc::new(Counting), "One is long enough. **Two** is bold [1].\n\nThree!", None, 1.0).await.unwrap();
    let mut heard: Vec<i16> = whole.samples.iter().copied().filter(|sample| *sample != 0).collect();
    heard.dedup();
    assert_eq!(
        heard,
        ["One is long enough.".len(), "Two is bold.".len(), "Three!".len()].map(|n| i16::try_from(n).unwrap())
    );
    assert!(whole.samples.len() > 2 * 16_000 / 10, "there are pauses");
    assert!(say(Arc::new(Counting), "One is. This will fail. Three.", None, 1.0).await.is_err());
    assert!(say(Arc::new(Counting), "---\n\n", None, 1.0).await.unwrap().samples.is_empty());
}

#[cfg(feature = "aws")]
mod polly {
    use foundation::provider::test_server::{Step, aws_config, aws_failures_are_handled, head};

    use super::*;

    async fn polly(url: &str) -> Polly {
        let sdk = foundation::aws::sdk_config(&aws_config()).await;
        Polly::new(&sdk, "Joanna".to_owned(), Some(url), Duration::from_secs(10))
    }

    #[tokio::test]
    async fn falls_back_to_the_plain_engine() {
        let refusal = br#"{"__type":"EngineNotSupportedException","message":"no"}"#.to_vec();
        let server = server(vec![(400, None, refusal), (200, None, SOUND.to_vec())]).await;
        let fast = Utterance { speed: 1.5, ..said("Oil & <water>") };
        assert_eq!(
            polly(&server.url).await.synthesize(fast).await.unwrap(),
            Pcm { rate: 16_000, samples: vec![1, -1] }
        );
        let seen = server.seen.lock().unwrap();
        assert_eq!(seen[0].line, "POST /v1/speech");
        assert!(seen[0].headers["authorization"].to_str().unwrap().contains("eu-west-1/polly"));
        let bodies: Vec<Value> = seen.iter().map(|seen| serde_json::from_slice(&seen.body).unwrap()).collect();
        assert_eq!((&bodies[0]["Engine"], &bodies[1]["Engine"]), (&"neural".into(), &"standard".into()));
        assert_eq!(bodies[1]["OutputFormat"], "pcm");
        assert_eq!(bodies[1]["Text"], "<speak><prosody rate=\"150%\">Oil &amp; &lt;water&gt;</prosody></speak>");
    }

    #[tokio::test]
    async fn says_when_it_fails_or_is_tried_again() {
        let sound = || {
            let head = head("200 OK", &format!("content-type: audio/pcm\r\ncontent-length: {}\r\n", SOUND.len()));
            vec![head, Step::Write(SOUND.to_vec())]
        };
        aws_failures_are_handled(
            async |url| polly(url).await.synthesize(said("Hello.")).await.map(drop),
            sound,
            "400 Bad Request",
        )
        .await;
    }
}
