//! What the kernel keeps a child process from, whatever its code does.
//!
//! Two mechanisms of Linux that need no rights: [Landlock](https://docs.kernel.org/userspace-api/landlock.html) for
//! files, TCP and signals, and [seccomp](https://docs.kernel.org/userspace-api/seccomp_filter.html) for system calls.
//! Neither can be taken back, and both hold for everything that the child starts.
//!
//! A kernel without one of them is worked on without it, and [`log_what_is_in_force`] says so. A kernel that has it and
//! refuses it is an error: the child must not go on.

#[cfg(target_os = "linux")]
mod calls;
#[cfg(target_os = "linux")]
mod files;
#[cfg(target_os = "linux")]
mod lists;
#[cfg(all(test, target_os = "linux"))]
mod tests;

use std::io;
use std::path::PathBuf;
use std::sync::Once;

/// `off` leaves children unconfined. It reaches them through their environment.
pub(crate) const SWITCH: &str = "SANDBOX";

/// What a child may still do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Confinement {
    /// Whether it is code of ours, which needs few system calls; any program else.
    pub(crate) ours: bool,
    /// Files, and folders with all that is in them, that it may read and execute. What is not there is passed over.
    pub(crate) read: Vec<PathBuf>,
    /// Files and folders that it may also write to.
    pub(crate) write: Vec<PathBuf>,
}

/// What of it this kernel offers to this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub struct Offered {
    /// Landlock: files and folders (Linux 5.13).
    pub files: bool,
    /// Landlock: TCP (Linux 6.7). Where system calls are filtered, no socket can be opened in any case.
    pub tcp: bool,
    /// Landlock: signals to processes outside (Linux 6.12).
    pub signals: bool,
    /// seccomp.
    pub system_calls: bool,
}

impl Confinement {
    /// Confines this thread, and whatever it starts, for good. Call it before there are other threads.
    ///
    /// # Errors
    /// Where the kernel has a mechanism and does not apply it.
    #[cfg(target_os = "linux")]
    pub(crate) fn apply(&self) -> io::Result<()> {
        if is_switched_off() {
            return Ok(());
        }
        files::restrict(&self.read, &self.write)?;
        calls::restrict(self.ours)
    }

    /// Other systems have neither mechanism.
    ///
    /// # Errors
    /// None.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
    pub(crate) fn apply(&self) -> io::Result<()> {
        Ok(())
    }
}

/// What this kernel offers.
#[cfg(target_os = "linux")]
#[must_use]
pub fn offered() -> Offered {
    let [files, tcp, signals] = files::offered();
    Offered { files, tcp, signals, system_calls: calls::is_offered() }
}

/// What this kernel offers: nothing.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn offered() -> Offered {
    Offered::default()
}

fn is_switched_off() -> bool {
    std::env::var(SWITCH).is_ok_and(|value| value.trim().eq_ignore_ascii_case("off"))
}

/// Says once, in the log, how children are confined here.
pub fn log_what_is_in_force() {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        let Offered { files, tcp, signals, system_calls } = offered();
        if is_switched_off() {
            tracing::warn!("SANDBOX is off: child processes read untrusted files without a sandbox of the kernel");
        } else if files && system_calls {
            tracing::info!(files, tcp, signals, system_calls, "child processes are confined by the kernel");
        } else {
            tracing::warn!(
                files,
                tcp,
                signals,
                system_calls,
                "this kernel confines child processes in part only (Landlock, seccomp): they read untrusted files with \
                 what rights this process has"
            );
        }
    });
}
