//! Recordings of a few kilobytes whose headers ask for gigabytes.

use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use speech::audio::{AudioDecoder, AudioLimits, AudioWorker, decode};

use crate::DECODE_HERE;
use crate::bomb::{LONGEST_CODES, element, vorbis_in_webm, webm};
use crate::system::{Watch, peak, resident, status};

const LIMITS: AudioLimits = AudioLimits { longest: Duration::from_mins(10), time: Duration::from_secs(10) };
/// A process without limits is ended when it has had so much memory, or so much time.
const ENOUGH_MIB: f64 = 4096.0;
const ENOUGH_TIME: Duration = Duration::from_secs(20);

pub async fn measure() {
    println!(
        "\n{:<34} {:>8} {:>10} {:>12} {:>12}  outcome",
        "recording", "bytes", "seconds", "child MiB", "parent MiB"
    );
    let decoder = AudioDecoder::new(AudioWorker::new(None), LIMITS, 2);
    for (name, file) in files() {
        let size = file.len();
        let (taken, seconds, outcome) = without_limits(&file);
        println!("{:<34} {size:>8} {seconds:>10.2} {:>12} {taken:>12.0}  {outcome}", format!("{name}, no worker"), "");
        let before = peak(std::process::id());
        let watch = Watch::children_of(std::process::id());
        let began = Instant::now();
        let answer = decoder.decode(file).await;
        let seconds = began.elapsed().as_secs_f64();
        let (child, _) = watch.end();
        let parent = peak(std::process::id()) - before;
        let outcome = answer.map_or_else(|error| error.to_string(), |_| "decoded".to_owned());
        println!("{name:<34} {size:>8} {seconds:>10.2} {child:>12.1} {parent:>12.1}  {outcome}");
    }
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let private = element(b"\x63\xA2", &[]);
    let mut endless = webm("A_OPUS", &private, &[vec![0xFC, 0xFF, 0xFE]]);
    // The length of the last block: as many bytes as its field can say.
    let at = endless.len() - 14;
    endless[at..at + 7].copy_from_slice(&[0x7F; 7]);
    vec![("Vorbis, 255 large codebooks", vorbis_in_webm(LONGEST_CODES)), ("WebM, a block of an exabyte", endless)]
}

/// The same in a process without limits, which is watched from outside: its memory, its time, and how it ended.
fn without_limits(file: &[u8]) -> (f64, f64, String) {
    let mut held = tempfile::NamedTempFile::new().unwrap();
    std::io::Write::write_all(&mut held, file).unwrap();
    let began = Instant::now();
    let program = std::env::current_exe().unwrap();
    let mut child = Command::new(program)
        .arg(DECODE_HERE)
        .arg(held.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut most = 0.0_f64;
    loop {
        most = most.max(status(child.id(), "VmHWM").unwrap_or_default() as f64 / 1024.0).max(resident(child.id()));
        if let Some(ended) = child.try_wait().unwrap() {
            return (most, began.elapsed().as_secs_f64(), format!("ended: {ended}"));
        }
        if most > ENOUGH_MIB || began.elapsed() > ENOUGH_TIME {
            child.kill().unwrap();
            child.wait().unwrap();
            return (most, began.elapsed().as_secs_f64(), "ended from outside, still growing or at work".to_owned());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Decodes a file in this process.
pub fn decode_here(path: &str) -> ExitCode {
    match decode(std::fs::read(path).unwrap(), LIMITS) {
        Ok(_) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
