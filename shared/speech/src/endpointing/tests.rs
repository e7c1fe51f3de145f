#![expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::cast_precision_loss, reason = "tests")]

use foundation::need::{Needed, need};

use super::*;
use crate::audio::test_support::{fixture_sound, noise, sine};
use crate::audio::{AudioLimits, decode};
use crate::test_support::{is_voiced, needed_voice_model};

fn settings() -> Endpointing {
    Endpointing::default()
}

/// The sound of each utterance, and why it ended, when heard in blocks of `size`.
fn utterances(sound: &[i16], size: usize, settings: Endpointing, model: &VoiceModel) -> Vec<(Vec<i16>, EndReason)> {
    let mut endpointer = Endpointer::new(settings, model.listen().unwrap());
    let mut events: Vec<SpeechEvent> = sound.chunks(size).flat_map(|block| endpointer.push(block)).collect();
    events.extend(endpointer.finish());
    let mut found = Vec::new();
    let mut current: Option<Vec<i16>> = None;
    for event in events {
        match event {
            SpeechEvent::Started => assert!(current.replace(Vec::new()).is_none(), "started twice"),
            SpeechEvent::Sound(samples) => current.as_mut().unwrap().extend(samples),
            SpeechEvent::Ended(ending) => found.push((current.take().unwrap(), ending)),
        }
    }
    assert!(current.is_none(), "not ended");
    found
}

/// Half a second of silence, a sentence, and two seconds of silence.
fn sentence() -> Vec<i16> {
    let mut sound = Pcm::silence(RECOGNISED_RATE, Duration::from_millis(500));
    sound.append(&fixture_sound("alaw.wav"));
    sound.pause(Duration::from_secs(2));
    sound.samples
}

#[test]
fn a_sentence_is_one_utterance() {
    let Some(model) = needed_voice_model() else { return };
    let sound = sentence();
    for size in [1, 160, 320, 1_000, sound.len()] {
        let found = utterances(&sound, size, settings(), &model);
        assert_eq!(found.len(), 1, "in blocks of {size}");
        let (samples, ending) = &found[0];
        assert_eq!(*ending, EndReason::Silence);
        let length = samples.len() as f32 / RECOGNISED_RATE as f32;
        // The sentence sounds for 1.4 seconds; before it come 0.3 and after it 0.8 of silence.
        assert!((1.9..3.0).contains(&length), "{length} seconds");
        let start = sound.windows(samples.len()).position(|window| window == &samples[..]);
        assert!(start.is_some_and(|start| start < 8_000), "begins before the first word, at {start:?}");
    }
}

#[test]
fn two_sentences_are_two_utterances() {
    let Some(model) = needed_voice_model() else { return };
    let sound = [sentence(), sentence()].concat();
    assert_eq!(utterances(&sound, 320, settings(), &model).len(), 2);
    // With a longer silence than the pause between them, they are one.
    let patient = Endpointing { silence: Duration::from_secs(4), ..settings() };
    let found = utterances(&sound, 320, patient, &model);
    assert_eq!(found.iter().map(|(_, ending)| *ending).collect::<Vec<_>>(), [EndReason::EndOfSound]);
}

#[test]
fn an_unfinished_utterance_may_go_on_after_a_longer_pause() {
    let Some(model) = needed_voice_model() else { return };
    let mut sound = Pcm { rate: RECOGNISED_RATE, samples: fixture_sound("alaw.wav").samples };
    sound.pause(Duration::from_millis(1_500));
    sound.append(&fixture_sound("alaw.wav"));
    sound.pause(Duration::from_secs(4));
    for (unfinished, expected) in [(false, 2), (true, 1)] {
        let mut endpointer = Endpointer::new(settings(), model.listen().unwrap());
        endpointer.set_unfinished(unfinished);
        let events = endpointer.push(&sound.samples);
        let ends = events.iter().filter(|event| matches!(event, SpeechEvent::Ended(_))).count();
        assert_eq!(ends, expected, "unfinished: {unfinished}");
    }
}

#[test]
fn an_utterance_has_a_longest_length_and_nothing_of_it_is_lost() {
    let Some(model) = needed_voice_model() else { return };
    let sound: Vec<i16> = std::iter::repeat_n(fixture_sound("alaw.wav").samples, 4).flatten().collect();
    let short = Endpointing { longest: Duration::from_secs(2), ..settings() };
    let found = utterances(&sound, 320, short, &model);
    assert!(found.len() >= 3, "{} utterances", found.len());
    assert!(found.iter().any(|(_, ending)| *ending == EndReason::TooLong));
    let heard: usize = found.iter().map(|(samples, _)| samples.len()).sum();
    assert!(heard + 16_000 > sound.len(), "{heard} of {} samples", sound.len());
}

#[test]
fn silence_noise_tones_and_clicks_are_not_speech() {
    let Some(model) = needed_voice_model() else { return };
    let second = RECOGNISED_RATE as usize;
    let mut clicks = vec![0_i16; 3 * second];
    for click in clicks.chunks_mut(second / 2) {
        click[1_000..1_040].fill(20_000);
    }
    let cases = [
        ("silence", vec![0; 2 * second]),
        ("noise", noise(3 * second, 3_000)),
        ("loud noise", noise(3 * second, 20_000)),
        ("a tone", sine(RECOGNISED_RATE, 440.0, 3.0, 0.5)),
        ("a low hum", sine(RECOGNISED_RATE, 50.0, 3.0, 0.3)),
        ("clicks", clicks),
    ];
    for (name, samples) in cases {
        let sound = Pcm { rate: RECOGNISED_RATE, samples };
        assert!(!is_voiced(&sound, &model), "{name}: {}", voiced_share(&sound, &model));
    }
}

#[test]
fn recordings_are_told_by_voice() {
    let Some(model) = needed_voice_model() else { return };
    let Some(folder) = need(Needed::Data("speech")) else { return };
    let limits = AudioLimits::new(Duration::from_mins(1));
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if matches!(path.extension().and_then(|extension| extension.to_str()), Some("raw" | "tsv")) {
            continue;
        }
        let sound = decode(std::fs::read(&path).unwrap(), limits).unwrap();
        let expected = !(name.contains("silence") || name.contains("noise"));
        println!(
            "{name}: {:.1} s, {:.0} % voice",
            sound.duration().as_secs_f32(),
            100.0 * voiced_share(&sound, &model)
        );
        assert_eq!(is_voiced(&sound, &model), expected, "{name}: {}", voiced_share(&sound, &model));
    }
}

/// The share of a recording at [`RECOGNISED_RATE`] that begins speech, from 0 to 1.
#[expect(clippy::cast_precision_loss, reason = "a share")]
fn voiced_share(sound: &Pcm, model: &VoiceModel) -> f32 {
    let judged = model.listen().unwrap().judge(sound.samples.as_chunks().0);
    let voice = judged.iter().filter(|likely| **likely >= Endpointing::default().begin).count();
    voice as f32 / judged.len().max(1) as f32
}

#[test]
fn a_missing_model_is_said() {
    let missing = VoiceModel::load(std::path::Path::new("/nowhere")).unwrap();
    let error = missing.listen().unwrap_err();
    assert_eq!(error.code(), "voice_model_not_installed");
    assert!(error.to_string().contains("scripts/models"), "{error}");
}
