//! Worker processes: this program, started again to read a file that nobody can trust.
//!
//! Parsers of PDF files and decoders of sound hang, exhaust memory and crash on bad files. They run in
//! a child process, which is the same executable with a hidden first argument. The child limits its
//! own memory and processor time and [confines](confine) itself before it reads a byte, and sees none of our
//! environment. It answers with one JSON object a line; a line may say how many bytes follow it.
//!
//! Programs of others ([`crate::program`]) are started the same way: the child limits and confines itself and then
//! becomes that program.
//!
//! Every program that reads such files or starts such programs begins with [`run`] or [`main`].

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

/// Exit code of a worker that does not understand its arguments.
pub const MISUSED: u8 = 2;
/// Exit code of a worker that could not limit or confine itself.
pub const UNLIMITED: u8 = 3;

/// A kind of worker that an executable may become.
#[derive(Debug, Clone, Copy)]
pub struct WorkerKind {
    /// First argument of an executable that is one.
    pub argument: &'static str,
    /// What it does then.
    pub main: fn() -> ExitCode,
}

/// The whole `main` of a program that reads such files: the work of a worker where [`main`] finds one, else `program`,
/// whose failure is printed after the program's `name`.
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

/// Does the work of one of these workers, where the first argument says that this process is one. Else it closes this
/// process to others of the same user ([`crate::process::keep_private`]), and programs of others are started through it.
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
