//! How fast recordings are decoded, and with how much memory.
//!
//! ```text
//! cargo run --release --example bench_audio -- RECORDING...
//! ```

use std::error::Error;
use std::time::{Duration, Instant};

use shared::speech::audio::{AudioLimits, decode};

fn main() -> Result<(), Box<dyn Error>> {
    for path in std::env::args_os().skip(1) {
        let bytes = std::fs::read(&path)?;
        let size = bytes.len() / 1024;
        let began = Instant::now();
        let sound = decode(bytes, AudioLimits::new(Duration::from_hours(4)))?;
        let (took, length) = (began.elapsed().as_secs_f64(), sound.duration().as_secs_f64());
        println!(
            "{}: {size} KiB, {length:.1} s of sound in {took:.2} s ({:.0} times as fast as it sounds); {}",
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
