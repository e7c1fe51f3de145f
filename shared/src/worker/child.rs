//! The child side: limits, and messages.

use std::io::{self, Write};

use rlimit::Resource;
use serde::Serialize;

/// Bytes of address space that a program of ours takes.
#[cfg(feature = "speech")]
const USUAL_PROGRAM: u64 = 256 << 20;

/// Limits this process to so many bytes of address space and seconds of processor time, and lets it
/// leave no core dump. Where the machine runs out of memory, it is the first to go.
///
/// # Errors
/// Where the system refuses. A worker must not go on then.
pub(crate) fn limit(memory_bytes: u64, cpu_seconds: u64) -> io::Result<()> {
    // Linux only; elsewhere there is no such choice.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    Resource::AS.set(memory_bytes, memory_bytes)?;
    Resource::CPU.set(cpu_seconds, cpu_seconds)?;
    Resource::CORE.set(0, 0)
}

/// Sets the processor time after which the system ends this process, in seconds from its start; it
/// can be raised again up to `most`.
///
/// # Errors
/// Where the system refuses.
#[cfg(feature = "speech")]
pub(crate) fn allow_time(cpu_seconds: u64, most: u64) -> io::Result<()> {
    Resource::CPU.set(cpu_seconds.min(most), most)
}

/// Bytes of address space that this process takes already: its program and libraries. A guess where the
/// system does not tell.
#[cfg(feature = "speech")]
pub(crate) fn own_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = size.and_then(|size| size.trim().strip_suffix("kB")).and_then(|size| size.trim().parse::<u64>().ok());
    kib.map_or(USUAL_PROGRAM, |kib| kib * 1024)
}

/// Writes a message.
///
/// # Errors
/// Where the parent has gone.
pub(crate) fn send(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, message)?;
    out.write_all(b"\n")?;
    // The parent judges progress by what arrives.
    out.flush()
}
