//! What is said in a recording.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use foundation::need::{Needed, need};
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;
use speech::audio::{Pcm, SoundFormat};

use super::bomb::{LONGEST_CODES, vorbis_in_webm};
use super::scripted::beside;
use super::{TRANSCRIBE, part, recording, transcribe};
use crate::harness::{TestSystem, refused_beyond};

fn silence(seconds: u64) -> Vec<u8> {
    Pcm::silence(16_000, Duration::from_secs(seconds)).encode(SoundFormat::Wav).unwrap()
}

#[tokio::test]
async fn recordings_of_every_format_are_transcribed() {
    let system = TestSystem::start().await;
    let (visitor, scripted) = beside(&system).await;
    let names = [
        "live.webm",
        "stereo.webm",
        "vorbis.ogg",
        "speech.mp3",
        "phone.m4a",
        "fragmented.m4a",
        "speech.flac",
        "speech.aac",
        "speech.aiff",
        "mulaw.wav",
    ];
    for name in names {
        let answer = transcribe(&visitor, part(recording(name))).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text);
        let mut answer = answer.json();
        let seconds = answer["duration"].take().as_f64().unwrap();
        assert!((0.5..60.0).contains(&seconds), "{name}: {seconds}");
        let segments = json!([{"start": 0.25, "end": 0.9, "text": "close the valve"}]);
        let message = "Here is what was said.";
        let wanted = json!({"status": 200, "message": message, "data": "close the valve", "segments": segments,
            "language": "en-US", "duration": null});
        assert_eq!(answer, wanted, "{name}");
    }
    assert_eq!(scripted.heard.load(Ordering::Relaxed), names.len());
}

