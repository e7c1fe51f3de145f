//! The microphone: sound in, at the speed of speech.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use foundation::need::{Needed, need};
use serde_json::{Value, json};
use speech::audio::{AudioLimits, Pcm, decode};
use speech::synthesis::{Espeak, Piper};
use speech::{Synthesizer, Utterance};
use tokio::time::{Instant, sleep_until};

use super::{VOICE, files, kinds, model_at, sound};
use crate::asr::bomb::{LONGEST_CODES, vorbis_in_webm};
use crate::harness::pdf::pdf;
use crate::harness::{Received, Socket, TestSystem, hearing, model_of_sentences, model_that_says};

/// Samples of 20 milliseconds.
const FRAME: usize = 320;

/// A recording in which somebody speaks, at 16 kHz.
fn speech() -> Pcm {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/speech/tests/data/audio/speech.flac");
    read(Path::new(file))
}

fn read(file: &Path) -> Pcm {
    decode(Bytes::from(std::fs::read(file).unwrap()), AudioLimits::new(Duration::from_mins(1))).unwrap()
}

/// Speaks at real-time speed, with a second of silence at the end.
async fn speak(socket: &mut Socket, sound: &Pcm) {
    let mut samples = sound.samples.clone();
    samples.extend(std::iter::repeat_n(0, 16_000));
    let mut next = Instant::now();
    for frame in samples.chunks(FRAME) {
        socket.send_bytes(frame.iter().flat_map(|sample| sample.to_le_bytes()).collect()).await;
        next += Duration::from_millis(20);
        sleep_until(next).await;
    }
}

fn frames<'a>(received: &'a [Received], kind: &str) -> Vec<&'a Value> {
    let is_wanted = |one: &&'a Received| one.kind() == kind;
    let frame = |one: &'a Received| if let Received::Frame(frame) = one { Some(frame) } else { None };
    received.iter().filter(is_wanted).filter_map(frame).collect()
}

const RAW: &str = "pcm16";

#[tokio::test]
async fn a_spoken_question_is_answered_aloud_sentence_by_sentence() {
    if need(VOICE).is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let command = hearing(folder.path(), "How tight are the flange bolts of the pump?");
    let system = TestSystem::start_with(&[("SPEECH_TO_TEXT", "command"), ("SPEECH_COMMAND", &command)]).await;
    let user = system.user().await;
    user.upload_ready("pump.pdf", pdf(&["PUMP\nTighten the flange bolts of the pump to 45 Nm."])).await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "format": RAW, "sampleRate": 16_000, "audio": "sentence"})).await;
    speak(&mut socket, &speech()).await;
    let received = socket.until("sound").await;
    assert_eq!(kinds(&received)[..2], ["transcript", "token"]);
    assert_eq!(kinds(&received).last(), Some(&"sound"));
    let heard = frames(&received, "transcript");
    assert_eq!(
        (&heard[0]["text"], &heard[0]["final"]),
        (&json!("How tight are the flange bolts of the pump?"), &json!(true))
    );
    assert!(sound(files(&received)[0]).duration() > Duration::from_millis(300));
}

#[tokio::test]
async fn speaking_while_the_answer_is_read_out_interrupts_it() {
    if need(VOICE).is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let command = hearing(folder.path(), "Go on");
    let model = model_of_sentences(40, Duration::from_millis(150)).await;
    let system =
        TestSystem::start_with(&model_at(&model, &[("SPEECH_TO_TEXT", "command"), ("SPEECH_COMMAND", &command)])).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "format": RAW, "sampleRate": 16_000, "audio": "sentence"})).await;
    socket.ask("Say many sentences.").await;
    socket.until("sound").await;
    speak(&mut socket, &speech()).await;
    let interrupted = socket.find("interrupted").await;
    assert!(interrupted["heard"].as_str().unwrap().starts_with("This is sentence0."), "{interrupted}");
    assert_eq!(socket.find("transcript").await["text"], "Go on");
    socket.until("token").await;
}

/// A system that recognises speech itself, whose model reads out a procedure of many sentences.
async fn reading_out(more: &[(&str, &str)]) -> Option<TestSystem> {
    need(VOICE)?;
    need(Needed::Model("moonshine-base-en"))?;
    let steps = ["Drain the oil from the gear box", "Remove the cover with the seal", "Clean the surfaces of the case"];
    let sentences = steps.iter().cycle().take(30).map(|step| format!("{step}. ")).collect();
    let model = model_that_says(sentences, Duration::from_millis(100)).await;
    Some(TestSystem::start_with(&model_at(&model, more)).await)
}

#[tokio::test]
async fn words_interrupt_and_the_answer_in_the_microphone_does_not() {
    let Some(system) = reading_out(&[]).await else { return };
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "format": RAW, "sampleRate": 16_000, "audio": "sentence"})).await;
    socket.ask("How do I open the gear box?").await;
    let received = socket.until("sound").await;
    // The loudspeaker.
    let echo = sound(files(&received)[0]).resampled(16_000);
    speak(&mut socket, &echo).await;
    let received = socket.until("transcript").await;
    let heard = frames(&received, "transcript")[0];
    assert_eq!((&heard["text"], &heard["final"]), (&json!(""), &json!(true)));
    assert!(frames(&received, "interrupted").is_empty(), "the answer goes on: {received:?}");

    // The user.
    speak(&mut socket, &speech()).await;
    socket.find("interrupted").await;
    assert_ne!(socket.find("transcript").await["text"], "");
}

