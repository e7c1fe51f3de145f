//! What hostile or unlucky clients take: memory and time of small files that ask for gigabytes, of large pictures in many
//! sessions, of a long answer, and of thousands of slow connections. Starts the system itself, one for each part.
//!
//! Usage: `bench_abuse PROGRAM [PART ...]`, where `PROGRAM` is the `intellimaint` to start and a part is `sound`,
//! `pictures`, `answer` or `connections`; default: all. Prints a table for each.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people, rounded anyway"
)]

mod answer;
#[path = "../../../../shared/speech/src/audio/tests/bomb.rs"]
mod bomb;
#[path = "../client/mod.rs"]
#[expect(dead_code, reason = "nothing is asked of a manual here")]
mod client;
mod connections;
mod pictures;
mod sound;
mod system;

use std::process::ExitCode;

/// The argument that makes this program decode a recording without a worker.
const DECODE_HERE: &str = "decode-here";

fn main() -> ExitCode {
    // Recordings are decoded in a child process, which is this executable again.
    if let Some(ended) = foundation::worker::main(&[documents::pdf::WORKER, speech::audio::WORKER]) {
        return ended;
    }
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("usage: bench_abuse PROGRAM [PART ...]");
    if program == DECODE_HERE {
        return sound::decode_here(&arguments.next().unwrap());
    }
    let parts: Vec<String> = arguments.collect();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let wanted = |part: &str| parts.is_empty() || parts.iter().any(|wanted| wanted == part);
    if wanted("sound") {
        runtime.block_on(sound::measure());
    }
    if wanted("pictures") {
        runtime.block_on(pictures::measure(&program));
    }
    if wanted("answer") {
        runtime.block_on(answer::measure(&program));
    }
    if wanted("connections") {
        runtime.block_on(connections::measure(&program));
    }
    ExitCode::SUCCESS
}
