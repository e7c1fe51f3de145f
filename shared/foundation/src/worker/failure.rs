//! Why a worker ended before it had done its work.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::{MISUSED, UNLIMITED};

/// The signal with which the system ends a process over its processor time.
const SIGXCPU: i32 = 24;
/// The signal with which somebody, or the system for its own memory, ends a process.
const SIGKILL: i32 = 9;

/// Why a worker ended before it had done its work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerFailure {
    /// It needed more memory than its limit.
    Memory,
    /// It needed more time than its limit, of the processor or by the clock.
    Time,
    /// It wrote more than it may.
    Output,
    /// It crashed.
    Crashed,
    /// No fault of the file: it refused its job, was killed from outside, or cannot be understood.
    Broken(String),
}

impl WorkerFailure {
    /// By how a process ended, and what it wrote to its standard error. Rust reports a failed
    /// allocation in words and aborts.
    pub(super) fn of(status: ExitStatus, stderr: &str) -> Self {
        if stderr.contains("memory allocation of") || stderr.contains("Cannot allocate memory") {
            return Self::Memory;
        }
        match (status.signal(), status.code()) {
            (Some(SIGXCPU), _) => Self::Time,
            // Most likely for the machine's memory.
            (Some(SIGKILL), _) => Self::Broken("it was killed".to_owned()),
            (_, Some(code)) if code == i32::from(MISUSED) || code == i32::from(UNLIMITED) => {
                Self::Broken("it refused its job".to_owned())
            }
            _ => Self::Crashed,
        }
    }
}
