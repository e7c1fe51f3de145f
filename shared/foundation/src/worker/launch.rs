//! Starts third-party programs: this executable is started again, limits and sandboxes itself, and becomes that
//! program.

use std::ffi::OsString;
use std::io;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::sync::OnceLock;

use super::confine::{Confinement, SWITCH};
use super::{MISUSED, child};

/// The first argument that makes an executable of this project become another program.
pub(crate) const LAUNCH_ARGUMENT: &str = "launch-program";

/// Exit code if the limits or the sandbox could not be applied. `env` and `timeout` use it for their own failures.
const NOT_CONFINED: u8 = 125;
/// Exit code if the program cannot be executed, as in a shell.
const NO_PROGRAM: u8 = 126;
/// Exit code if there is no such program, as in a shell.
pub(crate) const NOT_FOUND: u8 = 127;

/// What every program may read: the system, without users' data and changing data. The program's own folders are added.
const SYSTEM: [&str; 37] = [
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/opt",
    "/nix/store",
    "/gnu/store",
    "/home/linuxbrew/.linuxbrew",
    "/etc/alternatives",
    "/etc/fonts",
    "/etc/group",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/ld.so.preload",
    "/etc/ld-musl-x86_64.path",
    "/etc/ld-musl-aarch64.path",
    "/etc/locale.alias",
    "/etc/localtime",
    "/etc/magic",
    "/etc/nsswitch.conf",
    "/etc/openal",
    "/etc/passwd",
    "/etc/profile",
    "/etc/ssl/openssl.cnf",
    "/etc/timezone",
    "/dev/random",
    "/dev/urandom",
    "/dev/zero",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/self",
    "/proc/sys/vm/overcommit_memory",
    "/sys/devices/system/cpu",
    "/sys/devices/system/node",
];

/// What every program may write to.
const SINKS: [&str; 2] = ["/dev/null", "/dev/full"];

/// Folders next to a `bin` folder that belong to its programs.
const BESIDE_BIN: [&str; 6] = ["lib", "lib32", "lib64", "libexec", "share", "pyvenv.cfg"];

/// Maximum number of symbolic links from a program's name to the program.
const MOST_LINKS: usize = 16;

/// The executable that becomes the program; see [`launch_through`].
pub(crate) static LAUNCHER: OnceLock<PathBuf> = OnceLock::new();

/// Sets the executable that programs are started through. It must begin with [`crate::worker::main`]. Only the first
/// call has an effect. An executable that itself begins with it need not call this.
pub fn launch_through(executable: PathBuf) {
    let _ = LAUNCHER.set(executable);
}

/// A program to run, with its limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Launch {
    pub(crate) memory_bytes: u64,
    pub(crate) cpu_seconds: u64,
    /// Files and folders that it may read in addition to its own.
    pub(crate) read: Vec<PathBuf>,
    /// Files and folders that it may write.
    pub(crate) write: Vec<PathBuf>,
    /// Its path, or its name in the search path.
    pub(crate) program: OsString,
    pub(crate) args: Vec<OsString>,
}

impl Launch {
    /// The arguments for the launcher. The arguments of the program follow them.
    pub(crate) fn to_args(&self) -> Vec<OsString> {
        let numbers = [self.memory_bytes, self.cpu_seconds, self.read.len() as u64, self.write.len() as u64];
        let numbers = numbers.map(|number| OsString::from(number.to_string())).into_iter();
        let paths = self.read.iter().chain(&self.write).map(OsString::from);
        numbers.chain(paths).chain([self.program.clone()]).chain(self.args.iter().cloned()).collect()
    }

    /// Parses [`Self::to_args`]; `None` for any other arguments.
    pub(crate) fn from_args(mut args: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut number = || args.next()?.to_str()?.parse::<u64>().ok();
        let (memory_bytes, cpu_seconds, read, write) = (number()?, number()?, number()?, number()?);
        let mut paths = |count: u64| (0..count).map(|_| args.next().map(PathBuf::from)).collect::<Option<Vec<_>>>();
        let (read, write) = (paths(read)?, paths(write)?);
        Some(Self { memory_bytes, cpu_seconds, read, write, program: args.next()?, args: args.collect() })
    }

