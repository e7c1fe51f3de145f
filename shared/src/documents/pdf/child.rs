//! One child process: its start, its messages, its end.

use std::{
    path::Path,
    process::{ExitStatus, Stdio},
};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, BufReader},
    process::{Child, ChildStderr, ChildStdout, Command},
    time::{Instant, timeout_at},
};

use super::{PdfError, PdfWorker, protocol::Message, worker::MOST_PIXELS};

/// Bytes of the child's standard error that are kept for the log.
const MAX_STDERR: u64 = 4096;

/// Bytes of the messages between two pictures.
const MAX_BETWEEN: u64 = 4096;

/// How a child's run ended, other than well.
pub(super) enum Stop {
    /// The document is refused: no other child would read it.
    Refused(PdfError),
    /// The child crashed or stalled on the page after the last one it sent.
    Lost(PdfError),
}

/// A running child.
pub(super) struct Run {
    child: Child,
    stdout: BufReader<tokio::io::Take<ChildStdout>>,
    stderr: Option<ChildStderr>,
    line: Vec<u8>,
    ended: bool,
    /// Pictures that are still to come, of a child that renders.
    pub(super) pages_left: usize,
}

impl Run {
    /// A child that reads the text from `first_page` on.
    pub(super) fn start(worker: &PdfWorker, path: &Path, first_page: u32) -> Result<Self, PdfError> {
        Self::start_with(worker, path, first_page, &[])
    }

    /// A child that renders some pages.
    pub(super) fn start_rendering(worker: &PdfWorker, path: &Path, pages: &[u32]) -> Result<Self, PdfError> {
        let mut run = Self::start_with(worker, path, 1, pages)?;
        run.pages_left = pages.len();
        run.stdout.get_mut().set_limit(MAX_BETWEEN);
        Ok(run)
    }

    fn start_with(worker: &PdfWorker, path: &Path, first_page: u32, pages: &[u32]) -> Result<Self, PdfError> {
        let limits = &worker.limits;
        // The file is held beside what is read from it.
        let file = std::fs::metadata(path).map_or(0, |file| file.len());
        let memory = limits.memory_bytes.saturating_add(file.saturating_mul(2));
        let mut child = Command::new(&worker.program)
            .args(&worker.args)
            .arg(&worker.library)
            .arg(path)
            .arg(first_page.to_string())
            .arg(limits.max_pages.to_string())
            .arg(memory.to_string())
            .arg(limits.time.as_secs().max(1).to_string())
            .args((!pages.is_empty()).then(|| pages.iter().map(u32::to_string).collect::<Vec<_>>().join(",")))
            // The parser needs no environment, and secrets live there.
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| PdfError::Reader(error.to_string()))?;
        let stdout = child.stdout.take().ok_or_else(|| PdfError::Reader("no output".to_owned()))?;
        let stderr = child.stderr.take();
        Ok(Self {
            child,
            stdout: BufReader::new(stdout.take(limits.max_text_bytes)),
            stderr,
            line: Vec::new(),
            ended: false,
            pages_left: 0,
        })
    }

    /// The bytes of a picture of this size.
    pub(super) async fn bytes(&mut self, deadline: Instant, (width, height): (u32, u32)) -> Result<Vec<u8>, Stop> {
        let size = u64::from(width) * u64::from(height);
        if size > MOST_PIXELS {
            return Err(Stop::Refused(PdfError::Reader("a picture is too large".to_owned())));
        }
        // What is buffered already counts against the limit before.
        self.stdout.get_mut().set_limit(size + MAX_BETWEEN);
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        match timeout_at(deadline, self.stdout.read_exact(&mut bytes)).await {
            Ok(Ok(_)) => Ok(bytes),
            Ok(Err(_)) => Err(self.died(deadline).await),
            Err(_) => {
                self.kill().await;
                Err(Stop::Lost(PdfError::TookTooLong))
            }
        }
    }

    /// The next message, or `None` when the child has ended well.
    pub(super) async fn next(&mut self, worker: &PdfWorker, deadline: Instant) -> Result<Option<Message>, Stop> {
        let until = deadline.min(Instant::now() + worker.limits.stall);
        self.line.clear();
        let read = timeout_at(until, self.stdout.read_until(b'\n', &mut self.line)).await;
        match read {
            Err(_) => {
                self.kill().await;
                return Err(Stop::Lost(PdfError::TookTooLong));
            }
            Ok(Err(error)) => return Err(Stop::Refused(PdfError::Reader(error.to_string()))),
            Ok(Ok(_)) => {}
        }
        if self.line.last() == Some(&b'\n') {
            let message = serde_json::from_slice(&self.line)
                .map_err(|error| Stop::Refused(PdfError::Reader(error.to_string())))?;
            self.ended = matches!(message, Message::End);
            if let Message::Failed { reason } = message {
                return Err(Stop::Refused(reason.into()));
            }
            return Ok(Some(message));
        }
        if self.stdout.get_ref().limit() == 0 {
            self.kill().await;
            let limit_mib = worker.limits.max_text_bytes >> 20;
            return Err(Stop::Refused(PdfError::TooMuchText { limit_mib }));
        }
        if self.ended {
            return Ok(None);
        }
        Err(self.died(until).await)
    }

    /// Why a child ended before it had sent all its pages.
    async fn died(&mut self, until: Instant) -> Stop {
        let mut stderr = Vec::new();
        if let Some(pipe) = self.stderr.take() {
            let mut pipe = pipe.take(MAX_STDERR);
            if timeout_at(until, pipe.read_to_end(&mut stderr)).await.is_err() {
                self.kill().await;
            }
        }
        let stderr = String::from_utf8_lossy(&stderr);
        let Ok(Ok(status)) = timeout_at(until, self.child.wait()).await else {
            self.kill().await;
            return Stop::Lost(PdfError::TookTooLong);
        };
        tracing::debug!(%status, %stderr, "the PDF reader ended early");
        classify(status, &stderr)
    }

    async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "the PDF reader could not be ended");
        }
    }
}

/// What a child's death means. Rust reports a failed allocation in words and aborts; the kernel
/// ends a process over its processor time with SIGXCPU (24).
fn classify(status: ExitStatus, stderr: &str) -> Stop {
    use std::os::unix::process::ExitStatusExt;
    if stderr.contains("memory allocation of") || stderr.contains("Cannot allocate memory") {
        return Stop::Lost(PdfError::NeedsTooMuchMemory);
    }
    match (status.signal(), status.code()) {
        (Some(24), _) => Stop::Lost(PdfError::TookTooLong),
        // Killed from outside, most likely for the machine's memory.
        (Some(9), _) => Stop::Refused(PdfError::Reader("the reader was killed".to_owned())),
        (_, Some(2 | 3)) => Stop::Refused(PdfError::Reader("the reader refused its job".to_owned())),
        _ => Stop::Lost(PdfError::Damaged),
    }
}
