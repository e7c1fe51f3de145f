//! A recogniser in a child process.
//!
//! The library has global state, leaks a little memory, and works for seconds without interruption. A process can be
//! limited, replaced and killed.

use std::path::Path;
use std::process::ExitStatus;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::protocol::{LONGEST_LINE, NOT_INSTALLED, Order, WorkerMessage};
use foundation::program::{ProgramFiles, ProgramLimits, limited};

/// The program that Python runs.
const SOURCE: &str = include_str!("worker.py");
/// Address space in bytes: for Python, two copies of the models, and one utterance.
const MEMORY: u64 = 2048 * 1024 * 1024;
/// Maximum processor time of a worker in its lifetime.
const LIFETIME: Duration = Duration::from_hours(12);
/// Number of utterances after which a worker is replaced.
const MOST_UTTERANCES: u32 = 2_000;
/// Number of buffered messages. Further ones wait in the worker's pipe.
const WAITING: usize = 16;
/// Time to load the models on a busy machine.
const START: Duration = Duration::from_mins(1);
/// Time to exit after a failure and report the reason.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// A shell's exit codes if a program is missing or cannot be executed.
const NO_PROGRAM: [i32; 2] = [126, 127];
/// Bytes of standard error that are kept for the log.
const COMPLAINT: u64 = 4_096;

/// Why a worker failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum WorkerError {
    /// Python or its package is not installed.
    #[error("Python or its package pocketsphinx is not installed")]
    NotInstalled,
    /// It exited, with its standard error.
    #[error("the recogniser ended: {0}")]
    Died(String),
    /// It sent nothing for too long.
    #[error("the recogniser stayed silent for too long")]
    Silent,
}

/// A running recogniser. Dropping it kills the process.
#[derive(Debug)]
pub(super) struct Worker {
    child: Child,
    orders: ChildStdin,
    answers: mpsc::Receiver<WorkerMessage>,
    timeout: Duration,
    utterances: u32,
}

impl Worker {
    /// Starts a worker and waits until its models are loaded. After that, it may take `limit` without sending
    /// anything.
    pub(super) async fn start(python: &Path, limit: Duration) -> Result<Self, WorkerError> {
        let limits = ProgramLimits { time: LIFETIME, memory: MEMORY, output: 0 };
        // Isolated from the folder it is started in, and unbuffered.
        let spawned = limited(python, limits, ProgramFiles::default())
            .and_then(|mut command| command.args(["-I", "-u", "-c", SOURCE]).spawn());
        let mut child = spawned.map_err(|error| WorkerError::Died(error.to_string()))?;
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let (Some(orders), Some(stdout), Some(stderr)) = pipes else {
            return Err(WorkerError::Died("no pipes".to_owned()));
        };
        let (sender, answers) = mpsc::channel(WAITING);
        tokio::spawn(read(stdout, sender));
        let complaint = tokio::spawn(complaint(stderr));
        let mut worker = Self { child, orders, answers, timeout: START.max(limit), utterances: 0 };
        match worker.answer().await {
            Ok(WorkerMessage::Ready(version)) => {
                tracing::debug!(version, "a recogniser is ready");
                worker.timeout = limit;
                Ok(worker)
            }
            Err(WorkerError::Silent) => Err(WorkerError::Silent),
            // Why it ended is told by how; what talks nonsense may never end.
            answer => match timeout(LAST_WORDS, worker.child.wait()).await {
                Ok(Ok(status)) => {
                    let complaint = timeout(LAST_WORDS, complaint).await;
                    let complaint = complaint.ok().and_then(Result::ok).unwrap_or_default();
                    Err(not_started(status, &format!("{status}, {answer:?}, {complaint}")))
                }
                Ok(Err(error)) => Err(WorkerError::Died(error.to_string())),
                Err(_) => Err(WorkerError::Died(format!("{answer:?}"))),
            },
        }
    }

    /// Whether it can take another utterance.
    pub(super) fn is_fit(&mut self) -> bool {
        self.utterances < MOST_UTTERANCES && matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends an order with its samples.
    pub(super) async fn order(&mut self, order: Order, samples: &[i16]) -> Result<(), WorkerError> {
        if matches!(order, Order::Whole | Order::Begin) {
            self.utterances += 1;
        }
        let frame = order.frame(samples);
        match timeout(self.timeout, self.orders.write_all(&frame)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(WorkerError::Died(error.to_string())),
            Err(_) => Err(WorkerError::Silent),
        }
    }

    /// The next message.
    pub(super) async fn answer(&mut self) -> Result<WorkerMessage, WorkerError> {
        match timeout(self.timeout, self.answers.recv()).await {
            Ok(answer) => spoken(answer),
            Err(_) => Err(WorkerError::Silent),
        }
    }

    /// The next message, however long it takes. Dropping the future loses no message.
    pub(super) async fn answer_meanwhile(&mut self) -> Result<WorkerMessage, WorkerError> {
        spoken(self.answers.recv().await)
    }
}

fn spoken(answer: Option<WorkerMessage>) -> Result<WorkerMessage, WorkerError> {
    match answer {
        Some(WorkerMessage::Error(complaint)) => Err(WorkerError::Died(complaint)),
        Some(answer) => Ok(answer),
        None => Err(WorkerError::Died("its answers broke off".to_owned())),
    }
}

fn not_started(status: ExitStatus, complaint: &str) -> WorkerError {
    match status.code() {
        Some(code) if code == NOT_INSTALLED || NO_PROGRAM.contains(&code) => WorkerError::NotInstalled,
        _ => WorkerError::Died(complaint.to_owned()),
    }
}

/// Reads messages until the end, or until an invalid line.
async fn read(stdout: ChildStdout, answers: mpsc::Sender<WorkerMessage>) {
    let mut stdout = BufReader::new(stdout);
    loop {
        let mut line = Vec::new();
        let read = (&mut stdout).take(LONGEST_LINE).read_until(b'\n', &mut line).await;
        if !matches!(read, Ok(1..)) {
            return;
        }
        let answer = serde_json::from_slice(&line).unwrap_or_else(|error| WorkerMessage::Error(error.to_string()));
        if answers.send(answer).await.is_err() {
            return;
        }
    }
}

/// The beginning of its standard error.
async fn complaint(stderr: ChildStderr) -> String {
    let mut stderr = stderr;
    let mut complaint = Vec::new();
    // What cannot be read is not missed.
    drop((&mut stderr).take(COMPLAINT).read_to_end(&mut complaint).await);
    let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
    // The rest is read and dropped, so that it never waits for us.
    drop(tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await);
    complaint
}
