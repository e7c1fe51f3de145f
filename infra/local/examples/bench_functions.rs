//! Starts every function as Lambda does and measures it: time from process start to the first
//! answered request and, where there is one, to its embedding model being loaded, which requests that do not
//! need it do not wait for; then of further requests, the memory with the model, and the size on disk.
//!
//! The driver plays Lambda's runtime API: it hands out events and takes the answers.
//! Usage: `bench_functions FOLDER RUNS`, with the binaries in FOLDER, each by its name or, as they are
//! deployed, as `bootstrap` in a folder of its name.
#![expect(clippy::unwrap_used, reason = "a benchmark fails by panicking")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people, rounded anyway"
)]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::sync::{Mutex, mpsc};

const FUNCTIONS: [&str; 13] = [
    "auth",
    "user",
    "billing",
    "admin",
    "repository",
    "extract",
    "batches",
    "asr",
    "vision",
    "rag",
    "chat",
    "ingest",
    "erase",
];
const LOADS_A_MODEL: [&str; 4] = ["vision", "rag", "chat", "ingest"];
/// Events of one process, the first included.
const EVENTS: usize = 51;

#[derive(Clone)]
struct Runtime {
    events: Arc<Mutex<Vec<Value>>>,
    moments: mpsc::UnboundedSender<Instant>,
}

struct Start {
    /// From the start of the process to the first answer.
    cold: Duration,
    /// From the start of the process to its model being loaded, where it has one.
    model: Option<Duration>,
    /// From a further event to its answer.
    warm: Duration,
    /// At most, in KiB.
    memory: u64,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().unwrap_or_else(|| "target/release".to_owned());
    let runs: usize = arguments.next().and_then(|runs| runs.parse().ok()).unwrap_or(10);
    println!(
        "{:<12} {:>9} {:>24} {:>9} {:>9} {:>12}",
        "function", "size MiB", "start ms (min/med/max)", "model ms", "warm ms", "memory MiB"
    );
    for function in FUNCTIONS {
        let plain = Path::new(&folder).join(function);
        let binary = if plain.is_dir() { plain.join("bootstrap") } else { plain };
        let size = std::fs::metadata(&binary).unwrap().len();
        let (mut cold, mut model, mut warm, mut memory) = (Vec::new(), Vec::new(), Vec::new(), 0);
        for _ in 0..runs {
            let start = start(&binary, function).await;
            cold.push(start.cold.as_secs_f64() * 1000.0);
            model.extend(start.model.map(|model| model.as_secs_f64() * 1000.0));
            warm.push(start.warm.as_secs_f64() * 1000.0);
            memory = memory.max(start.memory);
        }
        println!(
            "{function:<12} {:>9.1} {:>8.0} {:>7.0} {:>7.0} {:>9} {:>9.2} {:>12.1}",
            size as f64 / 1_048_576.0,
            at(&mut cold, 0.0),
            at(&mut cold, 0.5),
            at(&mut cold, 1.0),
            if model.is_empty() { "-".to_owned() } else { format!("{:.0}", at(&mut model, 0.5)) },
            at(&mut warm, 0.5),
            memory as f64 / 1024.0
        );
    }
}

/// The value at `part` of the sorted ones.
fn at<T: PartialOrd + Copy + Default>(values: &mut [T], part: f64) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).unwrap());
    values.get((part * (values.len() - 1) as f64) as usize).copied().unwrap_or_default()
}

/// One process: its first answer and the median of the further ones.
async fn start(binary: &Path, function: &str) -> Start {
    let (moments, mut told) = mpsc::unbounded_channel();
    let runtime = Runtime { events: Arc::new(Mutex::new(vec![event(function); EVENTS])), moments };
    let router = Router::new()
        .route("/2018-06-01/runtime/invocation/next", get(next))
        .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
        .fallback(|| async { "{}" })
        .with_state(runtime);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });

    let started = Instant::now();
    let mut process = spawn(binary, function, &address);
    let loading = LOADS_A_MODEL.contains(&function).then(|| model_loaded(&mut process));
    let mut moment = async || tokio::time::timeout(Duration::from_mins(1), told.recv()).await.unwrap().unwrap();
    moment().await;
    let cold = moment().await - started;
    let model = match loading {
        Some(loading) => Some(loading.await.unwrap() - started),
        None => None,
    };
    let memory = peak_memory(process.id());
    let mut warm = Vec::new();
    for _ in 1..EVENTS {
        let given = moment().await;
        warm.push(moment().await - given);
    }
    process.kill().unwrap();
    process.wait().unwrap();
    server.abort();
    Start { cold, model, warm: at(&mut warm, 0.5), memory }
}

/// The moment at which the process logs that its embedding model is loaded. What it logs is read to the end,
/// so that it does not wait for us.
fn model_loaded(process: &mut Child) -> tokio::sync::oneshot::Receiver<Instant> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let log = BufReader::new(process.stderr.take().unwrap());
    std::thread::spawn(move || {
        let mut tell = Some(tell);
        for line in log.lines().map_while(Result::ok) {
            if line.contains("embedding model loaded") {
                tell.take().map(|tell| tell.send(Instant::now()));
            }
        }
    });
    told
}

fn spawn(binary: &Path, function: &str, runtime: &str) -> Child {
    Command::new(binary)
        .env("AWS_LAMBDA_RUNTIME_API", runtime)
        .env("AWS_LAMBDA_FUNCTION_NAME", function)
        .env("AWS_LAMBDA_FUNCTION_VERSION", "1")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "1024")
        .env("AWS_LAMBDA_LOG_GROUP_NAME", "bench")
        .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
        .env("AWS_ACCESS_KEY_ID", "bench")
        .env("AWS_SECRET_ACCESS_KEY", "bench")
        .env("ENVIRONMENT", "development")
        .env("TOKEN_SECRET", "a secret for benchmarks, long enough to pass")
        .stderr(if LOADS_A_MODEL.contains(&function) { Stdio::piped() } else { Stdio::null() })
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

async fn next(State(runtime): State<Runtime>) -> impl IntoResponse {
    let Some(event) = runtime.events.lock().await.pop() else {
        // A frozen function waits here for its next event.
        std::future::pending::<()>().await;
        return Err(());
    };
    let deadline = (jiff::Timestamp::now().as_millisecond() + 60_000).to_string();
    let headers = [
        ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
        ("lambda-runtime-deadline-ms", deadline),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned()),
        ("lambda-runtime-trace-id", "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned()),
    ];
    let _ = runtime.moments.send(Instant::now());
    Ok((headers, axum::Json(event)))
}

async fn response(State(runtime): State<Runtime>, body: axum::body::Bytes) -> impl IntoResponse {
    drop(body);
    let _ = runtime.moments.send(Instant::now());
    http::StatusCode::ACCEPTED
}

/// A health request through a REST API, or an empty batch for those behind a queue.
fn event(function: &str) -> Value {
    if ["ingest", "erase"].contains(&function) {
        return json!({"Records": []});
    }
    json!({
        "resource": "/health", "path": "/health", "httpMethod": "GET",
        "headers": {"Host": "localhost"}, "multiValueHeaders": {"Host": ["localhost"]},
        "queryStringParameters": null, "multiValueQueryStringParameters": null,
        "pathParameters": null, "stageVariables": null, "body": null, "isBase64Encoded": false,
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "resourceId": "r", "stage": "prod",
            "requestId": "1", "httpMethod": "GET", "path": "/health", "resourcePath": "/health",
            "identity": {"sourceIp": "127.0.0.1"},
        },
    })
}

/// `VmHWM` of a process, in KiB.
fn peak_memory(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
