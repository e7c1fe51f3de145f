//! Speech that is given to a recogniser counts, however it ends.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use serde_json::json;
use speech::audio::{AudioLimits, Pcm, decode};

use crate::harness::{Socket, TestSystem, TestUser, eventually, hearing};

/// A recording in which somebody speaks, at 16 kHz, with what ends the utterance.
fn speech() -> Pcm {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/speech/tests/data/audio/speech.flac");
    let limits = AudioLimits::new(Duration::from_mins(1));
    let mut speech = decode(Bytes::from(std::fs::read(Path::new(file)).unwrap()), limits).unwrap();
    speech.samples.extend(std::iter::repeat_n(0, 16_000));
    speech
}

async fn milliseconds(system: &TestSystem, user: &TestUser) -> u64 {
    let usage = system.system.context.billing.usage(&user.id.parse().unwrap()).await.unwrap();
    usage.voice_milliseconds
}

async fn listening(user: &TestUser) -> Socket {
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "format": "pcm16", "sampleRate": 16_000, "audio": "none"})).await;
    socket
}

async fn send(socket: &mut Socket, samples: &[i16]) {
    for block in samples.chunks(1_600) {
        socket.send_bytes(block.iter().flat_map(|sample| sample.to_le_bytes()).collect()).await;
    }
}

async fn system(command: &str) -> TestSystem {
    let variables = [("SPEECH_TO_TEXT", "command"), ("SPEECH_COMMAND", command), ("TEXT_TO_SPEECH", "none")];
    TestSystem::start_with(&variables).await
}

#[tokio::test]
async fn an_utterance_that_is_thrown_away_counts_and_one_that_is_understood_counts_once() {
    let folder = tempfile::tempdir().unwrap();
    let system = system(&hearing(folder.path(), "Which oil?")).await;
    let (talker, other) = (system.user().await, system.user().await);
    let speech = speech();

    let mut socket = listening(&talker).await;
    send(&mut socket, &speech.samples).await;
    assert_eq!(socket.find("transcript").await["text"], "Which oil?");
    let understood = milliseconds(&system, &talker).await;
    let whole = u64::try_from(speech.duration().as_millis()).unwrap();
    assert!((200..=whole).contains(&understood), "{understood} of {whole} ms");
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(milliseconds(&system, &talker).await, understood, "each second once");

    // Thrown away in the middle of a word, by a frame and by leaving.
    let middle = &speech.samples[..speech.samples.len() / 2];
    for leaves in [false, true] {
        let before = milliseconds(&system, &other).await;
        let mut socket = listening(&other).await;
        send(&mut socket, middle).await;
        tokio::time::sleep(Duration::from_millis(700)).await;
        if leaves {
            drop(socket);
        } else {
            socket.send(json!({"type": "stop"})).await;
        }
        eventually(10, "what was heard counts", async || (milliseconds(&system, &other).await > before).then_some(()))
            .await;
    }
}

#[tokio::test]
async fn what_the_recogniser_failed_to_understand_does_not_count() {
    let folder = tempfile::tempdir().unwrap();
    let broken = folder.path().join("broken");
    std::fs::write(&broken, "#!/bin/sh\ncat >/dev/null\nexit 1\n").unwrap();
    std::fs::set_permissions(&broken, std::fs::Permissions::from_mode(0o755)).unwrap();
    let system = system(broken.to_str().unwrap()).await;
    let user = system.user().await;
    let mut socket = listening(&user).await;
    send(&mut socket, &speech().samples).await;
    socket.find("error").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(milliseconds(&system, &user).await, 0);
}
