//! A system in a process of its own, and the memory of processes.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use crate::client::Client;

/// A running system; ended when it is dropped.
pub struct System {
    child: Child,
    folder: tempfile::TempDir,
    ports: [u16; 4],
}

impl System {
    /// Starts `program` with these variables, and waits until it is healthy.
    pub async fn start(program: &str, variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let ports = [(); 4].map(|()| local::free_port().unwrap());
        let mut command = Command::new(program);
        for (flag, port) in ["--gateway-port", "--services-port", "--dynamodb-port", "--s3-port"].iter().zip(ports) {
            command.args([flag, &*port.to_string()]);
        }
        let child = command
            .arg("--data-dir")
            .arg(folder.path())
            // The plan with the most questions, and no limit of requests: what is measured must not end it.
            .envs([
                ("DEFAULT_PLAN", "team"),
                ("REQUESTS_PER_MINUTE", "100000"),
                ("RUST_LOG", "error"),
                ("MALLOC_ARENA_MAX", "2"),
            ])
            .envs(variables.iter().copied())
            .stdout(Stdio::null())
            .spawn()
            .expect("the system starts");
        let system = Self { child, folder, ports };
        let health = format!("{}/health", system.gateway());
        let http = foundation::outbound::client().unwrap();
        for _ in 0..600 {
            if http.get(&health).send().await.is_ok_and(|answer| answer.status().is_success()) {
                return system;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the system did not start");
    }

    pub fn gateway(&self) -> String {
        format!("http://localhost:{}", self.ports[0])
    }

    pub fn gateway_port(&self) -> u16 {
        self.ports[0]
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }

    /// A new user.
    pub async fn user(&self) -> Client {
        let mail: PathBuf = self.folder.path().join("mail");
        Client::sign_up(&self.gateway(), &mail.to_string_lossy()).await
    }
}

impl Drop for System {
    fn drop(&mut self) {
        // Nothing of it is needed any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line of a process's status in KiB.
pub fn status(process: u32, name: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Memory of a process now, in MiB.
pub fn resident(process: u32) -> f64 {
    status(process, "VmRSS").unwrap_or_default() as f64 / 1024.0
}

/// The most memory that a process has had, in MiB.
pub fn peak(process: u32) -> f64 {
    status(process, "VmHWM").unwrap_or_default() as f64 / 1024.0
}

/// The children of a process.
fn children(process: u32) -> Vec<u32> {
    let processes =
        std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    processes.filter(|child| status(*child, "PPid") == Some(process.into())).collect()
}

/// Watches the children of a process: the most memory that one of them, and all together, have had.
pub struct Watch {
    ended: Arc<AtomicBool>,
    one: Arc<AtomicU64>,
    all: Arc<AtomicU64>,
}

impl Watch {
    pub fn children_of(process: u32) -> Self {
        let watch = Self { ended: Arc::default(), one: Arc::default(), all: Arc::default() };
        let (ended, one, all) = (watch.ended.clone(), watch.one.clone(), watch.all.clone());
        std::thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let children = children(process);
                let now = children.iter().filter_map(|child| status(*child, "VmRSS"));
                all.fetch_max(now.sum(), Ordering::Relaxed);
                let most = children.iter().filter_map(|child| status(*child, "VmHWM")).max();
                one.fetch_max(most.unwrap_or_default(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(2));
            }
        });
        watch
    }

    /// In MiB: the most of one, and of all together.
    pub fn end(self) -> (f64, f64) {
        self.ended.store(true, Ordering::Relaxed);
        let mib = |kib: &AtomicU64| kib.load(Ordering::Relaxed) as f64 / 1024.0;
        (mib(&self.one), mib(&self.all))
    }
}

/// The value that a part of all is at most.
pub fn quantile(values: &mut [f64], part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(((values.len().max(1) - 1) as f64 * part) as usize).copied().unwrap_or(f64::NAN)
}
