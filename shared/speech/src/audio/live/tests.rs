#![expect(clippy::unwrap_used, reason = "tests")]

use std::time::Instant;

use futures::StreamExt;

use super::*;
use crate::audio::test_support::{fixture, likeness, sine, worker};
use crate::audio::{AudioLimits, Pcm, SoundFormat, decode};

const LONGEST: Duration = Duration::from_secs(30);

/// All that is heard of a recording that arrives in pieces of so many bytes.
async fn heard(format: LiveFormat, bytes: Vec<u8>, piece: usize) -> (Vec<i16>, Option<AudioError>) {
    let (mut decoder, mut sound) = LiveDecoder::new(format, LONGEST, &worker()).unwrap();
    let speaker = tokio::spawn(async move {
        for piece in bytes.chunks(piece) {
            decoder.push(Bytes::copy_from_slice(piece)).await;
        }
        decoder.finish().await;
    });
    let mut samples = Vec::new();
    let mut failure = None;
    while let Some(block) = sound.next().await {
        assert!(failure.is_none(), "nothing follows an error");
        match block {
            Ok(block) => samples.extend(block),
            Err(error) => failure = Some(error),
        }
    }
    speaker.await.unwrap();
    (samples, failure)
}

#[tokio::test]
async fn recordings_in_pieces_are_heard_like_whole_ones() {
    let limits = AudioLimits::new(LONGEST);
    let opus = Pcm { rate: 48_000, samples: sine(48_000, 440.0, 3.0, 0.5) }.encode(SoundFormat::Opus).unwrap();
    let files = ["live.webm", "stereo.webm", "vorbis.ogg", "fragmented.m4a", "speech.flac", "alaw.wav"]
        .map(|name| (name, fixture(name)));
    for (name, file) in files.into_iter().chain([("opus.ogg", opus)]) {
        let whole = decode(file.clone(), limits).unwrap().samples;
        for piece in [1, 7, 100, 4_000, 1 << 20] {
            let (samples, failure) = heard(LiveFormat::Recording, file.clone(), piece).await;
            assert_eq!(failure, None, "{name} in pieces of {piece}");
            assert!(samples == whole, "{name} in pieces of {piece}: {} of {} samples", samples.len(), whole.len());
        }
    }
}

#[tokio::test]
async fn raw_samples_are_heard_at_any_rate() {
    for rate in [8_000, 16_000, 44_100, 48_000] {
        let tone = sine(rate, 440.0, 2.0, 0.5);
        let bytes: Vec<u8> = tone.iter().flat_map(|sample| sample.to_le_bytes()).collect();
        let expected = Pcm { rate, samples: tone }.resampled(16_000).samples;
        for piece in [3, 640, 1 << 20] {
            let (samples, failure) = heard(LiveFormat::Raw(rate), bytes.clone(), piece).await;
            assert_eq!((samples.len(), failure), (expected.len(), None));
            assert!(likeness(&samples, &expected) > 0.999);
        }
    }
    assert_eq!(LiveDecoder::new(LiveFormat::Raw(12), LONGEST, &worker()).unwrap_err(), AudioError::Unsupported);
}

#[tokio::test]
async fn what_is_no_recording_is_told_once() {
    for (bytes, expected) in [
        (b"%PDF-1.7, and more of it".to_vec(), AudioError::Unsupported),
        (vec![0; 10_000], AudioError::Unsupported),
        (b"short".to_vec(), AudioError::Unsupported),
        ([b"\x1A\x45\xDF\xA3".to_vec(), vec![7; 5_000]].concat(), AudioError::Damaged),
    ] {
        let (samples, failure) = heard(LiveFormat::Recording, bytes, 100).await;
        assert_eq!((samples, failure), (Vec::new(), Some(expected)));
    }
    assert_eq!(heard(LiveFormat::Recording, Vec::new(), 1).await, (Vec::new(), None));
}

#[tokio::test]
async fn too_much_sound_is_refused() {
    let (samples, failure) = heard(LiveFormat::Raw(16_000), vec![0; 32_000 * 31], 3_200).await;
    assert_eq!(failure, Some(AudioError::TooLong { limit: LONGEST }));
    assert_eq!(samples.len(), 30 * 16_000);
    let silence = Pcm::silence(16_000, Duration::from_secs(31)).encode(SoundFormat::Opus).unwrap();
    let (_, failure) = heard(LiveFormat::Recording, silence, 500).await;
    assert_eq!(failure, Some(AudioError::TooLong { limit: LONGEST }));
}

#[tokio::test]
async fn a_speaker_waits_for_the_listener_and_goes_on_when_there_is_none() {
    let (mut decoder, sound) = LiveDecoder::new(LiveFormat::Raw(16_000), LONGEST, &worker()).unwrap();
    for _ in 0..BLOCKS {
        decoder.push(Bytes::from_static(&[0; 640])).await;
    }
    let more = tokio::time::timeout(Duration::from_millis(100), decoder.push(Bytes::from_static(&[0; 640])));
    assert!(more.await.is_err(), "as much as may wait is waiting");
    drop(sound);
    let more = tokio::time::timeout(Duration::from_secs(5), decoder.push(Bytes::from_static(&[0; 640])));
    assert!(more.await.is_ok());
}

#[tokio::test]
async fn a_dropped_speaker_ends_the_sound() {
    let (mut decoder, sound) = LiveDecoder::new(LiveFormat::Recording, LONGEST, &worker()).unwrap();
    let mut file = fixture("live.webm");
    file.truncate(3_000);
    decoder.push(file.into()).await;
    drop(decoder);
    let blocks = tokio::time::timeout(Duration::from_secs(5), sound.collect::<Vec<_>>()).await.unwrap();
    assert!(blocks.len() > 10);
}

/// What is heard lags behind what has arrived by less than three packets.
#[tokio::test]
async fn blocks_come_as_soon_as_their_packets() {
    let file = fixture("live.webm");
    // All but the end, which no packet is missing from.
    let (arrived, rest) = file.split_at(file.len() / 2);
    let whole = decode(arrived.to_vec(), AudioLimits::new(LONGEST)).unwrap().samples.len();
    let (mut decoder, mut sound) = LiveDecoder::new(LiveFormat::Recording, LONGEST, &worker()).unwrap();
    decoder.push(Bytes::copy_from_slice(arrived)).await;
    let began = Instant::now();
    let mut samples = 0;
    while let Ok(Some(block)) = tokio::time::timeout(Duration::from_millis(300), sound.next()).await {
        samples += block.unwrap().len();
    }
    let behind = (whole - samples) / 16;
    println!("{behind} ms behind, after {:?}", began.elapsed());
    assert!(behind < 60, "{behind} ms behind");
    decoder.push(Bytes::copy_from_slice(rest)).await;
    decoder.finish().await;
    assert!(sound.collect::<Vec<_>>().await.len() > 10);
}
