//! What tests need and a machine may lack: programs, Python packages, models, shared test data.
//!
//! A test that lacks something says so on standard error and returns. With `INTELLIMAINT_REQUIRE=all` in the environment
//! it fails instead. `scripts/test` counts the tests that were skipped, by the file that `INTELLIMAINT_SKIPPED` names.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fmt};

/// The root of the project.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// Something that a test needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needed<'a> {
    /// A program of this name, in the project's `.venv` or in the search path. Its path is the program's.
    Program(&'a str),
    /// A Python package of this name in the project's `.venv`. Its path is that of the Python that has it.
    PythonPackage(&'a str),
    /// A model that `scripts/models` makes, by its name. Its path is the folder's, in `MODELS_DIR` or where
    /// `scripts/models` puts it.
    Model(&'a str),
    /// A file or folder of the shared test data: relative to `INTELLIMAINT_DATA`, or to `../shared/data` beside the
    /// project.
    Data(&'a str),
}

impl Needed<'_> {
    /// The embedding model.
    pub const EMBEDDING_MODEL: Self = Self::Model("all-minilm-l6-v2");

    /// Its path, or `None` if this machine does not have it. Unlike [`need`], says nothing.
    #[must_use]
    pub fn find(self) -> Option<PathBuf> {
        match self {
            Self::Program(name) => program(name),
            Self::PythonPackage(name) => python_with(name),
            Self::Model(name) => Some(from_env("MODELS_DIR", "models").join(name)).filter(|folder| folder.is_dir()),
            Self::Data(path) => Some(from_env("INTELLIMAINT_DATA", "../shared/data").join(path)).filter(|p| p.exists()),
        }
    }
}

impl fmt::Display for Needed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Program(name) => write!(f, "{name} is not installed"),
            Self::PythonPackage(name) => write!(f, ".venv has no Python package {name}"),
            Self::Model(name) => write!(f, "the model {name} is not installed (scripts/models)"),
            Self::Data(path) => write!(f, "there is no shared test data {path} (INTELLIMAINT_DATA)"),
        }
    }
}

/// The path of what a test needs. If it is missing, says so, counts the test as skipped and returns `None`; the test
/// then returns:
///
/// ```ignore
/// let Some(folder) = need(Needed::Data("malformed")) else { return };
/// ```
///
/// # Panics
/// If it is missing and `INTELLIMAINT_REQUIRE` is `all`.
#[must_use]
pub fn need(needed: Needed<'_>) -> Option<PathBuf> {
    let found = needed.find();
    if found.is_none() {
        assert!(env::var("INTELLIMAINT_REQUIRE").as_deref() != Ok("all"), "{needed}");
        eprintln!("skipped: {needed}");
        if let Some(file) = env::var_os("INTELLIMAINT_SKIPPED") {
            record(Path::new(&file), needed);
        }
    }
    found
}

/// Adds a line to the file: the test, which has the name of its thread, a tab, and what it lacks.
fn record(file: &Path, needed: Needed<'_>) {
    let executable = env::current_exe().unwrap();
    let binary = executable.file_stem().unwrap().to_string_lossy();
    let binary = binary.rsplit_once('-').map_or(&*binary, |(name, _)| name);
    let thread = std::thread::current();
    let line = format!("{binary}::{}\t{needed}\n", thread.name().unwrap_or_default());
    let written =
        File::options().create(true).append(true).open(file).and_then(|mut file| file.write_all(line.as_bytes()));
    written.unwrap_or_else(|error| panic!("{}: {error}", file.display()));
}

fn from_env(variable: &str, default: &str) -> PathBuf {
    env::var_os(variable).map_or_else(|| Path::new(ROOT).join(default), PathBuf::from)
}

fn program(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let own = Path::new(ROOT).join(".venv/bin");
    std::iter::once(own)
        .chain(env::split_paths(&path))
        .map(|folder| folder.join(name))
        .find(|program| program.is_file())
}

fn python_with(package: &str) -> Option<PathBuf> {
    let python = Path::new(ROOT).join(".venv/bin/python");
    let imported = Command::new(&python).args(["-c", &format!("import {package}")]).output();
    imported.is_ok_and(|output| output.status.success()).then_some(python)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_found() {
        assert!(need(Needed::Program("sh")).is_some_and(|path| path.is_file()));
        for missing in [
            Needed::Program("no-such-program"),
            Needed::PythonPackage("no_such"),
            Needed::Model("no-such"),
            Needed::Data("no/such"),
        ] {
            assert_eq!(missing.find(), None, "{missing}");
        }
    }

    #[test]
    fn a_skipped_test_is_recorded_by_its_name() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("skipped");
        record(&file, Needed::Program("one"));
        record(&file, Needed::Data("two"));
        let test = "foundation::need::tests::a_skipped_test_is_recorded_by_its_name";
        let lines = std::fs::read_to_string(&file).unwrap();
        let expected = [Needed::Program("one"), Needed::Data("two")].map(|needed| format!("{test}\t{needed}\n"));
        assert_eq!(lines, expected.concat());
    }
}
