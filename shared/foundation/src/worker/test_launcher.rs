//! Starts third-party programs in tests: the launcher is the test executable itself.

#![expect(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use super::launch::Launch;

/// Defines the test that a child of [`launcher`] runs. A crate whose tests start programs invokes it in its root.
#[macro_export]
macro_rules! launcher_for_tests {
    () => {
        #[cfg(test)]
        mod launcher_for_tests {
            #[test]
            #[ignore = "a child of a test that starts a program"]
            fn as_launcher() {
                $crate::worker::test_launcher::as_launcher();
            }
        }
    };
}

/// A launcher that starts this test executable, in which it runs [`as_launcher`]. Append the launcher's arguments.
///
/// # Panics
/// If the system does not report the path of the executable.
#[must_use]
pub fn launcher() -> Command {
    // The test harness writes to the standard output, so that the program needs a way of its own.
    const SCRIPT: &str = r#"exec 3>&1 >/dev/null; program=$1; shift
        exec "$program" --exact launcher_for_tests::as_launcher --ignored --nocapture -- "$@""#;
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "sh"]).arg(std::env::current_exe().unwrap());
    command
}

/// Becomes the program that the arguments name, if they do.
///
/// # Panics
/// If the pipe for its output is missing.
pub fn as_launcher() {
    let args = std::env::args_os().skip_while(|arg| arg != "--").skip(1);
    let Some(launch) = Launch::from_args(args) else { return };
    let out = std::fs::File::create("/dev/fd/3").unwrap();
    std::process::exit(launch.run(Some(out.into())).into());
}
