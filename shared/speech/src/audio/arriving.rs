//! A recording that still arrives.

use std::io::{Cursor, Read};
use std::time::Duration;

use symphonia::core::io::ReadOnlySource;

use super::decode::Conversion;
use super::recording::Recording;
use super::sniff::{self, RecordingKind, SNIFFED};
use super::{AudioError, RECOGNISED_RATE, wav};

/// Decodes what arrives while it arrives, up to so many samples: `heard` takes each block as soon as it
/// can be decoded, and says whether anybody still listens. The calling thread waits for what arrives.
///
/// A read of `input` must give what is there rather than fill its buffer.
///
/// # Errors
/// [`AudioError`].
pub(super) fn arriving(
    mut input: impl Read + Send + Sync + 'static,
    most: usize,
    heard: &mut impl FnMut(&mut Vec<i16>) -> bool,
) -> Result<(), AudioError> {
    let mut start = Vec::with_capacity(SNIFFED);
    let mut buffer = [0; SNIFFED];
    while start.len() < sniff::MAGIC {
        match input.read(&mut buffer) {
            Ok(read @ 1..) => start.extend(buffer.get(..read).unwrap_or_default()),
            _ => return Err(AudioError::Unsupported),
        }
    }
    let kind = sniff::magic(&start).ok_or(AudioError::Unsupported)?;
    if kind == RecordingKind::Wav {
        wav::mend(&mut start, None);
    }
    let mut recording = Recording::open(kind, Box::new(ReadOnlySource::new(Cursor::new(start).chain(input))))?;
    let mut conversion = Conversion::default();
    let mut length = 0;
    while let Some(block) = recording.next()? {
        conversion.push(&block)?;
        length += conversion.samples.len();
        if length > most {
            return Err(too_long(most));
        }
        if !conversion.samples.is_empty() && !heard(&mut conversion.samples) {
            return Ok(());
        }
        conversion.samples.clear();
    }
    conversion.finish();
    if !conversion.samples.is_empty() {
        heard(&mut conversion.samples);
    } else if length == 0 && recording.is_damaged() {
        return Err(AudioError::Damaged);
    }
    Ok(())
}

/// The error for more than so many samples.
pub(super) fn too_long(most: usize) -> AudioError {
    let seconds = most as u64 / u64::from(RECOGNISED_RATE);
    AudioError::TooLong { limit: Duration::from_secs(seconds) }
}
