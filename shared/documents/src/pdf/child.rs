//! A child process, from start to end.

use std::{ffi::OsString, path::Path, process::Stdio, time::Duration};

use tokio::time::Instant;

use super::{PdfError, PdfWorker, picture::Purpose, protocol::Message, worker::MOST_PIXELS};
use foundation::worker::{Worker, WorkerFailure};

/// Bytes per second that can be scanned on a slow machine. A file with an unusual end is scanned to its end.
const OPENED_IN_A_SECOND: u64 = 4 << 20;
/// Maximum size of messages between two pictures in bytes.
const MAX_BETWEEN: u64 = 4096;

/// How a child's run failed.
pub(super) enum RunFailure {
    /// The document cannot be read. Another child would fail too.
    Refused(PdfError),
    /// The child crashed or stalled on the page after the last one it sent.
    Lost(PdfError),
}

/// A running child.
pub(super) struct Run {
    worker: Worker,
    max_text_bytes: u64,
    /// Additional time for opening the file; zero once it is open.
    pub(super) opening: Duration,
    ended: bool,
    /// Number of pictures that are still to come, if the child renders.
    pub(super) pages_left: usize,
    purpose: Purpose,
}

/// The additional time for opening a file.
pub(super) fn opening_time(path: &Path) -> Duration {
    Duration::from_secs(size_of(path) / OPENED_IN_A_SECOND)
}

fn size_of(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

impl Run {
    /// Starts a child that reads text, from `first_page`.
    pub(super) fn start(worker: &PdfWorker, path: &Path, first_page: u32) -> Result<Self, PdfError> {
        let mut run = Self::start_with(worker, path, (first_page, &[]), Purpose::Reading)?;
        run.worker.allow(run.max_text_bytes);
        Ok(run)
    }

    /// Starts a child that renders pages.
    pub(super) fn start_rendering(
        worker: &PdfWorker,
        path: &Path,
        pages: &[u32],
        purpose: Purpose,
    ) -> Result<Self, PdfError> {
        let mut run = Self::start_with(worker, path, (1, pages), purpose)?;
        run.pages_left = pages.len();
        run.worker.allow(MAX_BETWEEN);
        Ok(run)
    }

    fn start_with(
        worker: &PdfWorker,
        path: &Path,
        (first_page, pages): (u32, &[u32]),
        purpose: Purpose,
    ) -> Result<Self, PdfError> {
        let limits = &worker.limits;
        // The file is held beside what is read from it.
        let memory = limits.memory_bytes.saturating_add(size_of(path).saturating_mul(2));
        let mut args: Vec<OsString> = worker.args.iter().map(OsString::from).collect();
        args.extend([worker.library.clone().into(), path.into()]);
        let numbers = [u64::from(first_page), u64::from(limits.max_pages), memory, limits.time.as_secs().max(1)];
        args.extend(numbers.map(|number| number.to_string().into()));
        if !pages.is_empty() {
            args.push(pages.iter().map(u32::to_string).collect::<Vec<_>>().join(",").into());
            if let Purpose::Showing(width) = purpose {
                args.push(width.to_string().into());
            }
        }
        let child = Worker::start(&worker.program, args, Stdio::null());
        let (child, _) = child.map_err(|error| PdfError::Reader(error.to_string()))?;
        let opening = opening_time(path);
        let max_text_bytes = limits.max_text_bytes;
        Ok(Self { worker: child, max_text_bytes, opening, ended: false, pages_left: 0, purpose })
    }

    /// The bytes of a picture of this size.
    pub(super) async fn bytes(
        &mut self,
        deadline: Instant,
        (width, height): (u32, u32),
    ) -> Result<Vec<u8>, RunFailure> {
        let pixels = u64::from(width) * u64::from(height);
        if pixels > MOST_PIXELS {
            return Err(RunFailure::Refused(PdfError::Reader("a picture is too large".to_owned())));
        }
        let size = pixels * self.purpose.channels();
        self.worker.allow(size + MAX_BETWEEN);
        let mut bytes = vec![0; usize::try_from(size).unwrap_or(0)];
        match self.worker.bytes(deadline, &mut bytes).await {
            Ok(()) => Ok(bytes),
            Err(ended) => Err(self.stop(ended)),
        }
    }

    /// The next message; `None` if the child has ended normally.
    pub(super) async fn next(&mut self, worker: &PdfWorker, deadline: Instant) -> Result<Option<Message>, RunFailure> {
        let until = deadline.min(Instant::now() + worker.limits.stall + std::mem::take(&mut self.opening));
        match self.worker.message(until).await {
            Ok(Some(Message::Failed { reason })) => Err(RunFailure::Refused(reason.into())),
            Ok(Some(message)) => {
                self.ended = matches!(message, Message::End);
                Ok(Some(message))
            }
            Ok(None) if self.ended => Ok(None),
            Ok(None) => {
                let ended = self.worker.ended(until).await;
                Err(self.stop(ended))
            }
            Err(ended) => Err(self.stop(ended)),
        }
    }

    /// What a failure of the child means for the document.
    fn stop(&self, ended: WorkerFailure) -> RunFailure {
        match ended {
            WorkerFailure::Memory => RunFailure::Lost(PdfError::NeedsTooMuchMemory),
            WorkerFailure::Time => RunFailure::Lost(PdfError::TookTooLong),
            WorkerFailure::Crashed => RunFailure::Lost(PdfError::Damaged),
            WorkerFailure::Output => {
                RunFailure::Refused(PdfError::TooMuchText { limit_mib: self.max_text_bytes >> 20 })
            }
            WorkerFailure::Broken(reason) => RunFailure::Refused(PdfError::Reader(reason)),
        }
    }
}
