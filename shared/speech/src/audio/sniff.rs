//! Detects the format of a recording from its content.

/// Supported recording formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordingKind {
    /// Matroska, `WebM`.
    Matroska,
    /// Ogg with Opus, Vorbis or FLAC.
    Ogg,
    /// RIFF WAVE, and RF64, its variant for more than 4 GiB.
    Wav,
    /// AIFF and AIFF-C.
    Aiff,
    /// FLAC without a container.
    Flac,
    /// ISO base media: MP4, M4A, 3GP, `QuickTime`.
    Mp4,
    /// MPEG audio layer III without a container.
    Mp3,
    /// AAC in ADTS frames.
    Adts,
}

/// Maximum number of bytes that are examined.
pub(super) const SNIFFED: usize = 4_096;

/// Number of bytes that identify every kind except MPEG frames.
pub(super) const MAGIC: usize = 12;

/// Maximum junk before the first MPEG frame, and the number of frames that must follow then.
const JUNK: usize = SNIFFED - 4;
const FRAMES_AFTER_JUNK: usize = 3;

/// Bitrates of layer III in kilobits per second, by the header's index: MPEG 1, and MPEG 2 and 2.5.
const BITRATES: [[u32; 15]; 2] = [
    [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
    [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
];

/// The format of a recording that begins with these bytes, after any tag of [`tag_length`].
pub(super) fn kind(head: &[u8]) -> Option<RecordingKind> {
    magic(head).or_else(|| frames(head))
}

/// The format of a recording with a signature at its start.
pub(super) fn magic(head: &[u8]) -> Option<RecordingKind> {
    let form = head.get(8..12);
    match head.get(..4)? {
        b"\x1A\x45\xDF\xA3" => Some(RecordingKind::Matroska),
        b"OggS" => Some(RecordingKind::Ogg),
        b"RIFF" | b"RF64" if form == Some(b"WAVE") => Some(RecordingKind::Wav),
        b"FORM" if matches!(form, Some(b"AIFF" | b"AIFC")) => Some(RecordingKind::Aiff),
        b"fLaC" => Some(RecordingKind::Flac),
        _ if head.get(4..8) == Some(b"ftyp") && !form.is_some_and(is_picture) => Some(RecordingKind::Mp4),
        _ => None,
    }
}

/// Whether an ISO base media brand is that of pictures.
fn is_picture(brand: &[u8]) -> bool {
    matches!(brand, b"heic" | b"heix" | b"heim" | b"heis" | b"mif1" | b"msf1" | b"avif" | b"avis" | b"crx ")
}

/// The length of an `ID3v2` tag at the start, which some programs put before recordings of any format.
pub(super) fn tag_length(head: &[u8]) -> usize {
    match head.get(..10) {
        Some(&[b'I', b'D', b'3', _, _, flags, a, b, c, d]) if (a | b | c | d) < 0x80 => {
            let body = [a, b, c, d].iter().fold(0, |length, &byte| (length << 7) | usize::from(byte));
            let footer = if flags & 0x10 == 0 { 0 } else { 10 };
            10 + body + footer
        }
        _ => 0,
    }
}

/// Detects recordings without a header: consecutive frames at the start or after a little junk.
fn frames(head: &[u8]) -> Option<RecordingKind> {
    if let Some(kind) = frames_at(head, 2) {
        return Some(kind);
    }
    let last = head.len().min(JUNK);
    (1..last).find_map(|start| frames_at(head.get(start..)?, FRAMES_AFTER_JUNK))
}

fn frames_at(head: &[u8], wanted: usize) -> Option<RecordingKind> {
    let [kind, other] =
        [(RecordingKind::Mp3, mp3_frame as fn(&[u8]) -> Option<usize>), (RecordingKind::Adts, adts_frame)]
            .map(|(kind, length)| follow(head, wanted, length).then_some(kind));
    kind.or(other)
}

/// Whether this many frames follow each other. A frame that extends beyond the end is the last.
fn follow(head: &[u8], wanted: usize, length: fn(&[u8]) -> Option<usize>) -> bool {
    let mut rest = head;
    for found in 0..wanted {
        if found > 0 && rest.len() < 4 {
            return wanted == 2;
        }
        match length(rest) {
            Some(frame) => rest = rest.get(frame..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

/// The length of the layer III frame with this header.
pub(super) fn mp3_frame(head: &[u8]) -> Option<usize> {
    let &[0xFF, second, third, ..] = head else { return None };
    let (version, layer) = ((second >> 3) & 3, (second >> 1) & 3);
    if second & 0xE0 != 0xE0 || version == 1 || layer != 1 {
        return None;
    }
    let mpeg_1 = version == 3;
    let bitrate = *BITRATES.get(usize::from(!mpeg_1))?.get(usize::from(third >> 4))?;
    let rate = [44_100, 48_000, 32_000].get(usize::from((third >> 2) & 3))?;
    let rate = match version {
        3 => *rate,
        2 => rate / 2,
        _ => rate / 4,
    };
    let padding = u32::from((third >> 1) & 1);
    let length = if mpeg_1 { 144_000 } else { 72_000 } * bitrate / rate + padding;
    (bitrate > 0).then_some(length as usize)
}

/// The length of the ADTS frame with this header.
fn adts_frame(head: &[u8]) -> Option<usize> {
    let &[0xFF, second, third, fourth, fifth, sixth, ..] = head else { return None };
    if second & 0xF6 != 0xF0 || (third >> 2) & 0xF > 12 {
        return None;
    }
    let length = usize::from(fourth & 3) << 11 | usize::from(fifth) << 3 | usize::from(sixth >> 5);
    (length > 7).then_some(length)
}
