//! Decodes a recording while it arrives.

use std::io::{Cursor, Read};
use std::time::Duration;

use symphonia::core::io::ReadOnlySource;

use super::decode::Conversion;
use super::recording::Recording;
use super::sniff::{self, RecordingKind, SNIFFED};
use super::{AudioError, RECOGNISED_RATE, wav};

/// Decodes at most `most` samples while they arrive. `heard` gets each block as soon as it is decoded, and returns
/// whether to continue. Blocks the calling thread until the end.
///
/// `input` must return available bytes at once instead of filling the buffer.
///
/// # Errors
/// If the recording is empty, unsupported, damaged or too long.
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

/// The error for a recording with more samples than `most`.
pub(super) fn too_long(most: usize) -> AudioError {
    let seconds = most as u64 / u64::from(RECOGNISED_RATE);
    AudioError::TooLong { limit: Duration::from_secs(seconds) }
}
