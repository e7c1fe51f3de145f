//! Sounds for tests.
#![expect(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "tests"
)]

use std::f64::consts::TAU;
use std::ffi::OsString;
use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use super::worker::{Job, serve};
use super::{AudioLimits, AudioWorker, Pcm, decode};

/// A recording of this project.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/audio").join(name)).unwrap()
}

/// A recording of this project, decoded.
pub(crate) fn fixture_sound(name: &str) -> Pcm {
    decode(fixture(name), AudioLimits::new(Duration::from_mins(1))).unwrap()
}

/// A worker whose children are this test program, in which they run [`as_worker`].
pub(crate) fn worker() -> AudioWorker {
    // The test harness writes to the standard output, so that messages need a way of their own.
    const SCRIPT: &str = r#"exec 3>&1 >/dev/null; program=$1; shift
        AUDIO_JOB="$*" exec "$program" --exact audio::test_support::as_worker --ignored --nocapture"#;
    let program = std::env::current_exe().unwrap();
    AudioWorker::with_args("/bin/sh".into(), vec!["-c".into(), SCRIPT.into(), "sh".into(), program.into()])
}

#[test]
#[ignore = "a child of `worker`"]
fn as_worker() {
    let Ok(job) = std::env::var("AUDIO_JOB") else { return };
    let job = Job::from_args(job.split(' ').map(OsString::from)).unwrap();
    let out = File::create("/dev/fd/3").unwrap();
    assert_eq!(serve(job, File::open("/dev/fd/0").unwrap(), out), ExitCode::SUCCESS);
}

/// A tone: hertz, seconds, and loudness from 0 to 1.
pub(crate) fn sine(rate: u32, frequency: f64, seconds: f64, loudness: f64) -> Vec<i16> {
    (0..(f64::from(rate) * seconds) as usize)
        .map(|at| ((at as f64 * frequency * TAU / f64::from(rate)).sin() * loudness * 32_767.0) as i16)
        .collect()
}

/// White noise, the same every time.
pub(crate) fn noise(samples: usize, loudness: i32) -> Vec<i16> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        ((state >> 33) as i32 % (2 * loudness) - loudness) as i16
    })
    .take(samples)
    .collect()
}

/// How much of a tone is in a sound: its amplitude from 0 to 1 (Goertzel's algorithm).
pub(crate) fn amplitude(sound: &[i16], rate: u32, frequency: f64) -> f64 {
    let coefficient = 2.0 * (TAU * frequency / f64::from(rate)).cos();
    let (mut last, mut before) = (0.0, 0.0);
    for &sample in sound {
        (last, before) = (f64::from(sample) / 32_768.0 + coefficient * last - before, last);
    }
    2.0 * (last * last + before * before - coefficient * last * before).max(0.0).sqrt() / sound.len() as f64
}

/// How alike two sounds are, sample by sample: 1 is the same but for loudness.
pub(crate) fn likeness(one: &[i16], other: &[i16]) -> f64 {
    let dot = |a: &[i16], b: &[i16]| a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum::<f64>();
    let length = one.len().min(other.len());
    let (one, other) = (one.get(..length).unwrap(), other.get(..length).unwrap());
    dot(one, other) / (dot(one, one) * dot(other, other)).sqrt()
}
