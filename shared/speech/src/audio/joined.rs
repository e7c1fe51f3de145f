//! Recordings that were concatenated in one file.
//!
//! Readers stop at the end of the first one. Ogg and ADTS support concatenation and need no special handling.

use bytes::Bytes;

use super::mp4;
use super::sniff::{self, RecordingKind, SNIFFED};

/// Length of an `ID3v1` tag at the end of an MP3 recording.
const OLD_TAG: usize = 128;

/// The recordings in a file of this kind. Most files contain one.
pub(super) fn recordings(kind: RecordingKind, bytes: &Bytes) -> Vec<Bytes> {
    let starts = match kind {
        RecordingKind::Matroska => found(bytes, *b"\x1A\x45\xDF\xA3", is_ebml_header),
        RecordingKind::Wav => found(bytes, *b"RIFF", |header| header.get(8..12) == Some(b"WAVE")),
        RecordingKind::Aiff => found(bytes, *b"FORM", |header| matches!(header.get(8..12), Some(b"AIFF" | b"AIFC"))),
        // Its first block has a fixed length.
        RecordingKind::Flac => found(bytes, *b"fLaC", |header| matches!(header.get(4..8), Some([0 | 0x80, 0, 0, 34]))),
        RecordingKind::Mp4 => mp4::further_starts(bytes),
        RecordingKind::Mp3 => return mp3(bytes),
        RecordingKind::Ogg | RecordingKind::Adts => Vec::new(),
    };
    let ends = starts.iter().copied().chain([bytes.len()]);
    let starts = [0].into_iter().chain(starts.iter().copied());
    starts.zip(ends).map(|(start, end)| bytes.slice(start..end)).collect()
}

/// Positions of further headers, except at the start.
fn found(bytes: &[u8], mark: [u8; 4], is_header: impl Fn(&[u8]) -> bool) -> Vec<usize> {
    let marks = bytes.windows(4).enumerate().skip(1).filter(|(_, window)| *window == mark);
    marks.map(|(at, _)| at).filter(|&at| bytes.get(at..).is_some_and(&is_header)).collect()
}

/// Whether an EBML header begins here: its length in one or eight bytes, followed by one of its elements, whose ids all
/// begin with the same byte.
fn is_ebml_header(header: &[u8]) -> bool {
    let element = match header.get(4..12) {
        Some([0x01, 0, 0, 0, 0, 0, 0, _]) => header.get(12..14),
        Some([length, ..]) if *length >= 0x80 => header.get(5..7),
        _ => None,
    };
    matches!(element, Some([0x42, 0x82 | 0x85 | 0x86 | 0x87 | 0xF2 | 0xF3 | 0xF7]))
}

/// Splits MP3 recordings. At most the first frame says how many frames follow; the rest is another recording.
fn mp3(bytes: &Bytes) -> Vec<Bytes> {
    let mut recordings = Vec::new();
    let mut rest = bytes.clone();
    while let Some(end) = announced_end(&rest) {
        let next = behind_tags(rest.slice(end..));
        if sniff::kind(next.get(..SNIFFED).unwrap_or(&next)) != Some(RecordingKind::Mp3) {
            break;
        }
        recordings.push(rest.slice(..end));
        rest = next;
    }
    recordings.push(rest);
    recordings
}

/// The end of the frames that a recording announces; `None` if it announces nothing.
fn announced_end(bytes: &[u8]) -> Option<usize> {
    let mut at = sniff::mp3_frame(bytes)?;
    let first = bytes.get(..at)?;
    // Behind the header and the side information, whose length depends on version and channels.
    let mut places = [13, 15, 21, 23, 36, 38].into_iter().filter_map(|place| first.get(place..));
    let info = places.find(|info| info.starts_with(b"Xing") || info.starts_with(b"Info"))?;
    let (flags, rest) = info.get(4..)?.split_first_chunk::<4>()?;
    if u32::from_be_bytes(*flags) & 1 == 0 {
        return None;
    }
    for _ in 0..u32::from_be_bytes(*rest.first_chunk::<4>()?) {
        let Some(frame) = bytes.get(at..).and_then(sniff::mp3_frame) else { break };
        at += frame;
    }
    Some(at.min(bytes.len()))
}

fn behind_tags(mut bytes: Bytes) -> Bytes {
    if bytes.starts_with(b"TAG") {
        bytes = bytes.slice(OLD_TAG.min(bytes.len())..);
    }
    bytes.slice(sniff::tag_length(&bytes).min(bytes.len())..)
}
