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
#[cfg(any(feature = "documents", feature = "speech"))]
mod ended;
pub(crate) mod launch;
#[cfg(any(feature = "documents", feature = "speech"))]
mod parent;

use std::io::Write as _;
use std::process::ExitCode;

#[cfg(feature = "speech")]
pub(crate) use child::{allow_time, own_memory};
#[cfg(any(feature = "documents", feature = "speech"))]
pub(crate) use child::{confine_to, limit, send};
#[cfg(any(feature = "documents", feature = "speech"))]
pub(crate) use ended::Ended;
#[cfg(any(feature = "documents", feature = "speech"))]
pub(crate) use parent::Worker;

/// Exit code of a worker that does not understand its arguments.
pub(crate) const MISUSED: u8 = 2;
/// Exit code of a worker that could not limit or confine itself.
#[cfg(any(feature = "documents", feature = "speech"))]
pub(crate) const UNLIMITED: u8 = 3;

/// The whole `main` of a program that reads such files: the work of a worker where [`main`] finds one, else `program`,
/// whose failure is printed after the program's `name`.
pub fn run<E: std::fmt::Display>(name: &str, program: impl FnOnce() -> Result<(), E>) -> ExitCode {
    if let Some(ended) = main() {
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

/// Does the work of a worker, where the first argument says that this process is one. Else it closes this process to
/// others of the same user ([`crate::process::keep_private`]), and programs of others are started through it.
///
/// ```no_run
/// # use std::process::ExitCode;
/// fn main() -> ExitCode {
///     if let Some(ended) = shared::worker::main() {
///         return ended;
///     }
///     // What the program is for.
///     ExitCode::SUCCESS
/// }
/// ```
#[must_use]
pub fn main() -> Option<ExitCode> {
    let argument = std::env::args_os().nth(1).unwrap_or_default();
    if argument == launch::LAUNCH_ARGUMENT {
        return Some(launch::launcher_main());
    }
    #[cfg(feature = "documents")]
    if argument == crate::documents::pdf::WORKER_ARGUMENT {
        return Some(crate::documents::pdf::worker_main());
    }
    #[cfg(feature = "speech")]
    if argument == crate::speech::audio::WORKER_ARGUMENT {
        return Some(crate::speech::audio::worker_main());
    }
    if let Err(error) = crate::process::keep_private() {
        eprintln!("this process cannot be closed to others: {error}");
        return Some(ExitCode::FAILURE);
    }
    crate::program::launch_through(std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into()));
    None
}
