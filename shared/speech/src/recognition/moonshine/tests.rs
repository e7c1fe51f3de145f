#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::time::Instant;

use foundation::need::{Needed, need};

use super::*;
use crate::audio::test_support::{fixture_sound, noise};
use crate::audio::{AudioLimits, RECOGNISED_RATE, decode};
use crate::test_support::{needed_speech_model, needed_voice_model};

#[path = "../../../examples/speech/word_errors.rs"]
mod word_errors;

const TIMEOUT: Duration = Duration::from_mins(1);

fn recogniser() -> Option<Moonshine> {
    Some(Moonshine::new(&needed_speech_model()?, needed_voice_model()?, 2, TIMEOUT))
}

/// The events of a sound that comes in blocks of a tenth of a second, each after `pause`.
async fn events(moonshine: &Moonshine, sound: &Pcm, pause: Duration) -> Vec<TranscriptEvent> {
    let blocks: Vec<Vec<i16>> = sound.samples.chunks(1_600).map(<[i16]>::to_vec).collect();
    let blocks = stream::iter(blocks).then(move |block| async move {
        tokio::time::sleep(pause).await;
        block
    });
    moonshine.listen(blocks.boxed()).try_collect().await.unwrap()
}

fn final_text(events: &[TranscriptEvent]) -> &str {
    match events.last() {
        Some(TranscriptEvent::Final(transcript)) => &transcript.text,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_is_missing_is_said() {
    let Some(voice) = needed_voice_model() else { return };
    let nowhere = Moonshine::new(Path::new("/nowhere"), voice, 1, TIMEOUT);
    let error = nowhere.transcribe(fixture_sound("alaw.wav")).await.unwrap_err();
    assert_eq!(error.code(), "speech_recognizer_not_installed");
    assert!(error.to_string().contains("scripts/models"), "{error}");
    // Nothing is asked about silence.
    let silence = Pcm::silence(RECOGNISED_RATE, Duration::from_secs(3));
    let heard = nowhere.transcribe(silence).await.unwrap();
    assert_eq!((heard.text.as_str(), heard.segments.len(), heard.duration), ("", 0, Duration::from_secs(3)));
}

#[tokio::test]
async fn recordings_are_understood_whole_and_live() {
    let (Some(folder), Some(moonshine)) = (need(Needed::Data("speech")), recogniser()) else { return };
    let table = std::fs::read_to_string(folder.join("transcripts.tsv")).unwrap();
    let (mut words, mut whole_errors, mut live_errors) = (0, 0, 0);
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [name, .., said, _] = fields.as_slice() else { panic!("{line}") };
        if name.contains("goforward") || name.contains("two_speakers") {
            continue;
        }
        let sound = decode(std::fs::read(folder.join(name)).unwrap(), AudioLimits::new(TIMEOUT)).unwrap();
        let said = word_errors::words(said);
        let whole = moonshine.transcribe(sound.clone()).await.unwrap().text;
        let live = events(&moonshine, &sound, Duration::ZERO).await;
        if said.is_empty() {
            assert_eq!((whole.as_str(), final_text(&live)), ("", ""), "{name}");
        }
        words += said.len();
        whole_errors += word_errors::errors(&said, &word_errors::words(&whole));
        live_errors += word_errors::errors(&said, &word_errors::words(final_text(&live)));
        println!("{name}: {whole} | {}", final_text(&live));
    }
    assert!(words > 100 && whole_errors * 20 <= words, "{whole_errors} of {words}");
    assert!(live_errors * 12 <= words, "live: {live_errors} of {words}");
}

#[tokio::test]
async fn words_come_while_somebody_speaks() {
    let Some(file) = need(Needed::Data("speech/jfk.wav")) else { return };
    let Some(moonshine) = recogniser() else { return };
    let mut sound = decode(std::fs::read(file).unwrap(), AudioLimits::new(TIMEOUT)).unwrap();
    sound.samples.truncate(4 * 16_000);
    let events = events(&moonshine, &sound, Duration::from_millis(100)).await;
    assert!(events.len() >= 3, "{events:?}");
    let partial = |event: &TranscriptEvent| matches!(event, TranscriptEvent::Partial(text) if !text.is_empty());
    assert!(events.split_last().unwrap().1.iter().all(partial), "{events:?}");
    assert!(final_text(&events).to_lowercase().contains("fellow americans"), "{events:?}");
}

#[tokio::test]
async fn noise_says_nothing() {
    let Some(moonshine) = recogniser() else { return };
    let sound = Pcm { rate: RECOGNISED_RATE, samples: noise(48_000, 15_000) };
    assert_eq!(moonshine.transcribe(sound.clone()).await.unwrap().text, "");
    assert_eq!(final_text(&events(&moonshine, &sound, Duration::ZERO).await), "");
}

#[tokio::test]
async fn what_waits_too_long_or_in_too_long_a_queue_is_refused() {
    let (Some(folder), Some(voice)) = (needed_speech_model(), needed_voice_model()) else { return };
    let moonshine = Moonshine::new(&folder, voice, 1, Duration::from_secs(2));
    let held = moonshine.threads.free().unwrap();
    let began = Instant::now();
    let refused = moonshine.transcribe(fixture_sound("alaw.wav")).await.unwrap_err();
    assert_eq!(refused.code(), "provider_timeout");
    assert!(began.elapsed() >= Duration::from_secs(2));
    let all = (0..WAITING + 2).map(|_| moonshine.transcribe(fixture_sound("alaw.wav")));
    let codes: Vec<&str> =
        futures::future::join_all(all).await.into_iter().map(|one| one.unwrap_err().code()).collect();
    assert!(codes.contains(&"provider_rate_limited"), "{codes:?}");
    drop(held);
    assert!(moonshine.transcribe(fixture_sound("alaw.wav")).await.is_ok());
}

#[tokio::test]
async fn a_recording_of_minutes_has_segments_in_order() {
    let Some(moonshine) = recogniser() else { return };
    let mut sound = Pcm::silence(RECOGNISED_RATE, Duration::from_millis(300));
    for _ in 0..6 {
        sound.append(&fixture_sound("alaw.wav"));
        sound.append(&Pcm::silence(RECOGNISED_RATE, Duration::from_secs(2)));
    }
    let heard = moonshine.transcribe(sound).await.unwrap();
    assert_eq!(heard.segments.len(), 6, "{heard:?}");
    assert!(heard.segments.is_sorted_by(|one, next| one.end <= next.start), "{heard:?}");
    assert_eq!(heard.language.as_deref(), Some("en-US"));
}

#[tokio::test]
async fn trade_words_are_heard_by_the_vocabulary_and_what_is_sure_or_known_stays() {
    let Some(moonshine) = recogniser() else { return };
    let Some(folder) = need(Needed::Data("speech")) else { return };
    let read = |name: &str| decode(std::fs::read(folder.join(name)).unwrap(), AudioLimits::new(TIMEOUT)).unwrap();
    let heard = async |sound: &Pcm, manual: &str| {
        let vocabulary = Arc::new(Vocabulary::of([manual, manual]));
        moonshine.knowing(Arc::new(vocabulary.into())).unwrap().transcribe(sound.clone()).await.unwrap().text
    };
    let manual = "Clubs seven. Spades four.";
    // The model takes clubs for cloves, and is less sure of it in noise.
    let clear = read("ps_cards_005.wav");
    let noise = read("sb_noise_only.wav");
    let noisy =
        clear.samples.iter().zip(&noise.samples).map(|(sample, noise)| sample.saturating_add(noise.saturating_mul(4)));
    let noisy = Pcm { rate: clear.rate, samples: noisy.collect() };
    for (sound, manual, expected) in [
        (&noisy, "", "cloves"),
        (&noisy, manual, "clubs"),
        (&noisy, "Clubs seven. Cloves.", "cloves"),
        (&clear, manual, "cloves"),
    ] {
        let text = heard(sound, manual).await;
        assert!(text.contains(&format!("four of {expected}, seven")), "{manual}: {text}");
    }
    let text = heard(&read("jfk.wav"), "Yellow amazons. Ask. Knot. Tasks.").await;
    assert!(text.contains("fellow Americans") && text.contains("Ask not"), "{text}");
}
