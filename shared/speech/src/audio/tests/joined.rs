//! Recordings that were joined in one file.

use super::{limits, wav_file};
use crate::audio::decode;
use crate::audio::test_support::{amplitude, fixture, sine};

#[test]
fn all_recordings_of_a_file_are_heard() {
    let names = [
        "live.webm",
        "stereo.webm",
        "vorbis.ogg",
        "speech.mp3",
        "phone.m4a",
        "fragmented.m4a",
        "speech.aac",
        "alaw.wav",
        "speech.flac",
        "speech.aiff",
    ];
    for name in names {
        let one = fixture(name);
        let length = decode(one.clone(), limits()).unwrap().duration().as_secs_f32();
        let joined = decode([one.clone(), one.clone(), one].concat(), limits()).unwrap().duration().as_secs_f32();
        assert!((joined - 3.0 * length).abs() < 0.2, "{name}: {joined} seconds, one has {length}");
    }
}

#[test]
fn tags_between_joined_mp3_files_are_no_sound() {
    let one = fixture("speech.mp3");
    let length = decode(one.clone(), limits()).unwrap().duration().as_secs_f32();
    let mut tag = b"ID3\x04\0\0\0\0\x04\0".to_vec();
    tag.extend([0; 512]);
    let mut old_tag = b"TAG".to_vec();
    old_tag.extend([0; 125]);
    let joined = decode([one.clone(), old_tag, tag, one].concat(), limits()).unwrap().duration().as_secs_f32();
    assert!((joined - 2.0 * length).abs() < 0.1, "{joined} seconds, one has {length}");
}

#[test]
fn joined_recordings_may_differ() {
    let file = |rate: u32, frequency: f64| {
        let tone: Vec<u8> = sine(rate, frequency, 1.0, 0.5).iter().flat_map(|sample| sample.to_le_bytes()).collect();
        wav_file(1, 16, 1, rate, &tone)
    };
    let sound = decode([file(16_000, 440.0), file(44_100, 880.0)].concat(), limits()).unwrap().samples;
    assert!((amplitude(&sound[..16_000], 16_000, 440.0) - 0.5).abs() < 0.01);
    assert!((amplitude(&sound[16_000..], 16_000, 880.0) - 0.5).abs() < 0.01);
    // One that cannot be read takes nothing from the others.
    let mut broken = file(16_000, 440.0);
    broken.truncate(20);
    let sound = decode([file(16_000, 440.0), broken, file(16_000, 880.0)].concat(), limits()).unwrap();
    assert_eq!(sound.samples.len(), 32_000);
}
