#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use super::*;
use crate::audio::test_support::{likeness, sine};
use crate::audio::{AudioLimits, decode};

fn limits() -> AudioLimits {
    AudioLimits::new(Duration::from_mins(1))
}

#[test]
fn files_sound_like_what_they_were_made_from() {
    for rate in [8_000, 16_000, 22_050, 24_000, 44_100, 48_000] {
        let sound = Pcm { rate, samples: sine(rate, 440.0, 1.51, 0.5) };
        let expected = sound.resampled(16_000);
        for format in [SoundFormat::Wav, SoundFormat::Opus, SoundFormat::Mp3] {
            let heard = decode(sound.encode(format).unwrap(), limits()).unwrap();
            // Not only the same, but at the same time and of the same length.
            let length = heard.samples.len().abs_diff(expected.samples.len());
            assert!(length <= 24, "{format} from {rate} Hz: {} samples", heard.samples.len());
            let alike = likeness(&heard.samples, &expected.samples);
            assert!(alike > 0.93, "{format} from {rate} Hz: {alike}");
        }
    }
}

#[test]
fn the_shortest_sounds_are_files_too() {
    for samples in [0, 1, 100, 320] {
        let sound = Pcm { rate: 16_000, samples: vec![1_000; samples] };
        for format in [SoundFormat::Wav, SoundFormat::Opus, SoundFormat::Mp3] {
            let file = sound.encode(format).unwrap();
            let starts = match format {
                SoundFormat::Wav => file.starts_with(b"RIFF"),
                SoundFormat::Opus => file.starts_with(b"OggS"),
                SoundFormat::Mp3 => file.starts_with(b"\xFF"),
            };
            assert!(starts, "{samples} samples as {format}");
        }
    }
    assert!(Pcm::default().encode(SoundFormat::Wav).is_ok());
}

#[test]
fn formats_have_names_and_types() {
    for (name, format, content_type) in [
        ("wav", SoundFormat::Wav, "audio/wav"),
        ("mp3", SoundFormat::Mp3, "audio/mpeg"),
        ("opus", SoundFormat::Opus, "audio/ogg;codecs=opus"),
    ] {
        assert_eq!(name.parse(), Ok(format));
        assert_eq!(format.content_type(), content_type);
    }
    assert_eq!("WAV".parse::<SoundFormat>(), Err(UnknownFormat));
    assert_eq!(UnknownFormat.to_string(), "must be wav, mp3 or opus");
}