#[tokio::test]
async fn silence_is_an_empty_text_and_no_recogniser_is_asked() {
    let system = TestSystem::start().await;
    let (visitor, scripted) = beside(&system).await;
    let answer = transcribe(&visitor, part(silence(2))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let wanted = json!({"status": 200, "message": "Nothing was said.", "data": "", "segments": [],
        "language": null, "duration": 2.0});
    assert_eq!(answer.json(), wanted);
    assert_eq!(scripted.heard.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn what_is_no_recording_is_refused() {
    let system = TestSystem::start().await;
    let (visitor, _) = beside(&system).await;
    let headerless = recording("live.webm").split_off(600);
    let picture = b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR".to_vec();
    for (bytes, status, code) in [
        (Vec::new(), 400, "audio_empty"),
        (headerless, 415, "unsupported_audio_type"),
        (picture, 415, "unsupported_audio_type"),
        (b"RIFF".to_vec(), 415, "unsupported_audio_type"),
    ] {
        let answer = transcribe(&visitor, part(bytes)).await;
        assert_eq!(answer.code(status), code);
        assert!(answer.json()["message"].as_str().unwrap().ends_with('.'));
    }
    let long = transcribe(&visitor, part(silence(601))).await;
    assert_eq!(long.code(413), "audio_too_long");
    assert_eq!(transcribe(&visitor, part(vec![0; 25 * 1024 * 1024 + 1])).await.code(413), "file_too_large");
}

#[tokio::test]
async fn of_a_recording_that_ends_early_or_lies_what_is_there_is_transcribed() {
    let system = TestSystem::start().await;
    let (visitor, _) = beside(&system).await;
    let whole = recording("live.webm");
    let cut = transcribe(&visitor, part(whole[..whole.len() * 2 / 3].to_vec())).await;
    assert_eq!((cut.status, &cut.json()["data"]), (200, &json!("close the valve")), "{}", cut.text);
    for size in [0, u32::MAX, 12] {
        let mut lying = silence(1);
        lying[4..8].copy_from_slice(&size.to_le_bytes());
        lying[40..44].copy_from_slice(&if size == 12 { u32::MAX - 1 } else { size }.to_le_bytes());
        let answer = transcribe(&visitor, part(lying)).await;
        assert_eq!((answer.status, &answer.json()["duration"]), (200, &json!(1.0)), "{}", answer.text);
    }
}

#[tokio::test]
async fn malformed_files_get_an_answer_soon() {
    let Some(folder) = need(Needed::Data("malformed")) else { return };
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (mut visitor, _) = beside(&system).await;
    visitor.token = user.token;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let started = Instant::now();
        let answer = transcribe(&visitor, part(std::fs::read(&path).unwrap())).await;
        println!("{}: {} in {:?}", path.display(), answer.status, started.elapsed());
        assert!([200, 400, 413, 415].contains(&answer.status), "{}: {}", path.display(), answer.text);
        assert!(started.elapsed() < Duration::from_secs(30), "{}", path.display());
    }
}

/// Bytes of memory that this process has had at most; 0 where the system does not tell.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
    peak.unwrap_or(0_u64) * 1024
}

#[tokio::test]
async fn a_recording_that_asks_for_gigabytes_is_refused_and_nobody_else_notices() {
    let system = TestSystem::start().await;
    let (visitor, _) = beside(&system).await;
    let before = peak_memory();
    let bomb = vorbis_in_webm(LONGEST_CODES);
    assert!(bomb.len() < 8_000, "four gigabytes of {} bytes", bomb.len());
    let requests = (0..6).map(|number| {
        let (visitor, bomb) = (&visitor, bomb.clone());
        async move {
            let file = if number % 2 == 0 { bomb } else { recording("live.webm") };
            transcribe(visitor, part(file)).await
        }
    });
    for (number, answer) in futures::future::join_all(requests).await.into_iter().enumerate() {
        if number % 2 == 0 {
            assert_eq!(answer.code(413), "audio_needs_too_much_memory");
        } else {
            assert_eq!((answer.status, &answer.json()["data"]), (200, &json!("close the valve")), "{}", answer.text);
        }
    }
    let grown = peak_memory().saturating_sub(before) >> 20;
    assert!(grown < 1_024, "{grown} MiB");
    // Where nothing can decode, it is nobody's recording that is at fault.
    let broken = TestSystem::start_with(&[("AUDIO_WORKER", "/no/such/program")]).await;
    let (visitor, _) = beside(&broken).await;
    assert_eq!(transcribe(&visitor, part(recording("live.webm"))).await.code(503), "audio_reader_unavailable");
}

#[tokio::test]
async fn a_bad_form_is_refused() {
    let system = TestSystem::start().await;
    let (visitor, _) = beside(&system).await;
    assert_eq!(visitor.post(TRANSCRIBE, json!({"file": "a.wav"})).await.code(415), "unsupported_media_type");
    let form = Form::new().part("audio", part(silence(1)).mime_str("text/plain").unwrap());
    let other = visitor.send(visitor.request(Method::POST, TRANSCRIBE).multipart(form)).await;
    assert_eq!(other.status, 400, "{}", other.text);
    let text = Form::new().text("note", "hello");
    let missing = visitor.send(visitor.request(Method::POST, TRANSCRIBE).multipart(text)).await;
    assert_eq!(
        (missing.code(400).as_str(), &missing.json()["data"]),
        ("validation_failed", &json!(["file is required"]))
    );
    let broken = visitor.request(Method::POST, TRANSCRIBE).header("Content-Type", "multipart/form-data; boundary=x");
    assert_eq!(visitor.send(broken.body("--x\r\nnonsense")).await.code(400), "malformed_form");
    assert_eq!(visitor.get(TRANSCRIBE).await.code(405), "method_not_allowed");
}

#[tokio::test]
async fn recordings_of_one_address_are_limited() {
    let system = TestSystem::start().await;
    let (visitor, _) = beside(&system).await;
    let refused = refused_beyond(60, async || transcribe(&visitor, part(Vec::new())).await).await;
    assert_eq!(refused.code(429), "too_many_requests");
}
