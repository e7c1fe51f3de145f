//! Protects this process from other processes.
//!
//! A process has its secrets in its environment and its memory. By default other processes of the same user can read
//! both, attach a debugger, and find the secrets in a core dump.

use std::io;

/// `true` allows debuggers. It is read straight from the environment, because it is needed before there is a
/// configuration. The configuration rejects it in production.
const DEBUGGERS: &str = "ALLOW_DEBUGGERS";

/// Closes this process to other processes of the same user: they can read neither its environment nor its memory, and
/// it leaves no core dump. Every program of this project calls it first. `ALLOW_DEBUGGERS=true` prevents it, outside of
/// production.
///
/// # Errors
/// If the system refuses. A program with secrets must then exit.
pub fn keep_private() -> io::Result<()> {
    let is = |name, value| std::env::var(name).is_ok_and(|set| set.trim().eq_ignore_ascii_case(value));
    if is(DEBUGGERS, "true") && !is("ENVIRONMENT", "production") {
        return Ok(());
    }
    close()
}

/// Closes this process, whatever the environment says.
///
/// # Errors
/// If the system refuses.
#[cfg(target_os = "linux")]
pub(crate) fn close() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Does nothing: other systems have no such setting.
///
/// # Errors
/// Never.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
pub(crate) fn close() -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
#[path = "process_tests.rs"]
mod tests;
