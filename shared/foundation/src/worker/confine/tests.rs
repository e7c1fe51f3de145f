#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

//! What children can do, tried from inside of them.

use std::collections::BTreeMap;
use std::io;
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::{Confinement, Offered, SWITCH, offered};
use crate::program::{ProgramFiles, ProgramLimits, limited, run, run_command};

const LIMITS: ProgramLimits = ProgramLimits { time: Duration::from_secs(20), memory: 4 << 30, output: 1_000_000 };

/// What was tried, and whether it worked.
type Tried = BTreeMap<String, bool>;

/// This machine's kernel has both, which the documents say was tried here. Elsewhere these tests say what is not.
fn here() -> Offered {
    let offered = offered();
    println!("this kernel offers {offered:?}");
    offered
}

/// Tries everything that a worker must not do, on a thread like those that read files.
fn tried_by_a_worker(read: &Path, parent: rustix::process::Pid) -> Tried {
    let worked = |name: &str, result: io::Result<()>| (name.to_owned(), result.is_ok());
    let outside = "127.0.0.1:9".parse().unwrap();
    // Nobody listens there: refused by the other side is as good as reached.
    let reached = |result: io::Result<TcpStream>| match result {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        other => other.map(drop),
    };
    [
        worked("tcp", reached(TcpStream::connect_timeout(&outside, Duration::from_secs(1)))),
        worked("listen", TcpListener::bind("127.0.0.1:0").map(drop)),
        worked("udp", UdpSocket::bind("127.0.0.1:0").map(drop)),
        worked("unix", UnixStream::pair().map(drop)),
        worked("write here", std::fs::write("confined.tmp", "x")),
        worked("write /tmp", tempfile::NamedTempFile::new().map(drop)),
        worked("read system", std::fs::read("/etc/passwd").map(drop)),
        worked("list system", std::fs::read_dir("/etc").map(drop)),
        worked("read own", std::fs::read(read.join("own")).map(drop)),
        worked("start", Command::new("/bin/true").status().map(drop)),
        worked("trace", rustix::process::test_kill_process(parent).map_err(Into::into)),
        worked("thread", std::thread::Builder::new().spawn(|| 1 + 1).map(|thread| drop(thread.join()))),
        worked("memory", vec![0_u8; 1].try_reserve(64 << 20).map_err(io::Error::other)),
    ]
    .into()
}

/// Runs [`as_worker`] in a child of its own.
fn worker(confined: bool, folder: &Path) -> Tried {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "worker::confine::tests::as_worker", "--ignored", "--nocapture"]);
    child.env("CONFINED_FOLDER", folder).env(SWITCH, if confined { "on" } else { "off" }).current_dir(folder);
    let output = child.stderr(Stdio::inherit()).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let line = said.lines().find_map(|line| line.split_once("TRIED ")).unwrap_or_else(|| panic!("{said}"));
    serde_json::from_str(line.1).unwrap()
}

#[test]
#[ignore = "a child of `worker`"]
fn as_worker() {
    let Some(folder) = std::env::var_os("CONFINED_FOLDER").map(PathBuf::from) else { return };
    let parent = rustix::process::getppid().unwrap();
    Confinement { ours: true, read: vec![folder.clone()], write: Vec::new() }.apply().unwrap();
    let tried = std::thread::spawn(move || tried_by_a_worker(&folder, parent)).join().unwrap();
    println!("TRIED {}", serde_json::to_string(&tried).unwrap());
}

#[test]
fn a_worker_can_compute_and_nothing_else() {
    let (folder, Offered { files, system_calls, .. }) = (tempfile::tempdir().unwrap(), here());
    std::fs::write(folder.path().join("own"), "x").unwrap();
    let open = worker(false, folder.path());
    assert!(open.values().all(|worked| *worked), "unconfined, all of it works, or this test shows nothing: {open:?}");
    let tried = worker(true, folder.path());
    for allowed in ["read own", "thread", "memory"] {
        assert!(tried[allowed], "{allowed}: {tried:?}");
    }
    let by_files = ["write here", "write /tmp", "read system", "list system"];
    let by_calls = ["tcp", "listen", "udp", "unix", "start", "trace"];
    for name in by_files {
        assert_eq!(tried[name], !files, "{name}: {tried:?}");
    }
    for name in by_calls {
        assert_eq!(tried[name], !system_calls, "{name}: {tried:?}");
    }
}

