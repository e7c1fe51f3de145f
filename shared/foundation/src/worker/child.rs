//! The child side: limits, and messages.

use std::io;
use std::io::Write;

use rlimit::Resource;
use serde::Serialize;

use super::confine::Confinement;

/// Bytes of address space that a program of ours takes.
const USUAL_PROGRAM: u64 = 256 << 20;

/// Limits this process to so many bytes of address space and seconds of processor time, and lets it
/// leave no core dump. Where the machine runs out of memory, it is the first to go.
///
/// # Errors
/// Where the system refuses. A worker must not go on then.
pub fn limit(memory_bytes: u64, cpu_seconds: u64) -> io::Result<()> {
    go_first();
    Resource::AS.set(memory_bytes, memory_bytes)?;
    Resource::CPU.set(cpu_seconds, cpu_seconds)?;
    Resource::CORE.set(0, 0)?;
    // Another child must not look into this one: it holds somebody's file.
    crate::process::close()
}

/// Leaves this process, which is a worker, nothing but to compute, to write its messages, and to read these files and
/// folders. Call it before the first byte of an untrusted file is read, and before there are other threads.
///
/// # Errors
/// Where the kernel refuses. A worker must not go on then.
pub fn confine_to(read: Vec<std::path::PathBuf>) -> io::Result<()> {
    Confinement { ours: true, read, write: Vec::new() }.apply()
}

/// Limits and confines this process, which is about to become another program.
///
/// # Errors
/// Where the system refuses. The program must not be run then.
pub(super) fn limit_program(memory_bytes: u64, cpu_seconds: u64, confinement: &Confinement) -> io::Result<()> {
    go_first();
    at_most(Resource::CPU, cpu_seconds)?;
    // One byte and not none: a system that hands core dumps to a program does so whatever their size, except at this one.
    at_most(Resource::CORE, 1)?;
    confinement.apply()?;
    // Last, since this program may take more already than the other may. A system without such a limit goes without.
    let _ = at_most(Resource::AS, memory_bytes);
    Ok(())
}

/// Sets a limit that the system cannot raise again: where one that is lower stands already, that one stays.
fn at_most(resource: Resource, most: u64) -> io::Result<()> {
    let most = resource.get_hard()?.min(most);
    resource.set(most, most)
}

/// Where the machine runs out of memory, this process is the first to go. Linux only; elsewhere there is no such choice.
fn go_first() {
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Sets the processor time after which the system ends this process, in seconds from its start; it
/// can be raised again up to `most`.
///
/// # Errors
/// Where the system refuses.
pub fn allow_time(cpu_seconds: u64, most: u64) -> io::Result<()> {
    Resource::CPU.set(cpu_seconds.min(most), most)
}

/// Bytes of address space that this process takes already: its program and libraries. A guess where the
/// system does not tell.
#[must_use]
pub fn own_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("VmSize:"));
    let kib = size.and_then(|size| size.trim().strip_suffix("kB")).and_then(|size| size.trim().parse::<u64>().ok());
    kib.map_or(USUAL_PROGRAM, |kib| kib * 1024)
}

/// Writes a message.
///
/// # Errors
/// Where the parent has gone.
pub fn send(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, message)?;
    out.write_all(b"\n")?;
    // The parent judges progress by what arrives.
    out.flush()
}
