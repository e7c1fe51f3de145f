//! What the kernel keeps the programs of this system from, and others from them.

use std::io::Write;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use foundation::worker::confine::{Offered, offered};

use crate::harness::eventually;

const PROGRAM: &str = env!("CARGO_BIN_EXE_intellimaint");
/// A user with no rights, where the tests run as root, who may read everything.
const NOBODY: u32 = 65_534;

/// The user who owns this file.
fn owner(path: &str) -> u32 {
    std::fs::metadata(path).unwrap().uid()
}

/// Ends a process when a test ends, however.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn nobody_looks_into_a_running_system() {
    let folder = tempfile::tempdir().unwrap();
    let is_root = owner("/proc/self/status") == 0;
    let mut command = Command::new(PROGRAM);
    if is_root {
        chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        command.uid(NOBODY).gid(NOBODY);
    }
    let port = local::free_port().unwrap();
    command.args(["--gateway-port", &port.to_string(), "--services-port", "0", "--dynamodb-port", "0"]);
    command.args(["--s3-port", "0", "--data-dir"]).arg(folder.path());
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    command.env("TOKEN_SECRET", "0123456789abcdef0123456789abcdef").env("MODELS_DIR", models);
    let child = command.current_dir(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let process = child.id();
    let _ended = Ended(child);
    let client = foundation::outbound::client().unwrap();
    let health = format!("http://localhost:{port}/health");
    eventually(120, "the system is healthy", async || client.get(&health).send().await.ok()).await;

    let environment = format!("/proc/{process}/environ");
    // What is in /proc of a process that is closed belongs to root, whoever runs it.
    assert_eq!(owner(&environment), 0, "{environment}");
    let mut read = Command::new("cat");
    if is_root {
        read.uid(NOBODY).gid(NOBODY);
    }
    let read = read.arg(&environment).output().unwrap();
    assert!(!read.status.success() && read.stdout.is_empty(), "another process of the same user reads its secrets");
}

/// A line of a process's status.
fn status(process: u32, name: &str) -> String {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().trim().to_owned()
}

/// Waits until a worker has confined itself, which it must before it reads what it is given.
async fn confined(process: u32) {
    let Offered { files, system_calls, .. } = offered();
    println!("this kernel offers {:?}", offered());
    let filters = if system_calls { "2" } else { "0" };
    eventually(20, "the worker is confined", async || (status(process, "Seccomp:") == filters).then_some(())).await;
    assert_eq!(status(process, "NoNewPrivs:") == "1", files || system_calls);
    assert_eq!(owner(&format!("/proc/{process}/mem")), 0, "no other child looks into it");
}

#[tokio::test]
async fn sound_is_decoded_by_a_confined_process() {
    let mut worker = Command::new(PROGRAM);
    worker.args(["audio-worker", "live", "60000", "33554432", "5000"]).env_clear();
    let child = worker.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let process = child.id();
    let _ended = Ended(child);
    confined(process).await;
}

#[tokio::test]
async fn a_pdf_is_read_by_a_confined_process() {
    let folder = tempfile::tempdir().unwrap();
    // A file whose bytes come when we want.
    let file = folder.path().join("slow.pdf");
    assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
    let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../lib/pdfium/libpdfium.so");
    let mut worker = Command::new(PROGRAM);
    worker.arg("pdf-worker").arg(library).arg(&file).args(["1", "10", "4294967296", "20"]).env_clear();
    let child = worker.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut ended = Ended(child);
    let mut writer =
        tokio::task::spawn_blocking(move || std::fs::OpenOptions::new().write(true).open(file)).await.unwrap().unwrap();
    confined(ended.0.id()).await;
    // Confined, it can still read.
    writer.write_all(&crate::harness::pdf::pdf(&["Tighten the bolt to 45 Nm."])).unwrap();
    drop(writer);
    let mut said = String::new();
    let mut out = ended.0.stdout.take().unwrap();
    std::io::Read::read_to_string(&mut out, &mut said).unwrap();
    assert!(said.contains("45 Nm") && said.contains("\"end\""), "{said}");
}

#[test]
fn every_program_closes_itself_first() {
    let functions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions");
    let mut programs = 0;
    for function in std::fs::read_dir(functions).unwrap() {
        let main = function.unwrap().path().join("src/main.rs");
        let Ok(source) = std::fs::read_to_string(&main) else { continue };
        let body = source.split_once("fn main()").unwrap().1;
        let begins = ["foundation::worker::run(", "foundation::process::keep_private()"]
            .iter()
            .any(|call| body.find(call).is_some_and(|at| body.get(..at).unwrap().matches(';').count() == 0));
        assert!(begins, "{} must begin with one of the two", main.display());
        programs += 1;
    }
    assert!(programs >= 11, "{programs}");
}

#[tokio::test]
async fn large_pictures_in_many_sessions_stay_within_their_memory() {
    use base64::Engine as _;
    use image::codecs::png::{CompressionType, FilterType};
    let rows = image::GrayImage::from_fn(8_000, 8_000, |x, y| {
        // Little that is printed: all four have to fit into one request.
        let is_printed = x < 1_200 && y < 1_200;
        image::Luma([if is_printed && x % 90 < 40 && y % 200 < 90 { 0 } else { 250 }])
    });
    let grey = image::DynamicImage::ImageLuma8(rows);
    let (mut jpeg, mut png) = (Vec::new(), Vec::new());
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut jpeg, 40).encode_image(&grey).unwrap();
    let small =
        image::codecs::png::PngEncoder::new_with_quality(&mut png, CompressionType::Default, FilterType::NoFilter);
    image::DynamicImage::ImageRgb8(grey.into_rgb8()).write_with_encoder(small).unwrap();
    let encoded = [jpeg, png].map(|bytes| base64::engine::general_purpose::STANDARD.encode(bytes));
    // Not before: making the pictures takes longer than a connection may be idle.
    let folder = tempfile::tempdir().unwrap();
    let process =
        crate::harness::Process::start(folder.path(), &[("DEFAULT_PLAN", "team"), ("MALLOC_ARENA_MAX", "2")]).await;
    let user = process.user().await;
    let urls = encoded.map(|encoded| format!("data:image/png;base64,{encoded}"));
    let images = [&urls[0], &urls[1], &urls[1], &urls[1]];
    let body = serde_json::json!({"content": "What is on the plate?", "images": images});
    let asked = (0..20).map(|_| user.post("/api/v1/chat/messages", body.clone()));
    let answers = tokio::time::timeout(Duration::from_mins(3), futures::future::join_all(asked)).await.unwrap();
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text);
    }
    let peak = status(process.id(), "VmHWM:");
    println!("20 sessions with four pictures of 64 megapixels: {peak}");
    let peak: u64 = peak.split_whitespace().next().unwrap().parse().unwrap();
    assert!(peak < 600 * 1024, "{} MiB", peak / 1024);
}
