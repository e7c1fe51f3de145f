//! System calls, filtered by seccomp.
//!
//! Our own workers may make only the calls that they need. The needs of third-party programs are unknown, so they are
//! denied what none of them should need: the network, other processes, and administration of the machine. A denied call
//! fails with `EPERM`, as for a missing permission, so that a program can report it.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch, apply_filter,
};

#[cfg(target_arch = "x86_64")]
use super::lists::X32;
use super::lists::{NAMESPACES, NEEDED, NEEDED_BESIDE, REFUSED, REFUSED_BESIDE, TO_ITSELF};

/// Exists if the kernel can filter system calls.
const MARK: &str = "/proc/sys/kernel/seccomp/actions_avail";

/// System calls with alternative rules, one of which must match; an empty list always matches.
type Rules = BTreeMap<i64, Vec<SeccompRule>>;

/// Whether this kernel can filter system calls.
pub(super) fn is_offered() -> bool {
    Path::new(MARK).exists() && TargetArch::try_from(std::env::consts::ARCH).is_ok()
}

/// Filters the system calls of this thread permanently.
pub(super) fn restrict(ours: bool) -> io::Result<()> {
    if !is_offered() {
        return Ok(());
    }
    let filters = filters(ours).map_err(io::Error::other)?;
    filters.iter().try_for_each(|filter| apply_filter(filter)).map_err(io::Error::other)
}

fn filters(ours: bool) -> Result<Vec<BpfProgram>, BackendError> {
    let refuse = SeccompAction::Errno(code(libc::EPERM));
    // Its arguments lie in memory, where no filter sees them. Who is told that there is no such call uses `clone`.
    let no_clone3 = compiled(
        Rules::from([(libc::SYS_clone3, Vec::new())]),
        SeccompAction::Allow,
        SeccompAction::Errno(code(libc::ENOSYS)),
    )?;
    let calls = if ours {
        compiled(needed()?, refuse, SeccompAction::Allow)?
    } else {
        compiled(refused()?, SeccompAction::Allow, refuse)?
    };
    Ok(if ours { vec![no_clone3, calls] } else { vec![calls, no_clone3] })
}

fn compiled(rules: Rules, other: SeccompAction, these: SeccompAction) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, other, these, TargetArch::try_from(std::env::consts::ARCH)?)?.try_into()
}

fn needed() -> Result<Rules, BackendError> {
    let mut rules: Rules = NEEDED.iter().chain(NEEDED_BESIDE).map(|call| (*call, Vec::new())).collect();
    // Threads, but no processes.
    let thread = flag(libc::CLONE_THREAD);
    rules.insert(libc::SYS_clone, vec![rule(0, SeccompCmpOp::MaskedEq(thread), thread)?]);
    let this = u64::from(std::process::id());
    rules.insert(libc::SYS_tgkill, vec![rule(0, SeccompCmpOp::Eq, this)?]);
    rules.insert(libc::SYS_prlimit64, vec![rule(0, SeccompCmpOp::Eq, 0)?, rule(0, SeccompCmpOp::Eq, this)?]);
    Ok(rules)
}

fn refused() -> Result<Rules, BackendError> {
    let mut rules: Rules = REFUSED.iter().chain(REFUSED_BESIDE).map(|call| (*call, Vec::new())).collect();
    let this = u64::from(std::process::id());
    for call in TO_ITSELF {
        let to_another = vec![condition(0, SeccompCmpOp::Ne, 0)?, condition(0, SeccompCmpOp::Ne, this)?];
        rules.insert(*call, vec![SeccompRule::new(to_another)?]);
    }
    let namespaces = NAMESPACES.map(|namespace| {
        let namespace = flag(namespace);
        rule(0, SeccompCmpOp::MaskedEq(namespace), namespace)
    });
    rules.insert(libc::SYS_clone, namespaces.into_iter().collect::<Result<_, _>>()?);
    #[cfg(target_arch = "x86_64")]
    for (call, how) in rules.clone() {
        rules.entry(call | X32).or_insert(how);
    }
    Ok(rules)
}

fn rule(argument: u8, compare: SeccompCmpOp, value: u64) -> Result<SeccompRule, BackendError> {
    SeccompRule::new(vec![condition(argument, compare, value)?])
}

fn condition(argument: u8, compare: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, value)
}

/// A flag as a filter compares it.
fn flag(flag: libc::c_int) -> u64 {
    u64::from(flag.cast_unsigned())
}

/// An error as a filter returns it.
fn code(error: libc::c_int) -> u32 {
    error.cast_unsigned()
}
