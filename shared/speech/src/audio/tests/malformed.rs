//! What is no recording, or a bad one.

use std::time::{Duration, Instant};

use foundation::need::{Needed, need};

use super::{limits, wav_file};
use crate::audio::test_support::noise;
use crate::audio::{AudioError, Pcm, decode};
use foundation::ApiError;

#[test]
fn what_is_no_recording_is_refused_with_a_reason() {
    let raw: Vec<u8> = noise(100_000, 30_000).iter().flat_map(|sample| sample.to_le_bytes()).collect();
    let zeros = vec![0; 50_000];
    let cases: [(&[u8], AudioError); 10] = [
        (b"", AudioError::Empty),
        (b"R", AudioError::Unsupported),
        (b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj", AudioError::Unsupported),
        (b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR", AudioError::Unsupported),
        (b"GIF89a", AudioError::Unsupported),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", AudioError::Unsupported),
        (b"RIFF\x24\0\0\0WEBPVP8 ", AudioError::Unsupported),
        (b"hello, this is a text and not a recording", AudioError::Unsupported),
        (&zeros, AudioError::Unsupported),
        (&raw, AudioError::Unsupported),
    ];
    for (bytes, expected) in cases {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(8)]).into_owned();
        assert_eq!(decode(bytes.to_vec(), limits()), Err(expected), "{start}");
    }
    assert_eq!(decode(wav_file(1, 16, 1, 16_000, &[]), limits()), Err(AudioError::Empty));
    let statuses = [AudioError::Empty, AudioError::Unsupported, AudioError::Damaged, AudioError::Busy]
        .map(|error| ApiError::from(error).status().as_u16());
    assert_eq!(statuses, [400, 415, 400, 503]);
}

#[test]
fn headers_that_ask_for_too_much_are_refused() {
    // Rates and numbers of channels that no recording has.
    for (channels, rate) in [(1, 1), (1, 999), (1, u32::MAX / 2), (300, 16_000)] {
        let decoded = decode(wav_file(1, 16, channels, rate, &[1; 4_800]), limits());
        assert!(matches!(decoded, Err(AudioError::Unsupported | AudioError::Damaged)), "{channels} {rate} {decoded:?}");
    }
}

#[test]
fn bombs_are_refused_quickly() {
    let Some(folder) = need(Needed::Data("malformed")) else { return };
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let began = Instant::now();
        let answer = decode(std::fs::read(&path).unwrap(), limits());
        println!("{name}: {:?} in {:?}", answer.as_ref().map(Pcm::duration), began.elapsed());
        assert!(began.elapsed() < Duration::from_secs(5), "{name}");
        match name.rsplit('.').next() {
            Some("flac") => assert_eq!(answer, Err(AudioError::Damaged), "{name}"),
            Some("mp3") => {}
            _ => assert_eq!(answer, Err(AudioError::Unsupported), "{name}"),
        }
    }
}
