//! Recordings of every container, damaged at random: an answer, and soon.
//!
//! `AUDIO_FUZZ_SECONDS` makes it run for longer, from another seed each time, which it prints; the file it is at lies in
//! the folder of `AUDIO_FUZZ_FOLDER` meanwhile.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;

use super::{bomb, limits};
use crate::audio::arriving::arriving;
use crate::audio::decode::whole;
use crate::audio::test_support::{fixture, worker};
use crate::audio::{AudioDecoder, AudioError};

const NAMES: [&str; 13] = [
    "live.webm",
    "stereo.webm",
    "vorbis.ogg",
    "speech.mp3",
    "phone.m4a",
    "fragmented.m4a",
    "speech.aac",
    "alaw.wav",
    "ima.wav",
    "ms.wav",
    "speech.flac",
    "speech.aiff",
    "opus.ogg",
];

/// Rounds for each container without `AUDIO_FUZZ_SECONDS`.
const ROUNDS: usize = 120;
/// How long one file may take, on a busy machine and without optimisation.
const SLOWEST: Duration = Duration::from_secs(5);

/// The same numbers for the same seed (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % end.max(1)
    }
}

/// Damages a file in one to four places, half of them in its headers.
fn damaged(file: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    const LENGTHS: [[u8; 4]; 6] =
        [[0xFF; 4], [0x7F, 0xFF, 0xFF, 0xFF], [0; 4], [0, 0, 0, 1], [1, 0, 0, 0], [0x10, 0, 0, 0]];
    let mut file = file.to_vec();
    for _ in 0..=random.below(4) {
        let reach = if random.below(2) == 0 { file.len().min(400) } else { file.len() };
        let at = random.below(reach);
        let end = (at + 1 + random.below(16)).min(file.len());
        match random.below(8) {
            0 => file[at] = u8::try_from(random.below(256)).unwrap(),
            1 => file[at] ^= 1 << random.below(8),
            2 => drop(file.drain(at..end)),
            3 => drop(file.splice(at..at, vec![0xFF; random.below(64)])),
            4 => {
                let value = LENGTHS[random.below(LENGTHS.len())];
                file.iter_mut().skip(at).zip(value).for_each(|(byte, value)| *byte = value);
            }
            5 => drop(file.splice(at..at, file[at..end].to_vec())),
            6 => file.truncate(at.max(16)),
            _ => {
                let from = random.below(other.len());
                let piece = other[from..].iter().take(random.below(200)).copied().collect::<Vec<_>>();
                drop(file.splice(at..end, piece));
            }
        }
        if file.is_empty() {
            return vec![0];
        }
    }
    file
}

fn originals() -> Vec<(&'static str, Vec<u8>)> {
    let opus =
        || crate::audio::Pcm { rate: 48_000, samples: crate::audio::test_support::sine(48_000, 440.0, 0.5, 0.5) };
    let read = |name| {
        if name == "opus.ogg" { opus().encode(crate::audio::SoundFormat::Opus).unwrap() } else { fixture(name) }
    };
    let mut files: Vec<(&str, Vec<u8>)> = NAMES.into_iter().map(|name| (name, read(name))).collect();
    files.push(("a bomb", bomb::vorbis_in_webm(8)));
    files
}

#[test]
fn damage_gets_an_answer_soon() {
    let seconds = std::env::var("AUDIO_FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    let until = seconds.map(|seconds| Instant::now() + Duration::from_secs(seconds));
    let folder = std::env::var_os("AUDIO_FUZZ_FOLDER").map(std::path::PathBuf::from);
    let clock = || u64::try_from(SystemTime::UNIX_EPOCH.elapsed().unwrap().as_nanos() >> 10).unwrap();
    let seed = if until.is_some() { clock() } else { 0x2545_F491_4F6C_DD1D };
    println!("seed {seed}");
    let (mut random, files) = (Random(seed | 1), originals());
    let (mut heard, mut refused, mut slowest) = (0, 0, (Duration::ZERO, String::new()));
    let mut panics = std::collections::BTreeMap::<String, usize>::new();
    for round in 0_usize.. {
        if until.map_or(round >= ROUNDS * files.len(), |until| Instant::now() > until) {
            break;
        }
        let (name, original) = &files[round % files.len()];
        let other = &files[random.below(files.len())].1;
        let file = Bytes::from(damaged(original, other, &mut random));
        if let Some(folder) = &folder {
            std::fs::write(folder.join("current"), &file).unwrap();
        }
        let live = random.below(4) == 0;
        let began = Instant::now();
        let answer = catch_unwind(AssertUnwindSafe(|| {
            if live {
                arriving(std::io::Cursor::new(file.clone()), 16_000 * 60, &mut |_| true)
            } else {
                whole(&file, limits(), &mut |samples| {
                    samples.clear();
                    true
                })
                .map(drop)
            }
        }));
        let took = began.elapsed();
        if took > slowest.0 {
            slowest = (took, format!("{name}, round {round}"));
        }
        let keep = |why: &str| {
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{why}-{round}-{name}")), &file).unwrap();
            }
        };
        if took > SLOWEST {
            keep("slow");
        }
        assert!(took < 4 * SLOWEST, "{name}, round {round} of seed {seed}: {took:?}");
        match answer {
            Ok(Ok(())) => heard += 1,
            Ok(Err(error)) => {
                assert!(!matches!(error, AudioError::TookTooLong | AudioError::Busy), "{name}, round {round}: {error}");
                refused += 1;
            }
            // A mistake of a decoder's; its process answers for it.
            Err(_) => {
                keep("panic");
                *panics.entry((*name).to_owned()).or_default() += 1;
            }
        }
    }
    println!("{heard} heard, {refused} refused, panics {panics:?}, slowest {slowest:?}");
    assert!(heard > 100 && refused > 100, "{heard} heard, {refused} refused: damage has no effect, or too much");
}

#[tokio::test]
async fn damage_gets_an_answer_from_children() {
    let decoder = AudioDecoder::new(worker(), limits(), 2);
    let (mut random, files) = (Random(0x9E37_79B9_7F4A_7C15), originals());
    for round in 0..6 * files.len() {
        let (name, original) = &files[round % files.len()];
        let file = damaged(original, &files[random.below(files.len())].1, &mut random);
        let began = Instant::now();
        let answer = decoder.decode(file).await;
        assert!(
            !matches!(answer, Err(AudioError::TookTooLong | AudioError::Busy | AudioError::Unavailable)),
            "{name}, round {round}: {answer:?}"
        );
        assert!(began.elapsed() < SLOWEST, "{name}, round {round}");
    }
}
