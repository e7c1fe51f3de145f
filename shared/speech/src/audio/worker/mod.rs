//! The [worker](foundation::worker) that decodes sound. Headers of recordings may demand gigabytes of memory, and
//! decoders hang and crash on bad files.

mod parent;
mod protocol;

use std::io::{self, BufWriter, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;

pub use parent::AudioWorker;
pub(super) use parent::Process;
pub(crate) use protocol::{Input, Job, Message};

use super::arriving::arriving;
use super::decode::{Outcome, SLOWEST_SPEED, whole};
use super::{AudioError, AudioLimits, RECOGNISED_RATE, samples_in};
use foundation::worker::{MISUSED, UNLIMITED, WorkerKind, allow_time, confine_to, limit, own_memory, send};

/// The first argument that makes an executable of this project an audio worker.
const WORKER_ARGUMENT: &str = "audio-worker";

/// The worker that decodes recordings.
pub const WORKER: WorkerKind = WorkerKind { argument: WORKER_ARGUMENT, main: worker_main };

/// Number of samples of a whole recording per message: two seconds.
const BLOCK: usize = 32_000;

/// The main function of the child. Reads a [`Job`] from `argv[2..]` and the recording from standard input, and writes
/// decoded sound to standard output.
fn worker_main() -> ExitCode {
    let Some(job) = Job::from_args(std::env::args_os().skip(2)) else {
        return ExitCode::from(MISUSED);
    };
    serve(job, io::stdin(), io::stdout())
}

/// Limits and sandboxes this process, then does the job.
pub(super) fn serve(job: Job, input: impl Read + Send + Sync + 'static, out: impl Write) -> ExitCode {
    let seconds = job.time.as_secs() + 1;
    // Without its limits the child must not touch the recording.
    let limited = limit(own_memory().saturating_add(job.memory), seconds);
    // It needs no file: the recording comes in, and sound goes out.
    if limited.and_then(|()| confine_to(Vec::new())).is_err() {
        return ExitCode::from(UNLIMITED);
    }
    // What a decoder panics with helps nobody, and nobody reads it while the child runs.
    std::panic::set_hook(Box::new(|_| {}));
    match run(job, input, BufWriter::new(out)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

pub(super) fn run(job: Job, input: impl Read + Send + Sync + 'static, mut out: impl Write) -> io::Result<()> {
    let work = AssertUnwindSafe(|| match job.input {
        Input::Whole(length) => hear_whole(job, length, input, &mut out),
        Input::Live => hear_live(job, input, &mut out),
    });
    // Whatever a decoder or the resampler panics with is the recording's fault.
    match catch_unwind(work).unwrap_or(Err(AudioError::Damaged)) {
        Ok(()) => send(&mut out, &Message::End),
        Err(reason) => send(&mut out, &Message::Failed { reason }),
    }
}

fn hear_whole(job: Job, length: usize, input: impl Read, out: &mut impl Write) -> Result<(), AudioError> {
    let mut bytes = Vec::with_capacity(length);
    let read = input.take(length as u64).read_to_end(&mut bytes);
    if read.is_err() || bytes.len() < length {
        return Err(AudioError::Unavailable);
    }
    let limits = AudioLimits { longest: job.longest, time: job.time };
    let mut waiting = Vec::with_capacity(2 * BLOCK);
    let outcome = whole(&Bytes::from(bytes), limits, &mut |samples| {
        waiting.append(samples);
        waiting.len() < BLOCK || write(out, &mut waiting)
    })?;
    match outcome {
        Outcome::Complete if waiting.is_empty() || write(out, &mut waiting) => Ok(()),
        _ => Err(AudioError::Unavailable),
    }
}

fn hear_live(job: Job, input: impl Read + Send + Sync + 'static, out: &mut impl Write) -> Result<(), AudioError> {
    let most = job.time + job.longest / SLOWEST_SPEED;
    let mut allowed = job.time;
    let mut heard = 0_u64;
    arriving(input, samples_in(job.longest, RECOGNISED_RATE), &mut |samples| {
        heard += samples.len() as u64;
        // Who has spoken for longer may be worked for for longer.
        let due = job.time + Duration::from_millis(heard * 1_000 / u64::from(RECOGNISED_RATE)) / SLOWEST_SPEED;
        if due > allowed + Duration::from_secs(5) {
            allowed = due;
            if allow_time(due.as_secs() + 1, most.as_secs() + 1).is_err() {
                return false;
            }
        }
        write(out, samples)
    })
}

/// Sends a block and empties it. Returns false if the parent has gone.
fn write(out: &mut impl Write, samples: &mut Vec<i16>) -> bool {
    let bytes: Vec<u8> = samples.drain(..).flat_map(i16::to_le_bytes).collect();
    let Ok(length) = u32::try_from(bytes.len()) else { return false };
    let sent = send(out, &Message::Sound { bytes: length }).and_then(|()| out.write_all(&bytes));
    sent.and_then(|()| out.flush()).is_ok()
}
