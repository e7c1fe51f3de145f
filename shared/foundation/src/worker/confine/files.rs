//! Files, TCP and signals, restricted by Landlock.

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// The newest version of Landlock that was tested (Linux 6.15). An older kernel applies what it supports.
const TRIED: ABI = ABI::V7;

/// Restricts this thread to these files and folders, without TCP and without signals to other processes.
pub(super) fn restrict(read: &[PathBuf], write: &[PathBuf]) -> io::Result<()> {
    let status = restricted(read, write).map_err(io::Error::other)?;
    if status.ruleset == RulesetStatus::NotEnforced && offered() != [false; 3] {
        return Err(io::Error::other("Landlock is there but was not applied"));
    }
    Ok(())
}

fn restricted(read: &[PathBuf], write: &[PathBuf]) -> Result<RestrictionStatus, RulesetError> {
    Ruleset::default()
        .handle_access(AccessFs::from_all(TRIED))?
        .handle_access(AccessNet::from_all(TRIED))?
        .scope(Scope::from_all(TRIED))?
        .create()?
        .add_rules(path_beneath_rules(read, AccessFs::from_read(TRIED)))?
        // Nothing that was written there is executed.
        .add_rules(path_beneath_rules(write, AccessFs::from_all(TRIED) & !AccessFs::Execute))?
        .restrict_self()
}

/// Whether this kernel can restrict files, TCP and signals.
pub(super) fn offered() -> [bool; 3] {
    let strict = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let made = |ruleset: Result<Ruleset, RulesetError>| ruleset.and_then(Ruleset::create).is_ok();
    [
        made(strict().handle_access(AccessFs::from_all(ABI::V1))),
        made(strict().handle_access(AccessNet::from_all(ABI::V4))),
        made(strict().scope(Scope::Signal)),
    ]
}