#[tokio::test]
async fn who_pauses_in_a_sentence_may_end_it() {
    let Some(voice) = need(Needed::Model("piper-en-us-joe")) else { return };
    // On a busy machine the words take a while.
    let Some(system) = reading_out(&[("ENDPOINT_SILENCE_MS", "1500")]).await else { return };
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "format": RAW, "sampleRate": 16_000, "audio": "none"})).await;
    let espeak = Espeak::new("en-us".to_owned(), Duration::from_secs(10));
    let piper = Piper::new(voice, espeak, 1, Duration::from_secs(30));
    let say = async |text: &str| {
        let utterance = Utterance { text: text.to_owned(), voice: None, speed: 1.0 };
        piper.synthesize(utterance).await.unwrap().resampled(16_000)
    };
    let mut question = say("How do I tighten the").await;
    question.append(&Pcm::silence(16_000, Duration::from_millis(2_500)));
    question.append(&say("drain plug?").await);
    question.append(&Pcm::silence(16_000, Duration::from_secs(6)));
    speak(&mut socket, &question).await;
    let heard = socket.find("transcript").await;
    let text = heard["text"].as_str().unwrap().to_lowercase();
    assert!(text.contains("tighten the") && text.contains("drain"), "{heard}");
}

#[tokio::test]
async fn silence_asks_nothing_and_two_recordings_are_both_understood() {
    let folder = tempfile::tempdir().unwrap();
    let command = hearing(folder.path(), "Which oil?");
    let variables = [("SPEECH_TO_TEXT", "command"), ("SPEECH_COMMAND", command.as_str()), ("TEXT_TO_SPEECH", "none")];
    let system = TestSystem::start_with(&variables).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    socket.send(json!({"type": "config", "audio": "none"})).await;
    let file = |sound: &Pcm| sound.encode(speech::audio::SoundFormat::Wav).unwrap();
    socket.send_bytes(file(&Pcm::silence(16_000, Duration::from_secs(2)))).await;
    socket.send(json!({"type": "audio_end"})).await;
    let nothing = socket.find("transcript").await;
    assert_eq!((&nothing["text"], &nothing["final"]), (&json!(""), &json!(true)));

    // The second is on its way before the first has been understood.
    for _ in 0..2 {
        socket.send_bytes(file(&speech())).await;
        socket.send(json!({"type": "audio_end"})).await;
    }
    for _ in 0..2 {
        assert_eq!(socket.find("transcript").await["text"], "Which oil?");
    }
    socket.find("final").await;
}

#[tokio::test]
async fn a_microphone_that_asks_for_gigabytes_is_told_and_disturbs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let command = hearing(folder.path(), "Which oil?");
    let variables = [("SPEECH_TO_TEXT", "command"), ("SPEECH_COMMAND", command.as_str()), ("TEXT_TO_SPEECH", "none")];
    let system = TestSystem::start_with(&variables).await;
    let user = system.user().await;
    let (mut bad, mut good) = (user.socket().await, user.socket().await);
    for socket in [&mut bad, &mut good] {
        socket.send(json!({"type": "config", "audio": "none"})).await;
    }
    let file = speech().encode(speech::audio::SoundFormat::Opus).unwrap();
    let (first, rest) = file.split_at(file.len() / 2);
    good.send_bytes(first.to_vec()).await;
    bad.send_bytes(vorbis_in_webm(LONGEST_CODES)).await;
    assert_eq!(bad.find("error").await["code"], "audio_needs_too_much_memory");
    good.send_bytes(rest.to_vec()).await;
    good.send(json!({"type": "audio_end"})).await;
    assert_eq!(good.find("transcript").await["text"], "Which oil?");
    good.find("final").await;
    // Its own connection lives on, too.
    bad.send(json!({"type": "audio_end"})).await;
    bad.send_bytes(file).await;
    bad.send(json!({"type": "audio_end"})).await;
    assert_eq!(bad.find("transcript").await["text"], "Which oil?");
    bad.find("final").await;
}

#[tokio::test]
async fn the_offline_recogniser_says_what_it_understands_while_somebody_speaks() {
    if need(Needed::Model("moonshine-base-en")).is_none() {
        return;
    }
    let Some(file) = need(Needed::Data("speech/sense_and_sensibility_01_austen_64kb-0870.wav")) else { return };
    let system = TestSystem::start_with(&[("TEXT_TO_SPEECH", "none")]).await;
    let user = system.user().await;
    let mut socket = user.socket().await;
    let wishes = json!({"type": "config", "format": RAW, "sampleRate": 16_000, "audio": "none", "transcript": true});
    socket.send(wishes).await;
    speak(&mut socket, &read(&file)).await;
    socket.send(json!({"type": "audio_end"})).await;
    let received = socket.until("final").await;
    let heard = frames(&received, "transcript");
    let parts = heard.iter().filter(|frame| frame["final"] == false).count();
    assert!(parts >= 1, "{heard:?}");
    let said: Vec<&str> =
        heard.iter().filter(|frame| frame["final"] == true).filter_map(|frame| frame["text"].as_str()).collect();
    assert!(said.join(" ").contains("leisure"), "{said:?}");
    assert_eq!(kinds(&received).last(), Some(&"final"));
}
