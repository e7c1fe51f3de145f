//! Repairs truncated or concatenated MP4 files at the level of their outermost boxes.

use bytes::Bytes;

/// The position, type, header length and total length of a box.
struct Outline {
    start: usize,
    name: [u8; 4],
    /// 8 bytes, or 16 with a 64-bit length.
    head: usize,
    /// The length in its header; `None` if it extends to the end of the file.
    length: Option<u64>,
}

/// The outermost boxes, up to the first with an invalid header.
fn boxes(bytes: &[u8]) -> impl Iterator<Item = Outline> {
    let mut next = Some(0);
    std::iter::from_fn(move || {
        let start = next.take()?;
        let (size, rest) = bytes.get(start..)?.split_first_chunk::<4>()?;
        let (name, rest) = rest.split_first_chunk::<4>()?;
        let (head, length) = match u32::from_be_bytes(*size) {
            0 => (8, None),
            1 => (16, Some(u64::from_be_bytes(*rest.first_chunk::<8>()?))),
            size => (8, Some(u64::from(size))),
        };
        if let Some(length) = length {
            if length < head as u64 {
                return None;
            }
            next = usize::try_from(length).ok().and_then(|length| start.checked_add(length));
        }
        Some(Outline { start, name: *name, head, length })
    })
}

/// Positions at which concatenated recordings begin.
pub(super) fn further_starts(bytes: &[u8]) -> Vec<usize> {
    let mut has_sound = false;
    let mut starts = Vec::new();
    for outline in boxes(bytes) {
        if outline.name == *b"ftyp" && has_sound {
            starts.push(outline.start);
            has_sound = false;
        }
        has_sound |= matches!(&outline.name, b"moov" | b"mdat" | b"moof");
    }
    starts
}

/// Corrects the length of a truncated last box, so that the sound in it can be read.
pub(super) fn mended(bytes: Bytes) -> Bytes {
    let end = bytes.len() as u64;
    let cut = boxes(&bytes).find(|outline| outline.length.is_some_and(|length| length > end - outline.start as u64));
    let Some(Outline { start, head, .. }) = cut else { return bytes };
    let length = end - start as u64;
    let mut bytes = bytes.to_vec();
    if head == 16 {
        if let Some(field) = bytes.get_mut(start + 8..start + 16) {
            field.copy_from_slice(&length.to_be_bytes());
        }
    } else if let (Some(field), Ok(length)) = (bytes.get_mut(start..start + 4), u32::try_from(length)) {
        field.copy_from_slice(&length.to_be_bytes());
    }
    bytes.into()
}
