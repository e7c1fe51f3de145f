//! The child's side: limits and messages.

use std::io;
use std::io::Write;

use rlimit::Resource;
use serde::Serialize;

use super::confine::Confinement;

/// Typical address space of a program of this project in bytes.
const USUAL_PROGRAM: u64 = 256 << 20;

/// Limits the address space and processor time of this process and turns off core dumps. If the machine runs out of
/// memory, the system kills this process first.
///
/// # Errors
/// If the system refuses. The worker must then exit.
pub fn limit(memory_bytes: u64, cpu_seconds: u64) -> io::Result<()> {
    go_first();
    Resource::AS.set(memory_bytes, memory_bytes)?;
    Resource::CPU.set(cpu_seconds, cpu_seconds)?;
    Resource::CORE.set(0, 0)?;
    // Another child must not look into this one: it holds somebody's file.
    crate::process::close()
}

/// Sandboxes this worker: from now on it can only compute, write its messages, and read these files and folders. Call
/// it before reading the first untrusted byte and before starting threads.
///
/// # Errors
/// If the kernel refuses. The worker must then exit.
pub fn confine_to(read: Vec<std::path::PathBuf>) -> io::Result<()> {
    Confinement { ours: true, read, write: Vec::new() }.apply()
}

/// Limits and sandboxes this process, which is about to become another program.
///
/// # Errors
/// If the system refuses. The program must then not be run.
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

/// Sets a limit that cannot be raised again. A lower one that exists already stays.
fn at_most(resource: Resource, most: u64) -> io::Result<()> {
    let most = resource.get_hard()?.min(most);
    resource.set(most, most)
}

/// Makes this process the first to be killed if the machine runs out of memory. Only Linux offers that.
fn go_first() {
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
}

/// Sets the processor time in seconds, counted from its start, after which the system ends this process. It can be
/// raised again up to `most`.
///
/// # Errors
/// If the system refuses.
pub fn allow_time(cpu_seconds: u64, most: u64) -> io::Result<()> {
    Resource::CPU.set(cpu_seconds.min(most), most)
}

/// The address space in bytes that this process already takes, for its program and libraries. An estimate if the system
/// does not report it.
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
/// If the parent has exited.
pub fn send(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, message)?;
    out.write_all(b"\n")?;
    // The parent judges progress by what arrives.
    out.flush()
}
