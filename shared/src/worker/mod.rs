//! Worker processes: this program, started again to read a file that nobody can trust.
//!
//! Parsers of PDF files and decoders of sound hang, exhaust memory and crash on bad files. They run in
//! a child process, which is the same executable with a hidden first argument. The child limits its
//! own memory and processor time before it reads a byte, and sees none of our environment. It answers
//! with one JSON object a line; a line may say how many bytes follow it.
//!
//! Every program that reads such files begins with [`main`].

mod child;
mod ended;
mod parent;

use std::process::ExitCode;

#[cfg(feature = "speech")]
pub(crate) use child::{allow_time, own_memory};
pub(crate) use child::{limit, send};
pub(crate) use ended::Ended;
pub(crate) use parent::Worker;

/// Exit code of a worker that does not understand its arguments.
pub(crate) const MISUSED: u8 = 2;
/// Exit code of a worker that could not limit itself.
pub(crate) const UNLIMITED: u8 = 3;

/// Does the work of a worker, where the first argument says that this process is one.
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
    let argument = std::env::args_os().nth(1)?;
    #[cfg(feature = "documents")]
    if argument == crate::documents::pdf::WORKER_ARGUMENT {
        return Some(crate::documents::pdf::worker_main());
    }
    #[cfg(feature = "speech")]
    if argument == crate::speech::audio::WORKER_ARGUMENT {
        return Some(crate::speech::audio::worker_main());
    }
    None
}
