//! The child processes themselves.

use std::io::{self, Read};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;

use super::bomb::{LONGEST_CODES, vorbis_in_webm};
use super::limits;
use crate::audio::test_support::{fixture, worker};
use crate::audio::worker::{Input, Job, Message, run};
use crate::audio::{AudioDecoder, AudioError, AudioWorker, LiveDecoder, LiveFormat, decode};

const LONGEST: Duration = Duration::from_mins(1);

#[tokio::test]
async fn a_child_hears_what_is_heard_here() {
    let decoder = AudioDecoder::new(worker(), limits(), 2);
    for name in ["live.webm", "vorbis.ogg", "speech.mp3", "phone.m4a", "fragmented.m4a", "speech.flac", "ima.wav"] {
        let began = Instant::now();
        let heard = decoder.decode(fixture(name)).await;
        println!("{name}: {:?} in a child", began.elapsed());
        let began = Instant::now();
        assert_eq!(heard, decode(fixture(name), limits()), "{name}");
        println!("{name}: {:?} here", began.elapsed());
    }
}

#[tokio::test]
async fn errors_keep_their_meaning() {
    let decoder = AudioDecoder::new(worker(), limits(), 2);
    let too_long = super::wav_file(1, 16, 1, 8_000, &vec![0; 2 * 8_000 * 61]);
    assert_eq!(decoder.decode(too_long).await, Err(AudioError::TooLong { limit: LONGEST }));
    assert_eq!(decoder.decode(super::wav_file(1, 16, 1, 8_000, &[])).await, Err(AudioError::Empty));
    let damaged = [b"\x1A\x45\xDF\xA3".to_vec(), vec![7; 5_000]].concat();
    assert_eq!(decoder.decode(damaged).await, Err(AudioError::Damaged));
    let missing = AudioDecoder::new(AudioWorker::new(Some("/no/such/program".into())), limits(), 2);
    assert_eq!(missing.decode(fixture("live.webm")).await, Err(AudioError::Unavailable));
}

/// A child that was given up dies, and with it its share of the machine.
#[tokio::test]
async fn nobody_waits_for_a_child_that_hangs() {
    let script = || vec!["-c".into(), "sleep 60".into()];
    let hangs = AudioWorker::with_args("/bin/sh".into(), script());
    let limits = crate::audio::AudioLimits { longest: LONGEST, time: Duration::from_millis(100) };
    let began = Instant::now();
    let answer = AudioDecoder::new(hangs, limits, 1).decode(fixture("live.webm")).await;
    assert_eq!(answer, Err(AudioError::TookTooLong));
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

/// What a worker says of its work.
fn said(job: Job, input: impl Read + Send + Sync + 'static) -> Vec<Message> {
    let mut out = Vec::new();
    run(job, input, &mut out).unwrap();
    let lines = out.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{"));
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

/// Panics as a decoder might.
struct Panics;

impl Read for Panics {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        panic!("a decoder's own mistake");
    }
}

#[test]
fn a_panic_is_an_error_of_the_recording() {
    for input in [Input::Live, Input::Whole(100)] {
        let job = Job { input, longest: LONGEST, memory: 1 << 30, time: Duration::from_secs(20) };
        let said = said(job, io::empty().chain(Panics));
        assert!(matches!(said[..], [Message::Failed { reason: AudioError::Damaged }]), "{said:?}");
        assert_eq!(Job::from_args(job.to_args().into_iter().map(Into::into)), Some(job));
    }
    assert_eq!(foundation::ApiError::from(AudioError::Damaged).status().as_u16(), 400);
}

#[tokio::test]
async fn a_microphone_that_asks_for_gigabytes_disturbs_no_other() {
    let worker = worker();
    let (mut good, mut heard) = LiveDecoder::new(LiveFormat::Recording, LONGEST, &worker).unwrap();
    let file = fixture("live.webm");
    let (first, rest) = file.split_at(file.len() / 2);
    good.push(Bytes::copy_from_slice(first)).await;
    assert!(heard.next().await.unwrap().is_ok());

    let (mut bad, mut refused) = LiveDecoder::new(LiveFormat::Recording, LONGEST, &worker).unwrap();
    bad.push(vorbis_in_webm(LONGEST_CODES).into()).await;
    assert_eq!(refused.next().await, Some(Err(AudioError::NeedsTooMuchMemory)));
    assert_eq!(refused.next().await, None);
    bad.push(Bytes::from_static(b"more")).await;

    good.push(Bytes::copy_from_slice(rest)).await;
    good.finish().await;
    assert!(heard.all(|block| async move { block.is_ok() }).await);
}

/// How long it takes from the first piece to the first sound, and from a piece to its sound.
#[tokio::test]
async fn a_microphone_is_heard_at_once() {
    let (mut decoder, mut sound) = LiveDecoder::new(LiveFormat::Recording, LONGEST, &worker()).unwrap();
    let file = fixture("live.webm");
    let began = Instant::now();
    decoder.push(Bytes::copy_from_slice(&file[..2_000])).await;
    assert!(sound.next().await.unwrap().is_ok());
    println!("first sound after {:?}", began.elapsed());
    while tokio::time::timeout(Duration::from_millis(300), sound.next()).await.is_ok() {}
    let began = Instant::now();
    decoder.push(Bytes::copy_from_slice(&file[2_000..2_500])).await;
    assert!(sound.next().await.unwrap().is_ok());
    println!("further sound after {:?}", began.elapsed());
    assert!(began.elapsed() < Duration::from_millis(500));
}
