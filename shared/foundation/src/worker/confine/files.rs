//! Landlock: files, TCP and signals.

use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, RestrictionStatus, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetError, RulesetStatus, Scope, path_beneath_rules,
};

/// The newest form of Landlock that this was tried with (Linux 6.15). An older kernel applies what it knows of it.
const TRIED: ABI = ABI::V7;

/// Leaves this thread nothing but these files and folders, no TCP, and no signals to others.
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

/// Whether files, TCP and signals can be restricted here.
pub(super) fn offered() -> [bool; 3] {
    let strict = || Ruleset::default().set_compatibility(CompatLevel::HardRequirement);
    let made = |ruleset: Result<Ruleset, RulesetError>| ruleset.and_then(Ruleset::create).is_ok();
    [
        made(strict().handle_access(AccessFs::from_all(ABI::V1))),
        made(strict().handle_access(AccessNet::from_all(ABI::V4))),
        made(strict().scope(Scope::Signal)),
    ]
}
