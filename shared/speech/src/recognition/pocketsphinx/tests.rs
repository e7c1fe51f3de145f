#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod measured;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Instant;

use bytes::Bytes;
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::*;
use crate::audio::{AudioLimits, decode};

const TIMEOUT: Duration = Duration::from_secs(5);

/// A program in the place of Python, which is given Python's arguments and takes no notice of them.
struct StandIn {
    folder: TempDir,
}

impl StandIn {
    fn new(script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("python");
        std::fs::write(&path, format!("#!/bin/sh\ncd {}\n{script}", folder.path().display())).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn python(&self) -> PathBuf {
        self.folder.path().join("python")
    }

    fn recogniser(&self, workers: usize, timeout: Duration) -> PocketSphinx {
        PocketSphinx::new(self.python(), workers, timeout)
    }

    fn lines(&self, file: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.folder.path().join(file)).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }
}

/// A recording in which somebody speaks once.
fn speech() -> Pcm {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio/speech.flac");
    decode(Bytes::from(std::fs::read(file).unwrap()), AudioLimits::new(Duration::from_mins(1))).unwrap()
}

fn code(result: Result<Transcript, ProviderError>) -> &'static str {
    result.unwrap_err().code()
}

fn endless() -> BoxStream<'static, Vec<i16>> {
    stream::pending().boxed()
}

#[tokio::test]
async fn what_is_not_installed_is_said() {
    let missing = PocketSphinx::new("/nowhere/python".into(), 1, TIMEOUT);
    assert_eq!(code(missing.transcribe(speech()).await), "speech_recognizer_not_installed");
    let without_package = StandIn::new("exit 3");
    let error = without_package.recogniser(1, TIMEOUT).transcribe(speech()).await.unwrap_err();
    assert_eq!(error.code(), "speech_recognizer_not_installed");
    assert!(error.to_string().contains("scripts/dev"), "{error}");
}

#[tokio::test]
async fn nothing_is_asked_about_silence() {
    let missing = PocketSphinx::new("/nowhere/python".into(), 1, TIMEOUT);
    let silence = Pcm::silence(RECOGNISED_RATE, Duration::from_secs(3));
    let heard = missing.transcribe(silence).await.unwrap();
    assert_eq!((heard.text.as_str(), heard.segments.len(), heard.duration), ("", 0, Duration::from_secs(3)));
}

#[tokio::test]
async fn a_worker_that_dies_over_a_recording_is_replaced_once() {
    let dying = StandIn::new("echo '{\"ready\": \"x\"}'; head -c 5 >/dev/null && echo died >>deaths; exit 1");
    assert_eq!(code(dying.recogniser(1, TIMEOUT).transcribe(speech()).await), "provider_unavailable");
    assert_eq!(dying.lines("deaths").len(), 2);

    let once = StandIn::new(
        "echo '{\"ready\": \"x\"}'; head -c 5 >/dev/null\n\
         if [ -e dead ]; then echo '{\"final\": [[\"hello\", 0.1, 0.4]]}'; cat >/dev/null; else touch dead; fi",
    );
    let heard = once.recogniser(1, TIMEOUT).transcribe(speech()).await.unwrap();
    assert_eq!(heard.text, "hello");
    assert_eq!(heard.language.as_deref(), Some("en-US"));
}

#[tokio::test]
async fn a_worker_that_talks_nonsense_is_no_worker() {
    let nonsense = StandIn::new("echo hello; sleep 1");
    assert_eq!(code(nonsense.recogniser(1, TIMEOUT).transcribe(speech()).await), "provider_unavailable");
    let endless = StandIn::new("yes x | tr -d '\\n'");
    assert_eq!(code(endless.recogniser(1, TIMEOUT).transcribe(speech()).await), "provider_unavailable");
}

#[tokio::test]
async fn a_silent_worker_is_given_up_and_ended() {
    let mute = StandIn::new("echo $$ >>started; echo '{\"ready\": \"x\"}'; cat >/dev/null");
    let recogniser = mute.recogniser(1, Duration::from_millis(400));
    let began = Instant::now();
    assert_eq!(code(recogniser.transcribe(speech()).await), "provider_timeout");
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    ended(&mute.lines("started")[0]).await;
}

#[tokio::test]
async fn a_caller_that_goes_away_frees_its_worker() {
    let mute = StandIn::new("echo $$ >>started; echo '{\"ready\": \"x\"}'; cat >/dev/null");
    let recogniser = mute.recogniser(1, TIMEOUT);
    assert!(timeout(Duration::from_secs(3), recogniser.transcribe(speech())).await.is_err());
    ended(&mute.lines("started")[0]).await;
    // Another has taken its place, or is about to.
    for _ in 0..100 {
        if mute.lines("started").len() == 2 {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(mute.lines("started").len(), 2);
}

#[cfg(target_os = "linux")]
async fn ended(process: &str) {
    for _ in 0..100 {
        let state = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
        if state.is_empty() || state.contains(") Z") {
            return;
        }
        sleep(Duration::from_millis(50)).await;
    }
    assert!(!Path::new(&format!("/proc/{process}")).exists(), "process {process} goes on");
}

#[tokio::test]
async fn a_full_queue_refuses() {
    let mute = StandIn::new("echo '{\"ready\": \"x\"}'; cat >/dev/null");
    let recogniser = Arc::new(mute.recogniser(1, TIMEOUT));
    let listen = |recogniser: Arc<PocketSphinx>| {
        tokio::spawn(async move { recogniser.listen(endless()).next().await.unwrap().unwrap_err().code() })
    };
    let waiting: Vec<_> = (0..5).map(|_| listen(recogniser.clone())).collect();
    sleep(Duration::from_millis(800)).await;
    let began = Instant::now();
    let refused = recogniser.transcribe(speech()).await.unwrap_err();
    assert_eq!(refused.code(), "provider_rate_limited");
    assert!(began.elapsed() < Duration::from_secs(3), "it did not wait");
    waiting.iter().for_each(tokio::task::JoinHandle::abort);
    sleep(Duration::from_millis(300)).await;
    assert_eq!(code(timeout(TIMEOUT * 3, recogniser.transcribe(speech())).await.unwrap()), "provider_timeout");
}

#[tokio::test]
async fn what_is_understood_comes_while_somebody_speaks() {
    let script = "echo '{\"ready\": \"x\"}'; head -c 5 | head -c 1 >>orders; echo '{\"partial\": \"go\"}'\n\
                  head -c 3205 | head -c 1 >>orders; head -c 5 | head -c 1 >>orders\n\
                  echo '{\"partial\": \"go for\"}'; echo '{\"final\": [[\"go\", 0.1, 0.3], [\"forward\", 0.9, 1.2]]}'\n\
                  cat >/dev/null";
    let canned = StandIn::new(script);
    let recogniser = canned.recogniser(1, TIMEOUT);
    let (sender, receiver) = tokio::sync::mpsc::channel(1);
    let sound = tokio_stream::wrappers::ReceiverStream::new(receiver).boxed();
    let mut hearings = recogniser.listen(sound);
    assert_eq!(hearings.next().await.unwrap().unwrap(), TranscriptEvent::Partial("go".to_owned()));
    sender.send(vec![7; 1600]).await.unwrap();
    drop(sender);
    let TranscriptEvent::Final(heard) = hearings.next().await.unwrap().unwrap() else { panic!("no final") };
    assert_eq!(heard.text, "go forward");
    assert_eq!(heard.segments.len(), 2);
    assert_eq!(heard.duration, Duration::from_millis(100));
    assert!(hearings.next().await.is_none());
    assert_eq!(canned.lines("orders"), ["BSE"]);
}