/// What a shell says of a script that a launched program runs.
async fn works(script: &str, files: ProgramFiles<'_>) -> bool {
    let command = limited("sh", LIMITS, files);
    run_command(command, "sh", &["-c", script], b"", LIMITS).await.is_ok()
}

#[tokio::test]
async fn a_program_reads_the_system_and_changes_nothing() {
    let (folder, Offered { files, .. }) = (tempfile::tempdir().unwrap(), here());
    let path = folder.path().to_owned();
    std::fs::write(path.join("own"), "x").unwrap();
    let given = [path.clone()];
    let none = ProgramFiles::default();
    let script = |what: &str| format!("cd {} && {what}", path.display());
    assert!(works("cat /usr/bin/env >/dev/null && ls /usr >/dev/null", none).await);
    assert!(works(&script("cat own"), ProgramFiles { read: &given, ..none }).await);
    assert!(works(&script("cat own && echo y >new && cat new"), ProgramFiles { write: &given, ..none }).await);
    // Nothing that was written there is executed.
    let put = script("cp /bin/true put && ./put");
    assert_eq!(works(&put, ProgramFiles { write: &given, ..none }).await, !files);
    for refused in ["cat own", "echo y >new2", "ls", "rm own"] {
        assert_eq!(works(&script(refused), none).await, !files, "{refused}");
    }
    assert_eq!(works(&script("echo y >new3"), ProgramFiles { read: &given, ..none }).await, !files);
    // As another user than root, some of it is refused in any case.
    for refused in ["cat /etc/shadow", "ls /root /home", "cat Cargo.toml", "ls /tmp"] {
        assert!(!files || !works(refused, none).await, "{refused}");
    }
}

#[tokio::test]
async fn a_program_has_no_network_and_reaches_no_other_process() {
    // The project's own: others may be scripts that look for one.
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.venv/bin/python");
    let python = if python.exists() { python.to_str().unwrap() } else { "python3" };
    let Offered { system_calls, .. } = here();
    let works = async |script: &str| {
        let limits = LIMITS;
        match run(python, &["-I", "-c", script], b"", limits).await {
            Ok(said) => String::from_utf8(said).unwrap(),
            Err(error) => panic!("{script}: {error}"),
        }
    };
    let parent = std::process::id();
    let tries = [
        ("tcp", "import socket; socket.socket(socket.AF_INET, socket.SOCK_STREAM)".to_owned()),
        ("udp", "import socket; socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)".to_owned()),
        ("unix", "import socket; socket.socket(socket.AF_UNIX)".to_owned()),
        ("raw", "import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)".to_owned()),
        ("signal", format!("import os; os.kill({parent}, 0)")),
        ("limits", format!("import resource; resource.prlimit({parent}, resource.RLIMIT_NOFILE)")),
        ("group", format!("import os; os.setpgid(0, os.getpgid({parent}))")),
    ];
    for (name, tried) in tries {
        let said = works(&format!("try:\n  {tried}\n  print('done')\nexcept OSError as error:\n  print(error)")).await;
        assert_eq!(said.trim() == "done", !system_calls, "{name}: {said}");
    }
    // What a program does to itself goes on working.
    let own = "import os, resource, subprocess; os.kill(os.getpid(), 0); resource.getrlimit(resource.RLIMIT_AS); \
               print(subprocess.run(['echo', 'child'], capture_output=True).stdout.decode())";
    assert_eq!(works(own).await.trim(), "child");
}

#[tokio::test]
async fn a_program_leaves_no_core_dump_and_goes_first() {
    let limits = String::from_utf8(run("cat", &["/proc/self/limits"], b"", LIMITS).await.unwrap()).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert!(core.split_whitespace().nth(4) == Some("1"), "{core}");
    let status = String::from_utf8(run("cat", &["/proc/self/status"], b"", LIMITS).await.unwrap()).unwrap();
    let of = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned();
    let Offered { files, system_calls, .. } = here();
    assert_eq!(of("Seccomp:") == "2", system_calls, "{status}");
    assert_eq!(of("NoNewPrivs:") == "1", files || system_calls, "{status}");
    let first = run("cat", &["/proc/self/oom_score_adj"], b"", LIMITS).await.unwrap();
    assert_eq!(String::from_utf8(first).unwrap().trim(), "1000");
}
