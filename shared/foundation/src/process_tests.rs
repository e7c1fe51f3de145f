#![expect(clippy::unwrap_used, reason = "tests")]

use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio};

use rustix::process::{DumpableBehavior, dumpable_behavior};

use super::close;

/// A user with no rights, where the tests run as root, who may read everything.
const NOBODY: u32 = 65_534;

/// Whether a child of this process can read the environment that this process was started with.
fn child_reads_our_environment() -> bool {
    let file = format!("/proc/{}/environ", std::process::id());
    let read = Command::new("cat").arg(file).stderr(Stdio::null()).output().unwrap();
    read.status.success() && String::from_utf8_lossy(&read.stdout).contains("OUR_SECRET=of-the-parent")
}

/// Whether a child of this process can open its memory, as a debugger does.
fn child_opens_our_memory() -> bool {
    let script = format!("exec 3</proc/{}/mem", std::process::id());
    Command::new("sh").args(["-c", &script]).stderr(Stdio::null()).status().unwrap().success()
}

#[test]
fn a_child_of_the_same_user_cannot_look_into_its_parent() {
    let mut parent = Command::new(std::env::current_exe().unwrap());
    parent.args(["--exact", "process::tests::as_parent", "--ignored", "--nocapture"]);
    parent.env("OUR_SECRET", "of-the-parent");
    if rustix::process::geteuid().is_root() {
        parent.uid(NOBODY).gid(NOBODY);
    }
    let ended = parent.output().unwrap();
    let said = [ended.stdout, ended.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(ended.status.success() && said.contains("the parent is closed"), "{said}");
}

#[test]
#[ignore = "the parent of the test above"]
fn as_parent() {
    if std::env::var_os("OUR_SECRET").is_none() {
        return;
    }
    assert!(child_reads_our_environment(), "an open process is read, or this test shows nothing");
    close().unwrap();
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
    assert!(!child_reads_our_environment());
    assert!(!child_opens_our_memory());
    println!("the parent is closed");
}
