//! A recording, and tests that every recogniser over HTTP must pass.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use crate::audio::{Pcm, RECOGNISED_RATE, SoundFormat};
use crate::{Transcriber, Transcript};
use foundation::provider::ProviderError;
pub(super) use foundation::provider::test_server::{Server, good};
use foundation::provider::test_server::{Step, head, write};

/// The timeout of the recognisers under test.
pub(super) const TIMEOUT: Duration = Duration::from_millis(600);

/// A recording of two seconds.
pub(super) fn sound() -> Pcm {
    Pcm { rate: RECOGNISED_RATE, samples: (0..32_000_i16).map(|n| n % 251).collect() }
}

/// The same as WAV.
pub(super) fn wav() -> Vec<u8> {
    sound().encode(SoundFormat::Wav).unwrap()
}

/// Tests how a provider handles failures of its server. `transcriber` creates one for the server at an address, with
/// the timeout [`TIMEOUT`]. `answer` is a response that means "hello".
pub(super) async fn failures_are_handled<T: Transcriber>(transcriber: impl Fn(&str) -> T, answer: &str) {
    let asked = async |scripts: Vec<Vec<Step>>| {
        let server = Server::start(scripts).await;
        let result = transcriber(&server.url).transcribe(sound()).await;
        (result, server.seen().len())
    };
    let code = |result: Result<Transcript, ProviderError>| result.unwrap_err().code();

    let refused = vec![head("401 Unauthorized", ""), write("{\"error\": \"bad key\"}")];
    let (result, requests) = asked(vec![refused]).await;
    assert_eq!((code(result), requests), ("provider_rejected", 1));

    let busy = |seconds: u32| vec![head("429 Too Many Requests", &format!("retry-after: {seconds}\r\n"))];
    let began = std::time::Instant::now();
    let (result, requests) = asked(vec![busy(1), good(&answer)]).await;
    assert_eq!((result.unwrap().text.as_str(), requests), ("hello", 2));
    assert!(began.elapsed() >= Duration::from_secs(1));
    let (result, requests) = asked(vec![busy(120)]).await;
    assert_eq!((code(result), requests), ("provider_rate_limited", 1));

    let broken = || vec![head("500 Internal Server Error", "")];
    let (result, requests) = asked(vec![broken(), good(&answer)]).await;
    assert_eq!((result.unwrap().text.as_str(), requests), ("hello", 2));
    let (result, requests) = asked(vec![broken()]).await;
    assert_eq!((code(result), requests), ("provider_unavailable", 3));

    let mut drip = vec![head("200 OK", "content-type: application/json\r\n")];
    for part in answer.split_inclusive(':') {
        drip.extend([Step::Wait(300), write(part)]);
    }
    assert_eq!(asked(vec![drip]).await.0.unwrap().text, "hello", "slow, but never silent");
    assert_eq!(code(asked(vec![vec![Step::Hang]]).await.0), "provider_timeout");
    let stuck = vec![head("200 OK", ""), write("{"), Step::Hang];
    assert_eq!(code(asked(vec![stuck]).await.0), "provider_timeout");

    let cut = vec![head("200 OK", "content-length: 5000\r\n"), write(answer)];
    assert_eq!(code(asked(vec![cut]).await.0), "provider_unavailable");
    assert_eq!(code(asked(vec![good(&"<html>")]).await.0), "provider_unavailable");
    let large = good(&format!("{{\"text\": \"{}\"}}", "x".repeat(super::LARGEST_ANSWER)));
    assert_eq!(code(asked(vec![large]).await.0), "provider_unavailable");
}
