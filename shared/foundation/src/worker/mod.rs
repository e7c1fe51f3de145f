//! Worker processes: this executable, started again to read an untrusted file.
//!
//! PDF parsers and audio decoders hang, exhaust memory and crash on bad files. So they run in a child process, which is
//! the same executable with a hidden first argument. Before it reads a byte, the child limits its memory and processor
//! time and [sandboxes](confine) itself. It does not get our environment. It answers with one JSON object per line; a
//! line may announce bytes that follow it.
//!
//! Third-party programs ([`crate::program`]) are started in the same way: the child limits and sandboxes itself and
//! then becomes the program.
//!
//! Every executable that starts workers or programs begins with [`run`] or [`main`].

mod child;
pub mod confine;
mod failure;
pub(crate) mod launch;
mod parent;
#[cfg(any(test, feature = "test-support"))]
pub mod test_launcher;

use std::io::Write as _;
use std::process::ExitCode;

pub use child::{allow_time, confine_to, limit, own_memory, send};
pub use failure::WorkerFailure;
pub use launch::launch_through;
pub use parent::Worker;

/// Exit code of a worker that got invalid arguments.
pub const MISUSED: u8 = 2;
/// Exit code of a worker that could not apply its limits or its sandbox.
pub const UNLIMITED: u8 = 3;

/// A kind of worker that an executable can become.
#[derive(Debug, Clone, Copy)]
pub struct WorkerKind {
    /// The first argument that makes the executable this worker.
    pub argument: &'static str,
    /// The worker's main function.
    pub main: fn() -> ExitCode,
}

/// The whole `main` of an executable with workers. Runs the worker if [`main`] finds one, otherwise `program`, and
/// prints its error after the program's `name`.
pub fn run<E: std::fmt::Display>(
    name: &str,
    workers: &[WorkerKind],
    program: impl FnOnce() -> Result<(), E>,
) -> ExitCode {
    if let Some(ended) = main(workers) {
        return ended;
    }
    match program() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Where nobody reads it, the exit code says enough.
            let _ = writeln!(std::io::stderr(), "{name}: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one of these workers if the first argument says that this process is one. Otherwise it closes this process to
/// others of the same user ([`crate::process::keep_private`]), and makes this executable the launcher of third-party
/// programs.
///
/// ```no_run
/// # use std::process::ExitCode;
/// fn main() -> ExitCode {
///     if let Some(ended) = foundation::worker::main(&[]) {
///         return ended;
///     }
///     // What the program is for.
///     ExitCode::SUCCESS
/// }
/// ```
#[must_use]
pub fn main(workers: &[WorkerKind]) -> Option<ExitCode> {
    let argument = std::env::args_os().nth(1).unwrap_or_default();
    if argument == launch::LAUNCH_ARGUMENT {
        return Some(launch::launcher_main());
    }
    if let Some(worker) = workers.iter().find(|worker| argument == worker.argument) {
        return Some((worker.main)());
    }
    if let Err(error) = crate::process::keep_private() {
        eprintln!("this process cannot be closed to others: {error}");
        return Some(ExitCode::FAILURE);
    }
    launch_through(std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into()));
    None
}
