#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "tests"
)]

mod bomb;
mod bombs;
mod damage;
mod files;
mod joined;
mod malformed;
mod odd;
mod workers;

use std::time::Duration;

use super::test_support::{amplitude, likeness, sine, worker};
use super::*;

pub(super) fn limits() -> AudioLimits {
    AudioLimits::new(Duration::from_mins(1))
}

/// A WAV file: its format's number, bits a sample, channels, rate and data.
pub(super) fn wav_file(format: u16, bits: u16, channels: u16, rate: u32, data: &[u8]) -> Vec<u8> {
    let block = bits / 8 * channels;
    let mut file = b"RIFF".to_vec();
    file.extend((36 + data.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0");
    file.extend(format.to_le_bytes());
    file.extend(channels.to_le_bytes());
    file.extend(rate.to_le_bytes());
    file.extend((rate * u32::from(block)).to_le_bytes());
    file.extend(block.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(b"data");
    file.extend((data.len() as u32).to_le_bytes());
    file.extend(data);
    file
}

/// The same samples in every channel, as a format with so many bits stores them.
fn stored(samples: &[i16], format: u16, bits: u16, channels: u16) -> Vec<u8> {
    let one = |sample: i16| -> Vec<u8> {
        let wide = i32::from(sample) << 16;
        match (format, bits) {
            (1, 8) => vec![((sample >> 8) + 128) as u8],
            (1, 24) => (wide >> 8).to_le_bytes()[..3].to_vec(),
            (1, 32) => wide.to_le_bytes().to_vec(),
            (3, 32) => (f32::from(sample) / 32_768.0).to_le_bytes().to_vec(),
            (3, 64) => (f64::from(sample) / 32_768.0).to_le_bytes().to_vec(),
            _ => sample.to_le_bytes().to_vec(),
        }
    };
    samples.iter().flat_map(|&sample| one(sample).repeat(usize::from(channels))).collect()
}

#[test]
fn wav_of_any_width_rate_and_channels_is_read() {
    for (format, bits) in [(1, 8), (1, 16), (1, 24), (1, 32), (3, 32), (3, 64)] {
        for (rate, channels) in
            [(8_000, 1), (11_025, 2), (16_000, 1), (22_050, 1), (44_100, 2), (48_000, 6), (96_000, 2)]
        {
            let tone = sine(rate, 440.0, 1.0, 0.5);
            let file = wav_file(format, bits, channels, rate, &stored(&tone, format, bits, channels));
            let sound = decode(file, limits()).unwrap();
            let case = format!("format {format}, {bits} bits, {rate} Hz, {channels} channels");
            assert_eq!(sound.rate, RECOGNISED_RATE, "{case}");
            assert!(sound.samples.len().abs_diff(16_000) <= 2, "{case}: {} samples", sound.samples.len());
            let loudness = amplitude(&sound.samples, RECOGNISED_RATE, 440.0);
            assert!((loudness - 0.5).abs() < 0.01, "{case}: {loudness}");
        }
    }
}

#[test]
fn samples_at_the_right_rate_come_through_unchanged() {
    let tone = sine(16_000, 1_000.0, 0.5, 0.9);
    let sound = decode(wav_file(1, 16, 1, 16_000, &stored(&tone, 1, 16, 1)), limits()).unwrap();
    assert_eq!(sound.samples, tone);
}

#[test]
fn two_loud_talkers_on_their_own_channels_do_not_clip() {
    let (left, right) = (sine(16_000, 300.0, 1.0, 1.0), sine(16_000, 700.0, 1.0, 1.0));
    let data: Vec<u8> =
        left.iter().zip(&right).flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()].concat()).collect();
    let sound = decode(wav_file(1, 16, 2, 16_000, &data), limits()).unwrap();
    for frequency in [300.0, 700.0] {
        assert!((amplitude(&sound.samples, 16_000, frequency) - 0.5).abs() < 0.01);
    }
    // A clipped sum would have its overtones.
    for frequency in [900.0, 1_100.0, 1_700.0] {
        assert!(amplitude(&sound.samples, 16_000, frequency) < 0.001);
    }
}

#[test]
fn what_a_rate_cannot_hold_is_filtered_out_and_the_rest_kept() {
    for from in [48_000, 44_100, 22_050, 44_101, 96_000] {
        let mut both = sine(from, 1_000.0, 1.0, 0.4);
        // 10 kHz would come back as 6 kHz.
        for (sample, high) in both.iter_mut().zip(sine(from, 10_000.0, 1.0, 0.4)) {
            *sample += high;
        }
        let sound = Pcm { rate: from, samples: both }.resampled(16_000);
        assert!(sound.samples.len().abs_diff(16_000) <= 1, "{from} Hz: {} samples", sound.samples.len());
        assert!((amplitude(&sound.samples, 16_000, 1_000.0) - 0.4).abs() < 0.01, "{from} Hz");
        assert!(amplitude(&sound.samples, 16_000, 6_000.0) < 0.001, "{from} Hz");
        // In time with the input: the filter shifts nothing by as much as a sample.
        let expected = sine(16_000, 1_000.0, 1.0, 0.4);
        assert!(likeness(&sound.samples[500..15_500], &expected[500..15_500]) > 0.98, "{from} Hz");
    }
}

#[test]
fn sounds_are_joined_at_one_rate() {
    let mut sound = Pcm::default();
    sound.append(&Pcm { rate: 22_050, samples: sine(22_050, 440.0, 1.0, 0.5) });
    sound.pause(Duration::from_millis(500));
    sound.append(&Pcm { rate: 16_000, samples: sine(16_000, 880.0, 1.0, 0.5) });
    assert_eq!(sound.rate, 22_050);
    assert_eq!(sound.duration().as_millis(), 2_500);
    assert!((amplitude(&sound.samples[..22_050], 22_050, 440.0) - 0.5).abs() < 0.01);
    assert!(sound.samples[22_050..33_075].iter().all(|&sample| sample == 0));
    assert!((amplitude(&sound.samples[33_075..], 22_050, 880.0) - 0.5).abs() < 0.01);
    assert_eq!(Pcm::silence(8_000, Duration::from_millis(250)).samples.len(), 2_000);
}

#[tokio::test]
async fn a_decoder_takes_a_few_at_once_and_refuses_what_cannot_wait() {
    let decoder = AudioDecoder::new(worker(), limits(), 1);
    let file = wav_file(1, 16, 1, 48_000, &stored(&sine(48_000, 440.0, 20.0, 0.5), 1, 16, 1));
    let all = (0..30).map(|_| decoder.decode(file.clone()));
    let answers = futures::future::join_all(all).await;
    let busy = answers.iter().filter(|answer| **answer == Err(AudioError::Busy)).count();
    assert_eq!(busy, 30 - 9, "one is decoded and eight wait");
    assert!(answers.iter().filter_map(|answer| answer.as_ref().ok()).all(|sound| sound.samples.len() == 320_000));
    // Nothing is left of them.
    assert!(decoder.decode(file).await.is_ok());
}

#[test]
fn a_recording_longer_than_the_limit_is_refused() {
    let file = wav_file(1, 16, 1, 8_000, &vec![0; 2 * 8_000 * 61]);
    let error = decode(file, limits()).unwrap_err();
    assert_eq!(error, AudioError::TooLong { limit: Duration::from_mins(1) });
    assert_eq!(error.to_string(), "This recording is too long: at most one minute are taken.");
    let answer = foundation::ApiError::from(error);
    assert_eq!((answer.status().as_u16(), answer.code()), (413, "audio_too_long"));
}
