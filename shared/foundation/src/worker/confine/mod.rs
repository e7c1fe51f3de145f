//! The sandbox of child processes, enforced by the kernel.
//!
//! It uses two mechanisms of Linux that need no privileges:
//! [Landlock](https://docs.kernel.org/userspace-api/landlock.html) for files, TCP and signals, and
//! [seccomp](https://docs.kernel.org/userspace-api/seccomp_filter.html) for system calls. Neither can be undone, and
//! both are inherited by everything that the child starts.
//!
//! On a kernel without one of them, children run without it, and [`log_what_is_in_force`] says so. If the kernel has
//! one but refuses to apply it, the child must exit.

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

/// `off` turns the sandbox off. Children get the variable too.
pub(crate) const SWITCH: &str = "SANDBOX";

/// What a child process may do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Confinement {
    /// Whether it runs our own code, which needs few system calls, or a third-party program.
    pub(crate) ours: bool,
    /// Files and folders, including their contents, that it may read and execute. Missing ones are ignored.
    pub(crate) read: Vec<PathBuf>,
    /// Files and folders that it may also write.
    pub(crate) write: Vec<PathBuf>,
}

/// What the kernel supports for this process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts")]
pub struct Offered {
    /// Landlock: files and folders (Linux 5.13).
    pub files: bool,
    /// Landlock: TCP (Linux 6.7). If system calls are filtered, no socket can be opened anyway.
    pub tcp: bool,
    /// Landlock: signals to other processes (Linux 6.12).
    pub signals: bool,
    /// seccomp.
    pub system_calls: bool,
}

impl Confinement {
    /// Sandboxes this thread and everything it starts, permanently. Call it before starting other threads.
    ///
    /// # Errors
    /// If the kernel supports a mechanism but refuses to apply it.
    #[cfg(target_os = "linux")]
    pub(crate) fn apply(&self) -> io::Result<()> {
        if is_switched_off() {
            return Ok(());
        }
        files::restrict(&self.read, &self.write)?;
        calls::restrict(self.ours)
    }

    /// Does nothing: other systems have neither mechanism.
    ///
    /// # Errors
    /// Never.
    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unnecessary_wraps, reason = "as on Linux")]
    pub(crate) fn apply(&self) -> io::Result<()> {
        Ok(())
    }
}

/// What this kernel supports.
#[cfg(target_os = "linux")]
#[must_use]
pub fn offered() -> Offered {
    let [files, tcp, signals] = files::offered();
    Offered { files, tcp, signals, system_calls: calls::is_offered() }
}

/// What this kernel supports: nothing.
#[cfg(not(target_os = "linux"))]
#[must_use]
pub fn offered() -> Offered {
    Offered::default()
}

fn is_switched_off() -> bool {
    std::env::var(SWITCH).is_ok_and(|value| value.trim().eq_ignore_ascii_case("off"))
}

/// Logs once how child processes are sandboxed on this system.
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