    /// Becomes the program, with `stdout` as its output if given. Returns only if that fails, with the exit code.
    pub(crate) fn run(self, stdout: Option<Stdio>) -> u8 {
        let name = self.program.display().to_string();
        let Some(path) = found(&self.program) else {
            eprintln!("{name} is not there");
            return NOT_FOUND;
        };
        let mut command = Command::new(&path);
        command.args(&self.args).env_remove(SWITCH);
        if let Some(stdout) = stdout {
            command.stdout(stdout);
        }
        if let Err(error) = self.confine(&path) {
            eprintln!("{name} is not run, since it cannot be confined: {error}");
            return NOT_CONFINED;
        }
        let error = command.exec();
        eprintln!("{name} cannot be run: {error}");
        if error.kind() == io::ErrorKind::NotFound { NOT_FOUND } else { NO_PROGRAM }
    }

    fn confine(self, program: &Path) -> io::Result<()> {
        let read = SYSTEM.map(PathBuf::from).into_iter().chain(own(program)).chain(configured()).chain(self.read);
        let write = SINKS.map(PathBuf::from).into_iter().chain(self.write);
        let confinement = Confinement { ours: false, read: read.collect(), write: write.collect() };
        // Becoming another program needs a little memory, and below its limit this one, which may be large, gets no more.
        drop(std::hint::black_box(vec![0_u8; 64 * 1024]));
        child::limit_program(self.memory_bytes, self.cpu_seconds, &confinement)
    }
}

/// The main function of a launcher: reads a [`Launch`] from `argv[2..]`.
pub(super) fn launcher_main() -> ExitCode {
    let launch = Launch::from_args(std::env::args_os().skip(2));
    ExitCode::from(launch.map_or(MISUSED, |launch| launch.run(None)))
}

/// Finds a program by its path, or by its name in the search path.
fn found(program: &OsString) -> Option<PathBuf> {
    let path = PathBuf::from(program);
    if path.components().count() > 1 || path.is_absolute() {
        return path.exists().then_some(path);
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(&path)).find(|path| path.is_file())
}

/// The folders that belong to a program, with links resolved: those that contain it and, next to a `bin`, its siblings.
fn own(program: &Path) -> Vec<PathBuf> {
    let mut own = Vec::new();
    let mut hop = std::path::absolute(program).unwrap_or_else(|_| program.to_owned());
    for _ in 0..MOST_LINKS {
        let Some(folder) = hop.parent().map(Path::to_owned) else { break };
        if folder.file_name().is_some_and(|name| name == "bin")
            && let Some(beside) = folder.parent()
        {
            own.extend(BESIDE_BIN.map(|name| beside.join(name)));
        }
        own.extend([folder.clone(), hop.clone()]);
        match std::fs::read_link(&hop) {
            Ok(target) => hop = folder.join(target),
            Err(_) => break,
        }
    }
    // Where a folder on the way is a link too.
    own.extend(program.canonicalize());
    own.retain(|path| path.parent().is_some());
    own
}

/// The folders of programs, libraries and Tesseract's languages that the environment names.
fn configured() -> Vec<PathBuf> {
    let listed = ["PATH", "LD_LIBRARY_PATH", "TESSDATA_PREFIX"].into_iter().filter_map(std::env::var_os);
    let folders = listed.flat_map(|list| std::env::split_paths(&list).collect::<Vec<_>>());
    // An empty entry is the folder that the program is started in, and the root is everything.
    folders.filter(|folder| folder.parent().is_some_and(|parent| !parent.as_os_str().is_empty())).collect()
}

#[cfg(test)]
#[path = "launch_tests.rs"]
pub(crate) mod tests;
