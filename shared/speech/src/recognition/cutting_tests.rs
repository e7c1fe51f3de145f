#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use super::*;
use crate::audio::Pcm;
use crate::audio::test_support::{fixture_sound, noise};
use crate::test_support::needed_voice_model;

/// The pieces of a sound that comes in blocks of this size.
fn pieces(samples: &[i16], size: usize) -> Option<Vec<Piece>> {
    let mut cutter = Cutter::new(needed_voice_model()?.listen().unwrap());
    let mut pieces: Vec<Piece> = samples.chunks(size).flat_map(|block| cutter.push(block)).collect();
    pieces.extend(cutter.finish());
    Some(pieces)
}

/// A sentence of a second and a half, and silence.
fn sentence(silence: f32) -> Vec<i16> {
    let mut sound = fixture_sound("alaw.wav");
    sound.append(&Pcm::silence(RECOGNISED_RATE, Duration::from_secs_f32(silence)));
    sound.samples
}

#[test]
fn a_long_pause_ends_a_piece() {
    let sound = [sentence(1.5), sentence(1.5)].concat();
    for size in [1, 333, 1_600, sound.len()] {
        let Some(pieces) = pieces(&sound, size) else { return };
        assert_eq!(pieces.len(), 2, "in blocks of {size}");
        let (start, end) = pieces[1].times();
        let second = time_of(sentence(1.5).len());
        assert!(
            start + Duration::from_millis(500) > second && start < second + Duration::from_millis(400),
            "{start:?}"
        );
        assert!(end > start + Duration::from_secs(1) && end < start + Duration::from_secs(3), "{end:?}");
    }
}

#[test]
fn a_short_pause_ends_only_what_is_long() {
    let Some(short) = pieces(&[sentence(0.3), sentence(0.3)].concat(), 1_600) else { return };
    assert_eq!(short.len(), 1);
    let long: Vec<i16> = std::iter::repeat_with(|| sentence(0.3)).take(30).flatten().collect();
    let long = pieces(&long, 1_600).unwrap();
    assert!(long.len() > 1, "{} pieces", long.len());
    assert!(long.iter().all(|piece| piece.samples.len() <= 28 * 16_000));
}

#[test]
fn what_never_pauses_is_cut_all_the_same_and_nothing_is_lost() {
    // The loudest part of the sentence, over and over.
    let voice = &fixture_sound("alaw.wav").samples[4_000..16_000];
    let endless: Vec<i16> = voice.iter().copied().cycle().take(60 * 16_000).collect();
    let Some(pieces) = pieces(&endless, 4_096) else { return };
    assert!(pieces.len() >= 3, "{} pieces", pieces.len());
    assert!(pieces.iter().all(|piece| piece.samples.len() <= 29 * 16_000));
    let heard: usize = pieces.iter().map(|piece| piece.samples.len()).sum();
    assert!(heard >= endless.len() - 16_000, "{heard} of {}", endless.len());
}

#[test]
fn silence_and_noise_have_no_pieces() {
    for sound in [vec![0; 48_000], noise(48_000, 12_000), Vec::new(), vec![9; 100]] {
        let Some(pieces) = pieces(&sound, 800) else { return };
        assert_eq!(pieces, []);
    }
}
