//! The parent's side: starts a child, writes its input and reads its output.

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

/// Memory of a child that decodes a microphone, in addition to its program, in bytes. About five times the usual need,
/// and little, since many may be open.
const LIVE_MEMORY: u64 = 32 << 20;

/// Memory of a child that decodes a whole recording, in addition to its program and three times the recording, in
/// bytes.
const WHOLE_MEMORY: u64 = 64 << 20;

/// Maximum number of microphones that are decoded at a time.
const MICROPHONES: usize = 1_000;

/// How much longer than the child the parent waits: the child itself reports that a recording took too long.
const GRACE: Duration = Duration::from_secs(5);

/// Maximum size of a message, and of the read buffer, in bytes.
const LONGEST_MESSAGE: u64 = 32 * 1024;

/// Maximum size of a block of sound in bytes.
const LARGEST_BLOCK: u32 = 16 << 20;

/// Starts the child processes that decode recordings.
#[derive(Debug, Clone)]
pub struct AudioWorker {
    program: PathBuf,
    args: Vec<OsString>,
    microphones: Arc<Semaphore>,
}

impl AudioWorker {
    /// Children run `program`, or this executable if none is given. It must begin with [`foundation::worker::main`].
    #[must_use]
    pub fn new(program: Option<PathBuf>) -> Self {
        let this = || std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
        Self::with_args(program.unwrap_or_else(this), vec![WORKER_ARGUMENT.into()])
    }

    /// Children run `program`, with these arguments before those of the job.
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

    /// Starts decoding an arriving recording. Write its bytes to the returned input, and keep the permit while the
    /// child lives.
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

/// A running child. Dropping it kills the child.
#[derive(Debug)]
pub(crate) struct Process {
    worker: Worker,
}

impl Process {
    /// The next block of samples; `None` at the end.
    ///
    /// # Errors
    /// If the child reports an error, or fails.
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

/// What a failure of the child means for the recording.
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
