//! The parent side: starts a child, feeds it, hears what it says.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::io::AsyncWriteExt;
use tokio::process::ChildStdin;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;

use super::{Input, Job, Message, WORKER_ARGUMENT};
use crate::audio::decode::LEAST_TIME;
use crate::audio::{AudioError, AudioLimits, Pcm, RECOGNISED_RATE, samples_in};
use foundation::worker::{Worker, WorkerFailure};

/// Memory of a child that decodes a microphone, beside its program, in bytes. Some five times what is usual,
/// and little, since many may be open.
const LIVE_MEMORY: u64 = 32 << 20;

/// Memory of a child that decodes a whole recording, beside its program and three times the recording, in
/// bytes.
const WHOLE_MEMORY: u64 = 64 << 20;

/// Microphones that may be decoded at the same time.
const MICROPHONES: usize = 1_000;

/// How much longer than the child is waited for: it says itself that a recording took too long.
const GRACE: Duration = Duration::from_secs(5);

/// Bytes of a message, and of what is read ahead.
const LONGEST_MESSAGE: u64 = 32 * 1024;

/// Bytes of a block of sound.
const LARGEST_BLOCK: u32 = 16 << 20;

/// Starts the child processes in which recordings are decoded.
#[derive(Debug, Clone)]
pub struct AudioWorker {
    program: PathBuf,
    args: Vec<OsString>,
    microphones: Arc<Semaphore>,
}

impl AudioWorker {
    /// Children are `program`, or this program again where none is named. Either begins with
    /// [`foundation::worker::main`].
    #[must_use]
    pub fn new(program: Option<PathBuf>) -> Self {
        let this = || std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
        Self::with_args(program.unwrap_or_else(this), vec![WORKER_ARGUMENT.into()])
    }

    /// Children are `program` with these arguments before those of their job.
    pub(crate) fn with_args(program: PathBuf, args: Vec<OsString>) -> Self {
        Self { program, args, microphones: Arc::new(Semaphore::new(MICROPHONES)) }
    }

    /// Decodes a whole recording.
    pub(crate) async fn whole(&self, bytes: Bytes, limits: AudioLimits) -> Result<Pcm, AudioError> {
        let deadline = Instant::now() + limits.time + GRACE;
        let memory = WHOLE_MEMORY + 3 * bytes.len() as u64;
        let job = Job { input: Input::Whole(bytes.len()), longest: limits.longest, memory, time: limits.time };
        let (mut process, mut stdin) = self.start(job)?;
        // A child that has heard enough ends, and then this fails.
        let _feed = AbortOnDropHandle::new(tokio::spawn(async move { drop(stdin.write_all(&bytes).await) }));
        let most = samples_in(limits.longest, RECOGNISED_RATE);
        let mut samples = Vec::new();
        while let Some(block) = process.next(deadline).await? {
            samples.extend(block);
            if samples.len() > most {
                return Err(AudioError::TooLong { limit: limits.longest });
            }
        }
        Ok(Pcm { rate: RECOGNISED_RATE, samples })
    }

    /// Begins to decode a recording that still arrives: write its bytes to the second of the two. The
    /// last is held while the child lives.
    pub(crate) fn live(&self, longest: Duration) -> Result<(Process, ChildStdin, OwnedSemaphorePermit), AudioError> {
        let permit = Arc::clone(&self.microphones).try_acquire_owned().map_err(|_| AudioError::Busy)?;
        let (process, stdin) =
            self.start(Job { input: Input::Live, longest, memory: LIVE_MEMORY, time: LEAST_TIME })?;
        Ok((process, stdin, permit))
    }

    fn start(&self, job: Job) -> Result<(Process, ChildStdin), AudioError> {
        let args = self.args.iter().cloned().chain(job.to_args().into_iter().map(OsString::from));
        match Worker::start(&self.program, args, Stdio::piped()) {
            Ok((worker, Some(stdin))) => Ok((Process { worker }, stdin)),
            Ok((_, None)) => Err(AudioError::Unavailable),
            Err(error) => {
                tracing::warn!(%error, program = %self.program.display(), "no worker could be started to decode sound");
                Err(AudioError::Unavailable)
            }
        }
    }
}

/// A running child. Dropping it ends the child.
#[derive(Debug)]
pub(crate) struct Process {
    worker: Worker,
}

impl Process {
    /// The next block of samples; nothing at the end.
    ///
    /// # Errors
    /// What the child says of the recording, or what its death means.
    pub(crate) async fn next(&mut self, until: Instant) -> Result<Option<Vec<i16>>, AudioError> {
        self.worker.allow(LONGEST_MESSAGE);
        match self.worker.message(until).await.map_err(reason)? {
            Some(Message::Sound { bytes }) if bytes <= LARGEST_BLOCK => {
                self.worker.allow(u64::from(bytes) + LONGEST_MESSAGE);
                let mut block = vec![0; usize::try_from(bytes).unwrap_or(0)];
                self.worker.bytes(until, &mut block).await.map_err(reason)?;
                Ok(Some(block.as_chunks::<2>().0.iter().map(|pair| i16::from_le_bytes(*pair)).collect()))
            }
            Some(Message::Sound { .. }) => Err(AudioError::Unavailable),
            Some(Message::Failed { reason }) => Err(reason),
            Some(Message::End) => Ok(None),
            None => Err(reason(self.worker.ended(until).await)),
        }
    }
}

/// What the end of a child means for the recording.
fn reason(ended: WorkerFailure) -> AudioError {
    match ended {
        WorkerFailure::Memory => AudioError::NeedsTooMuchMemory,
        WorkerFailure::Time => AudioError::TookTooLong,
        WorkerFailure::Crashed => AudioError::Damaged,
        WorkerFailure::Output => AudioError::Unavailable,
        WorkerFailure::Broken(reason) => {
            tracing::warn!(%reason, "a worker that decodes sound could not do its work");
            AudioError::Unavailable
        }
    }
}
