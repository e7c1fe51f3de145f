//! What other processes may see of this one.
//!
//! A process that holds secrets has them in its environment and in its memory. Other processes of the same user can read
//! both, attach a debugger, and find them in a core dump, unless the process says otherwise.

use std::io;

/// `true` leaves the process open to debuggers. Read straight from the environment, since it is wanted before there is
/// any configuration; the configuration refuses it in production.
const DEBUGGERS: &str = "ALLOW_DEBUGGERS";

/// Closes this process to others of the same user: they can read neither its environment nor its memory, and it leaves
/// no core dump. Every program of ours begins with it. `ALLOW_DEBUGGERS=true` leaves it open, outside of production.
///
/// # Errors
/// Where the system refuses. A program that holds secrets must not go on then.
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
/// Where the system refuses.
#[cfg(target_os = "linux")]
pub(crate) fn close() -> io::Result<()> {
    use rustix::process::{DumpableBehavior, set_dumpable_behavior};
    Ok(set_dumpable_behavior(DumpableBehavior::NotDumpable)?)
}

/// Other systems know no such switch.
///
/// # Errors
/// None.
#[cfg(not(target_os = "linux"))]
#[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
pub(crate) fn close() -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, target_os = "linux"))]
#[path = "process_tests.rs"]
mod tests;
