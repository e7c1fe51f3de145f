//! The child's side: limits itself, reads the file, and writes one JSON line per page.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::PathBuf,
    process::ExitCode,
};

use super::{
    library,
    picture::Purpose,
    protocol::{Failure, Message},
    reader::Reader,
};
use foundation::worker::{MISUSED, UNLIMITED, WorkerKind, confine_to, limit, send};

/// The first argument that makes an executable of this project a PDF worker.
pub(super) const WORKER_ARGUMENT: &str = "pdf-worker";

/// The worker that reads PDF files.
pub const WORKER: WorkerKind = WorkerKind { argument: WORKER_ARGUMENT, main: worker_main };

/// Stack size in bytes. The parser recurses on nested objects, and the size of the main thread's stack cannot be
/// chosen.
const STACK_BYTES: usize = 64 << 20;

/// Folders where PDFium looks for fonts that a file does not embed.
const FONTS: [&str; 4] =
    ["/usr/share/fonts", "/usr/share/X11/fonts/Type1", "/usr/share/X11/fonts/TTF", "/usr/local/share/fonts"];

/// Maximum number of pixels of a rendered page: slightly more than A3 at 200 dots per inch.
pub(super) const MOST_PIXELS: u64 = 8_000_000;

/// Arguments, in the order in which the parent passes them.
struct Job {
    library: PathBuf,
    path: PathBuf,
    first_page: u32,
    max_pages: u32,
    memory_bytes: u64,
    cpu_seconds: u64,
    /// Pages to render; empty to read text.
    pictures: Vec<u32>,
    /// What to render them for.
    purpose: Purpose,
}

impl Job {
    fn from_args(mut args: impl Iterator<Item = std::ffi::OsString>) -> Option<Self> {
        let (library, path) = (args.next()?.into(), args.next()?.into());
        let mut number = || args.next()?.to_str()?.parse::<u64>().ok();
        let (first_page, max_pages) = (u32::try_from(number()?).ok()?, u32::try_from(number()?).ok()?);
        let (memory_bytes, cpu_seconds) = (number()?, number()?);
        let pictures = match args.next() {
            None => Vec::new(),
            Some(list) => list.to_str()?.split(',').map(|page| page.parse().ok()).collect::<Option<_>>()?,
        };
        let purpose = match args.next() {
            None => Purpose::Reading,
            Some(width) => Purpose::Showing(width.to_str()?.parse().ok()?),
        };
        Some(Self { library, path, first_page, max_pages, memory_bytes, cpu_seconds, pictures, purpose })
    }
}

/// The main function of the child. Reads `argv[2..]`: library, path, first page, maximum number of pages, address space
/// in bytes, processor time in seconds, and, to render pages instead, their numbers, with a width in pixels if they are
/// for display. Writes pages to standard output.
///
/// Called if `argv[1]` is [`WORKER_ARGUMENT`].
pub(super) fn worker_main() -> ExitCode {
    let Some(job) = Job::from_args(std::env::args_os().skip(2)) else {
        return ExitCode::from(MISUSED);
    };
    // Without its limits the child must not touch the file.
    if limit(job.memory_bytes, job.cpu_seconds).is_err() {
        return ExitCode::from(UNLIMITED);
    }
    // What it needs it opens now, and can open nothing else later. The library is ours; nothing of the file is read yet.
    let (loaded, file) = (library::load(&job.library), File::open(&job.path));
    if confine_to(FONTS.map(PathBuf::from).to_vec()).is_err() {
        return ExitCode::from(UNLIMITED);
    }
    let file = match (loaded, file) {
        (Err(_), _) => Err(Failure::NoLibrary),
        (_, Err(_)) => Err(Failure::Unreadable),
        (Ok(_), Ok(file)) => Ok(file),
    };
    // What the parser panics with helps nobody, and nobody reads it while the child runs.
    std::panic::set_hook(Box::new(|_| {}));
    let outcome = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || run(&job, file))
        .map(std::thread::JoinHandle::join);
    match outcome {
        Ok(Ok(Ok(()))) => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

fn run(job: &Job, file: Result<File, Failure>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let reader = match file.and_then(|file| open(job, file)) {
        Ok(reader) => reader,
        Err(reason) => return send(&mut out, &Message::Failed { reason }),
    };
    let (pages, encrypted) = (reader.pages(), reader.is_encrypted());
    if pages == 0 {
        let reason = Failure::Damaged;
        return send(&mut out, &Message::Failed { reason });
    }
    send(&mut out, &Message::Document { pages, encrypted })?;
    if !job.pictures.is_empty() {
        render(&mut out, &reader, job)?;
        return send(&mut out, &Message::End);
    }
    // The parent refuses longer documents; reading them would be wasted.
    if pages <= job.max_pages {
        for number in job.first_page..=pages {
            let content = reader.page(number);
            send(&mut out, &Message::Page { number, content })?;
        }
    }
    send(&mut out, &Message::End)
}

fn open(job: &Job, mut file: File) -> Result<Reader, Failure> {
    let size = file.metadata().map_or(0, |file| file.len());
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or(0));
    file.read_to_end(&mut bytes).map_err(|_| Failure::Unreadable)?;
    Reader::from_bytes(&job.library, bytes)
}

/// Writes rendered pages. The parent reads them one by one, which limits the pace.
fn render(out: &mut impl Write, reader: &Reader, job: &Job) -> io::Result<()> {
    for number in job.pictures.iter().copied() {
        match reader.picture(number, job.purpose, MOST_PIXELS) {
            None => send(out, &Message::NoImage { number })?,
            Some((width, height, pixels)) => {
                send(out, &Message::Image { number, width, height })?;
                out.write_all(&pixels)?;
                out.flush()?;
            }
        }
    }
    Ok(())
}
