//! The parent's side: a child process and its messages.

use std::ffi::OsStr;
use std::io;
use std::process::Stdio;

use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader, Take};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::{Instant, timeout_at};

use super::WorkerFailure;
use super::confine::SWITCH;

/// Bytes of the child's standard error that are kept for the log.
const MAX_STDERR: u64 = 4096;

/// A running child. Dropping it kills the child.
#[derive(Debug)]
pub struct Worker {
    child: Child,
    stdout: BufReader<Take<ChildStdout>>,
    stderr: Option<ChildStderr>,
    line: Vec<u8>,
}

impl Worker {
    /// Starts `program` with `args`, and returns its standard input if that is a pipe. The child does not get our
    /// environment, which holds secrets.
    ///
    /// # Errors
    /// If the program cannot be started.
    pub fn start<A: AsRef<OsStr>>(
        program: &std::path::Path,
        args: impl IntoIterator<Item = A>,
        stdin: Stdio,
    ) -> io::Result<(Self, Option<ChildStdin>)> {
        let mut child = Command::new(program)
            .args(args)
            .env_clear()
            .envs(std::env::var_os(SWITCH).map(|value| (SWITCH, value)))
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or_else(|| io::Error::other("no output"))?;
        let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
        let stdout = BufReader::new(stdout.take(u64::MAX));
        Ok((Self { child, stdout, stderr, line: Vec::new() }, stdin))
    }

    /// Allows the child to write `bytes` more, not counting what is already buffered.
    pub fn allow(&mut self, bytes: u64) {
        self.stdout.get_mut().set_limit(bytes);
    }

    /// The next message; `None` at the end of the output.
    ///
    /// # Errors
    /// If the child times out, exceeds its output limit, or sends something that is not a message.
    pub async fn message<M: DeserializeOwned>(&mut self, until: Instant) -> Result<Option<M>, WorkerFailure> {
        self.line.clear();
        match timeout_at(until, self.stdout.read_until(b'\n', &mut self.line)).await {
            Err(_) => {
                self.kill().await;
                return Err(WorkerFailure::Time);
            }
            Ok(Err(error)) => return Err(WorkerFailure::Broken(error.to_string())),
            Ok(Ok(_)) => {}
        }
        if self.line.last() == Some(&b'\n') {
            return serde_json::from_slice(&self.line)
                .map(Some)
                .map_err(|error| WorkerFailure::Broken(error.to_string()));
        }
        if self.stdout.get_ref().limit() == 0 {
            self.kill().await;
            return Err(WorkerFailure::Output);
        }
        if self.line.is_empty() { Ok(None) } else { Err(self.ended(until).await) }
    }

    /// Fills `buffer` with the bytes that follow a message.
    ///
    /// # Errors
    /// If the child times out, or ends before the buffer is full.
    pub async fn bytes(&mut self, until: Instant, buffer: &mut [u8]) -> Result<(), WorkerFailure> {
        match timeout_at(until, self.stdout.read_exact(buffer)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(self.ended(until).await),
            Err(_) => {
                self.kill().await;
                Err(WorkerFailure::Time)
            }
        }
    }

    /// Waits for the end of a child that writes nothing more, and returns the reason.
    pub async fn ended(&mut self, until: Instant) -> WorkerFailure {
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
            return WorkerFailure::Time;
        };
        tracing::debug!(%status, %stderr, "a worker ended early");
        WorkerFailure::of(status, &stderr)
    }

    async fn kill(&mut self) {
        if let Err(error) = self.child.kill().await {
            tracing::warn!(%error, "a worker could not be ended");
        }
    }
}
