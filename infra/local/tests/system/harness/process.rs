//! The program itself, in a process that can be killed.

use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use super::user::TestUser;
use super::{default, eventually};

/// A running `intellimaint`, killed when dropped.
pub struct Process {
    child: Child,
    folder: PathBuf,
    ports: [u16; 4],
    variables: Vec<(String, String)>,
}

/// Another program may take a port between the choice of it and its use.
const STARTS: usize = 5;

impl Process {
    /// Starts on free ports with its data in `folder`, and waits until it is healthy.
    pub async fn start(folder: &Path, variables: &[(&str, &str)]) -> Self {
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        for _ in 0..STARTS {
            let ports = [(); 4].map(|()| local::free_port().unwrap());
            let child = spawn(folder, ports, &variables);
            let mut process = Self { child, folder: folder.to_owned(), ports, variables: variables.clone() };
            if process.is_up().await {
                return process;
            }
        }
        panic!("the process ends: {}", std::fs::read_to_string(folder.join("log")).unwrap_or_default());
    }

    /// Its number among the processes of this machine.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Kills it as a power cut would (SIGKILL), then starts it again on the same data and ports.
    pub async fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.child = spawn(&self.folder, self.ports, &self.variables);
        assert!(self.is_up().await, "the process ends: {}", self.log());
    }

    /// Asks it to stop (SIGTERM) and waits; whether it ended well.
    pub async fn terminate(&mut self) -> bool {
        let asked = Command::new("kill").arg("-TERM").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        eventually(30, "the process ends", async || self.child.try_wait().unwrap()).await.success()
    }

    /// Starts it again after it ended.
    pub async fn restart(&mut self) {
        self.child = spawn(&self.folder, self.ports, &self.variables);
        assert!(self.is_up().await, "the process ends: {}", self.log());
    }

    /// A new user, signed up and signed in.
    pub async fn user(&self) -> TestUser {
        let mut user = self.visitor();
        user.register(|address| self.code(address)).await;
        user
    }

    /// A client without a sign-in.
    pub fn visitor(&self) -> TestUser {
        TestUser::at(&self.gateway(), &format!("http://localhost:{}", self.ports[1]))
    }

    /// The newest code mailed to `address`.
    pub fn code(&self, address: &str) -> String {
        super::newest_code(&self.folder.join("mail"), address)
    }

    /// Everything that it has logged so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap()
    }

    /// Everything that it has written to standard output so far.
    pub fn output(&self) -> String {
        std::fs::read_to_string(self.folder.join("output")).unwrap()
    }

    /// The addresses of its `DynamoDB` and its S3.
    pub fn storage(&self) -> (String, String) {
        let address = |port: u16| format!("http://localhost:{port}");
        (address(self.ports[2]), address(self.ports[3]))
    }

    fn gateway(&self) -> String {
        format!("http://localhost:{}", self.ports[0])
    }

    /// Waits until it answers; whether it does, and has not ended before.
    async fn is_up(&mut self) -> bool {
        let url = format!("{}/health", self.gateway());
        let client = foundation::outbound::client().unwrap();
        let settled = eventually(120, "the process is healthy", async || {
            let has_ended = self.child.try_wait().unwrap().is_some();
            let answers = client.get(&url).send().await.is_ok();
            (has_ended || answers).then_some(!has_ended)
        });
        settled.await
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(folder: &Path, ports: [u16; 4], variables: &Vec<(String, String)>) -> Child {
    let flags = ["--gateway-port", "--services-port", "--dynamodb-port", "--s3-port"];
    let mut command = Command::new(env!("CARGO_BIN_EXE_intellimaint"));
    let file = |name| std::fs::OpenOptions::new().create(true).append(true).open(folder.join(name)).unwrap();
    command.arg("--data-dir").arg(folder).stdout(file("output")).stderr(file("log"));
    for (flag, port) in flags.into_iter().zip(ports) {
        command.arg(flag).arg(port.to_string());
    }
    for name in ["TOKEN_SECRET", "MODELS_DIR", "PDFIUM_LIBRARY"] {
        command.env(name, default(name).unwrap());
    }
    for (name, value) in variables {
        command.env(name, value);
    }
    command.spawn().expect("the program starts")
}
