//! Recordings that are valid, and odd.

use foundation::need::{Needed, need};

use super::{limits, wav_file};
use crate::audio::test_support::{amplitude, fixture, noise, sine};
use crate::audio::{AudioError, decode};
use crate::test_support::{is_voiced, needed_voice_model};

#[test]
fn stereo_in_antiphase_is_heard() {
    for rate in [16_000, 44_100] {
        let data: Vec<u8> = sine(rate, 440.0, 1.0, 0.5)
            .iter()
            .flat_map(|sample| [sample.to_le_bytes(), (-sample).to_le_bytes()].concat())
            .collect();
        let sound = decode(wav_file(1, 16, 2, rate, &data), limits()).unwrap();
        let loudness = amplitude(&sound.samples, 16_000, 440.0);
        assert!((loudness - 0.5).abs() < 0.02, "{rate} Hz: {loudness}");
    }
}

#[test]
fn one_sample_that_is_no_number_damages_nothing() {
    let tone: Vec<f32> = sine(44_100, 440.0, 1.0, 0.5).iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
    let file = |odd: f32| {
        let mut samples = tone.clone();
        samples[20_000] = odd;
        let data: Vec<u8> = samples.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        decode(wav_file(3, 32, 1, 44_100, &data), limits()).unwrap()
    };
    let silent = file(0.0);
    assert!((amplitude(&silent.samples, 16_000, 440.0) - 0.5).abs() < 0.01);
    for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::from_bits(1)] {
        assert_eq!(file(odd), silent, "{odd}");
    }
}

/// An ALAC packet that stores its 4,096 samples as they are.
fn alac_packet(samples: &[i16]) -> Vec<u8> {
    // One channel, number 0, 12 unused bits, of the usual length, nothing cut off, not compressed.
    let mut bits: Vec<bool> = vec![false; 3 + 4 + 12 + 1 + 2];
    bits.push(true);
    bits.extend(samples.iter().flat_map(|sample| (0..16).rev().map(move |bit| (sample >> bit) & 1 == 1)));
    // The end.
    bits.extend([true; 3]);
    bits.chunks(8)
        .map(|byte| byte.iter().zip([128, 64, 32, 16, 8, 4, 2, 1]).map(|(bit, value)| u8::from(*bit) * value).sum())
        .collect()
}

#[test]
fn apple_lossless_is_read() {
    let tone = sine(16_000, 440.0, 1.024, 0.5);
    let mut private = 4_096_u32.to_be_bytes().to_vec();
    private.extend([0, 16, 40, 10, 14, 1, 0, 255]);
    private.extend([0; 8]);
    private.extend(16_000_u32.to_be_bytes());
    let packets: Vec<Vec<u8>> = tone.chunks(4_096).map(alac_packet).collect();
    let sound = decode(super::bomb::webm("A_ALAC", &private, &packets), limits()).unwrap();
    assert_eq!(sound.samples, tone);
}

#[test]
fn a_fragmented_file_is_heard_until_where_it_was_cut() {
    let whole = decode(fixture("fragmented.m4a"), limits()).unwrap().samples.len();
    let mut last = 0;
    // Within the sound of its first part, of a later one, and within a header.
    for length in [2_000, 3_000, 5_000, 6_000, 9_000] {
        let mut file = fixture("fragmented.m4a");
        file.truncate(length);
        let heard = decode(file, limits()).unwrap_or_else(|error| panic!("{length}: {error}")).samples.len();
        assert!(heard > last && heard < whole, "{length}: {heard} samples after {last}");
        last = heard;
    }
    let mut header = fixture("fragmented.m4a");
    header.truncate(700);
    assert!(matches!(decode(header, limits()), Err(AudioError::Empty | AudioError::Damaged)));
}

#[test]
fn loud_noise_on_two_channels_stays_noise() {
    let (left, right) = (noise(16_000, 20_000), noise(32_000, 20_000).split_off(16_000));
    let data: Vec<u8> =
        left.iter().zip(&right).flat_map(|(l, r)| [l.to_le_bytes(), r.to_le_bytes()].concat()).collect();
    let sound = decode(wav_file(1, 16, 2, 16_000, &data), limits()).unwrap();
    let mean = |(l, r): (&i16, &i16)| i32::midpoint(i32::from(*l), i32::from(*r));
    let expected: Vec<i32> = left.iter().zip(&right).map(mean).collect();
    assert!(sound.samples.iter().zip(&expected).all(|(heard, mean)| i32::from(*heard).abs_diff(*mean) <= 1));
}

#[test]
fn odd_recordings_that_people_have_sent_are_heard() {
    let Some(model) = needed_voice_model() else { return };
    let Some(folder) = need(Needed::Data("cases/audio")) else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let sound = decode(std::fs::read(&path).unwrap(), limits()).unwrap_or_else(|error| panic!("{name}: {error}"));
        println!("{name}: {:?}", sound.duration());
        assert!(is_voiced(&sound, &model), "{name}");
    }
}
