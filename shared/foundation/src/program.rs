//! Runs third-party programs on untrusted data, with limits and without secrets.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::process::Command;
use tokio::time::timeout;

use crate::worker::confine::SWITCH;
use crate::worker::launch::{LAUNCHER, Launch, NOT_FOUND};

/// Bytes of a program's standard error that are kept for the log.
const MOST_STDERR: u64 = 4_096;

/// Limits of one run.
#[derive(Debug, Clone, Copy)]
pub struct ProgramLimits {
    /// Maximum wall-clock time, and maximum processor time.
    pub time: Duration,
    /// Maximum address space in bytes.
    pub memory: u64,
    /// Maximum output in bytes.
    pub output: u64,
}

/// Why a program failed.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// It is not installed.
    #[error("{0} is not installed")]
    Missing(String),
    /// It exceeded its time limit.
    #[error("{0} took too long")]
    TookTooLong(String),
    /// It exceeded its output limit.
    #[error("{0} wrote too much")]
    TooMuchOutput(String),
    /// It exited with an error: its name, and its exit status and standard error.
    #[error("{0} failed: {1}")]
    Failed(String, String),
    /// It could not be started or its pipes broke.
    #[error("{0} cannot be run")]
    Broken(String, #[source] io::Error),
}

/// Variables that a program gets from our environment, which holds secrets: the locations of programs, their libraries
/// and Tesseract's languages, and whether to sandbox.
const PASSED_ON: [&str; 4] = ["PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", SWITCH];

/// Files that a program may use in addition to its own and the system's.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProgramFiles<'a> {
    /// Files and folders that it may read. Folders include their contents.
    pub read: &'a [PathBuf],
    /// Files and folders that it may write.
    pub write: &'a [PathBuf],
}

/// A command with limits on its time and memory. Of our environment it gets only the locations of programs and their files.
/// It runs in one thread, since processors are shared, and is killed when the handle of the child is dropped. The
/// [sandbox](crate::worker::confine) denies it the network and other processes, and all files except the system's, its
/// own, and `files`.
///
/// If there is no such program, the child exits with 127, as a shell does.
///
/// # Errors
/// If this executable does not begin with [`crate::worker::main`] and [`crate::worker::launch_through`] has named no
/// other.
pub fn limited(program: impl AsRef<OsStr>, limits: ProgramLimits, files: ProgramFiles<'_>) -> io::Result<Command> {
    let launch = Launch {
        memory_bytes: limits.memory,
        cpu_seconds: limits.time.as_secs().max(1),
        read: files.read.to_vec(),
        write: files.write.iter().cloned().chain(notes_of_a_stand_in(program.as_ref())).collect(),
        program: program.as_ref().to_owned(),
        args: Vec::new(),
    };
    let mut command = launcher()?;
    command
        .args(launch.to_args())
        .env_clear()
        .envs(PASSED_ON.iter().filter_map(|name| Some((name, std::env::var_os(name)?))))
        .env("LC_ALL", "C.UTF-8")
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // Signals to its own group reach neither us nor other children.
        .process_group(0)
        .kill_on_drop(true);
    Ok(command)
}

fn launcher() -> io::Result<Command> {
    #[cfg(any(test, feature = "test-support"))]
    if LAUNCHER.get().is_none() {
        return Ok(crate::worker::test_launcher::launcher().into());
    }
    let missing = || io::Error::other("this executable does not begin with foundation::worker::main");
    let mut command = Command::new(LAUNCHER.get().ok_or_else(missing)?);
    command.arg(crate::worker::launch::LAUNCH_ARGUMENT);
    Ok(command)
}

#[cfg(not(any(test, feature = "test-support")))]
fn notes_of_a_stand_in(_: &OsStr) -> Option<PathBuf> {
    None
}

/// The folder of a script that stands in for a program in a test, so that it can record what it did.
#[cfg(any(test, feature = "test-support"))]
fn notes_of_a_stand_in(program: &OsStr) -> Option<PathBuf> {
    let folder = Path::new(program).parent()?;
    // A program of ours, which a test starts, keeps its rules.
    let is_stand_in = LAUNCHER.get().is_none() && folder.starts_with(std::env::temp_dir());
    is_stand_in.then(|| folder.to_owned())
}

