//! Why a worker failed.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;

use super::{MISUSED, UNLIMITED};

/// The signal for a process that exceeds its processor time.
const SIGXCPU: i32 = 24;
/// The signal for a process that is killed from outside or by the system's out-of-memory killer.
const SIGKILL: i32 = 9;

/// Why a worker failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerFailure {
    /// It exceeded its memory limit.
    Memory,
    /// It exceeded its limit of processor time or wall-clock time.
    Time,
    /// It exceeded its output limit.
    Output,
    /// It crashed.
    Crashed,
    /// Not caused by the file: the worker rejected its arguments, was killed from outside, or sent an invalid message.
    Broken(String),
}

impl WorkerFailure {
    /// Derives the reason from the exit status and standard error. On a failed allocation, Rust prints a message and
    /// aborts.
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
