//! Recordings as phones and browsers make them.

use std::time::Duration;

use foundation::need::{Needed, need};

use super::limits;
use crate::audio::test_support::{fixture, likeness, noise};
use crate::audio::{AudioError, Pcm, decode};
use crate::test_support::{is_voiced, needed_voice_model};

/// The recordings of one sentence, with the length in seconds of what is in them.
const FIXTURES: [(&str, f32); 13] = [
    ("live.webm", 1.56),
    ("stereo.webm", 1.56),
    ("vorbis.ogg", 1.56),
    ("speech.mp3", 1.56),
    ("phone.m4a", 1.56),
    ("fragmented.m4a", 1.56),
    ("speech.aac", 1.56),
    ("alaw.wav", 1.56),
    ("mulaw.wav", 1.56),
    ("ima.wav", 1.56),
    ("ms.wav", 1.56),
    ("speech.flac", 0.6),
    ("speech.aiff", 0.8),
];

/// The greatest likeness of two sounds when one is shifted by up to a tenth of a second: codecs
/// without a length in their files leave a delay.
fn likeness_when_shifted(one: &[i16], other: &[i16]) -> f64 {
    let shift = |by: usize, a: &[i16], b: &[i16]| likeness(a.get(by..).unwrap_or_default(), b);
    let both = (0..1_600).map(|by| shift(by, one, other).max(shift(by, other, one)));
    both.fold(0.0, f64::max)
}

#[test]
fn every_format_says_the_same() {
    let Some(model) = needed_voice_model() else { return };
    let reference = decode(fixture("alaw.wav"), limits()).unwrap();
    for (name, seconds) in FIXTURES {
        let sound = decode(fixture(name), limits()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let length = sound.duration().as_secs_f32();
        // AAC and MP3 may keep a frame of silence on either side.
        assert!((seconds - 0.02..seconds + 0.15).contains(&length), "{name}: {length} seconds");
        assert!(is_voiced(&sound, &model), "{name}");
        let alike = likeness_when_shifted(&reference.samples, &sound.samples);
        assert!(alike > 0.9, "{name}: {alike}");
    }
}

#[test]
fn names_do_not_matter_and_tags_before_a_recording_are_skipped() {
    let Some(model) = needed_voice_model() else { return };
    let mut file = b"ID3\x04\0\0\0\0\x01\0".to_vec();
    file.extend([0; 128]);
    file.extend(fixture("speech.mp3"));
    let plain = decode(fixture("speech.mp3"), limits()).unwrap();
    assert_eq!(decode(file, limits()).unwrap(), plain);
    // Cut out of a stream: the first frame begins after some junk.
    let cut = fixture("speech.aac").split_off(100);
    assert!(is_voiced(&decode(cut, limits()).unwrap(), &model));
}

#[test]
fn what_was_cut_off_is_read_until_there() {
    for (name, seconds) in FIXTURES {
        let mut file = fixture(name);
        file.truncate(file.len() * 6 / 10);
        match decode(file, limits()) {
            Ok(sound) => {
                // Vorbis begins with a large header.
                let length = sound.duration().as_secs_f32();
                assert!((seconds * 0.1..seconds * 0.9).contains(&length), "{name}: {length} of {seconds} seconds");
            }
            // A phone writes its index at the end, and AIFF is one chunk of the length it says.
            Err(error) => {
                assert!(["phone.m4a", "speech.aiff"].contains(&name), "{name}");
                assert_eq!(error, AudioError::Damaged);
            }
        }
    }
}

#[test]
fn two_recordings_in_one_stream_are_both_heard() {
    let one = Pcm { rate: 16_000, samples: noise(16_000, 3_000) };
    let file = one.encode(crate::audio::SoundFormat::Opus).unwrap();
    let sound = decode([file.clone(), file].concat(), limits()).unwrap();
    assert_eq!(sound.duration().as_millis(), 2_000);
}

#[test]
fn headers_that_lie_about_the_length_are_not_believed() {
    let samples: Vec<u8> = noise(8_000, 3_000).iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let honest = super::wav_file(1, 16, 1, 16_000, &samples);
    let expected = decode(honest.clone(), limits()).unwrap();
    for riff in [0_u32, 4, 36, 0x7FFF_FFFF, u32::MAX] {
        for length in [0_u32, 0x7FFF_FF00, u32::MAX - 1, u32::MAX] {
            let mut file = honest.clone();
            file[4..8].copy_from_slice(&riff.to_le_bytes());
            file[40..44].copy_from_slice(&length.to_le_bytes());
            let sound = decode(file, limits()).unwrap_or_else(|error| panic!("{riff:x} {length:x}: {error}"));
            assert_eq!(sound, expected, "{riff:x} {length:x}");
        }
    }
}

#[test]
fn real_recordings_are_read() {
    let Some(folder) = need(Needed::Data("speech")) else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let decoded = decode(std::fs::read(&path).unwrap(), limits());
        if matches!(path.extension().and_then(|extension| extension.to_str()), Some("raw" | "tsv")) {
            assert_eq!(decoded, Err(AudioError::Unsupported), "{name}");
        } else {
            let sound = decoded.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(sound.duration() > Duration::from_secs(1), "{name}");
        }
    }
}