/// Whether there is a program with this path, or with this name in the search path.
#[must_use]
pub fn is_installed(program: &str) -> bool {
    if program.contains('/') {
        return Path::new(program).is_file();
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// Runs `program` with `args` and `input`, and returns its output. Dropping the future kills the program.
///
/// # Errors
/// If the program is not installed, cannot be started, exits with an error, or exceeds a limit.
pub async fn run(program: &str, args: &[&str], input: &[u8], limits: ProgramLimits) -> Result<Vec<u8>, ProgramError> {
    let command = limited(program, limits, ProgramFiles::default());
    run_command(command, program, args, input, limits).await
}

/// The same for a command that [`limited`] returned. Errors name the program as `program`.
///
/// # Errors
/// As [`run`].
pub async fn run_command(
    command: io::Result<Command>,
    program: &str,
    args: &[&str],
    input: &[u8],
    limits: ProgramLimits,
) -> Result<Vec<u8>, ProgramError> {
    let name = || program.rsplit('/').next().unwrap_or(program).to_owned();
    let broken = |error| ProgramError::Broken(name(), error);
    let mut child = command.map_err(broken)?.args(args).spawn().map_err(broken)?;
    let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(mut stdin), Some(stdout), Some(stderr)) = (stdin, stdout, stderr) else {
        return Err(broken(io::Error::other("no pipes")));
    };
    let (mut output, mut complaint) = (Vec::new(), Vec::new());
    let (mut stdout, mut stderr) = (stdout.take(limits.output + 1), stderr.take(MOST_STDERR));
    let work = async {
        let write = async {
            // A program may well end before it has read everything.
            drop(stdin.write_all(input).await);
            drop(stdin);
            Ok(())
        };
        let read = async {
            stdout.read_to_end(&mut output).await?;
            // Nobody reads on: whatever else it has to say must not keep it.
            drop(stdout);
            Ok(())
        };
        let listen = async {
            stderr.read_to_end(&mut complaint).await?;
            drop(stderr);
            Ok::<_, io::Error>(())
        };
        tokio::try_join!(write, read, listen)?;
        child.wait().await
    };
    let status = match timeout(limits.time, work).await {
        Err(_) => return Err(ProgramError::TookTooLong(name())),
        Ok(ended) => ended.map_err(broken)?,
    };
    if output.len() as u64 > limits.output {
        return Err(ProgramError::TooMuchOutput(name()));
    }
    match status.code() {
        Some(0) => Ok(output),
        Some(code) if code == i32::from(NOT_FOUND) => Err(ProgramError::Missing(name())),
        _ => {
            let complaint = String::from_utf8_lossy(&complaint).trim().to_owned();
            Err(ProgramError::Failed(name(), format!("{status}: {complaint}")))
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const LIMITS: ProgramLimits =
        ProgramLimits { time: Duration::from_secs(5), memory: 1024 * 1024 * 1024, output: 1_000_000 };

    async fn shell(script: &str, input: &[u8], limits: ProgramLimits) -> Result<Vec<u8>, ProgramError> {
        run("sh", &["-c", script], input, limits).await
    }

    #[tokio::test]
    async fn what_a_program_writes_comes_back() {
        let input = vec![b'x'; 300_000];
        assert_eq!(shell("cat", &input, LIMITS).await.unwrap(), input);
        assert_eq!(shell("echo done", &input, LIMITS).await.unwrap(), b"done\n", "it need not read its input");
    }

    #[tokio::test]
    async fn each_way_to_fail_has_its_error() {
        let missing = run("no-such-program-here", &[], b"", LIMITS).await;
        assert!(matches!(missing, Err(ProgramError::Missing(_))), "{missing:?}");
        let failed = shell("echo no >&2; exit 3", b"", LIMITS).await;
        assert!(matches!(&failed, Err(ProgramError::Failed(_, said)) if said.contains("no")), "{failed:?}");
        let slow = shell("sleep 20", b"", ProgramLimits { time: Duration::from_millis(200), ..LIMITS }).await;
        assert!(matches!(slow, Err(ProgramError::TookTooLong(_))), "{slow:?}");
        let wordy = shell("yes", b"", ProgramLimits { output: 1000, ..LIMITS }).await;
        assert!(matches!(wordy, Err(ProgramError::TooMuchOutput(_))), "{wordy:?}");
    }

    #[tokio::test]
    async fn no_secret_reaches_a_program() {
        const OPEN: [&str; 9] =
            ["PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX", "LC_ALL", "OMP_THREAD_LIMIT", "PWD", "OLDPWD", "SHLVL", "_"];
        let environment = String::from_utf8(shell("env", b"", LIMITS).await.unwrap()).unwrap();
        let names: Vec<&str> = environment.lines().filter_map(|line| line.split('=').next()).collect();
        assert!(names.iter().all(|name| OPEN.contains(name)), "{names:?}");
        assert!(environment.contains("OMP_THREAD_LIMIT=1\n"), "{environment}");
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn memory_is_limited() {
        let script = "exec awk 'BEGIN { s = \"x\"; while (1) s = s s }'";
        let greedy = shell(script, b"", ProgramLimits { memory: 64 * 1024 * 1024, ..LIMITS }).await;
        assert!(matches!(greedy, Err(ProgramError::Failed(..))), "{greedy:?}");
    }
}
