//! How fast recordings are decoded, here and in a child process, and with how much memory.
//!
//! ```text
//! cargo run --release --example bench_audio -- RECORDING...
//! ```

use std::error::Error;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use speech::audio::{AudioDecoder, AudioLimits, AudioWorker, decode};

const LONGEST: Duration = Duration::from_hours(4);

fn main() -> ExitCode {
    // Recordings are decoded in a child process, which is this executable again.
    foundation::worker::run("bench_audio", &[speech::audio::WORKER], measure)
}

#[tokio::main]
async fn measure() -> Result<(), Box<dyn Error>> {
    let limits = AudioLimits::new(LONGEST);
    let decoder = AudioDecoder::new(AudioWorker::new(None), limits, 1);
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(&path)?;
        let size = bytes.len() / 1024;
        let began = Instant::now();
        drop(decoder.decode(bytes.clone()).await?);
        let in_child = began.elapsed().as_secs_f64();
        let began = Instant::now();
        let sound = decode(bytes, limits)?;
        let (took, length) = (began.elapsed().as_secs_f64(), sound.duration().as_secs_f64());
        println!(
            "{}: {size} KiB, {length:.1} s of sound in {took:.3} s ({:.0} times as fast as it sounds), {in_child:.3} s \
             in a child; {}",
            path.display(),
            length / took.max(f64::EPSILON),
            peak_memory(),
        );
    }
    Ok(())
}

/// The most memory that this process has had, where the system tells.
fn peak_memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    status.lines().find(|line| line.starts_with("VmHWM")).unwrap_or("peak memory unknown").to_owned()
}
