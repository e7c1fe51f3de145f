//! Repairs lengths in WAV headers.
//!
//! Programs that write WAV to a pipe cannot fill in the lengths afterwards and write 0 or the maximum; truncated
//! recordings have wrong lengths too. An impossible length is replaced by the maximum, which means "until the end".

/// The length "until the end".
const UNKNOWN: [u8; 4] = [0xFF; 4];

/// Repairs the lengths in the header of a WAV file. `length` is the size of the file; `None` while it arrives. RF64,
/// the variant for long files, is read like WAV.
pub(super) fn mend(head: &mut [u8], length: Option<u64>) {
    if let Some(start) = head.first_chunk_mut::<8>() {
        *start = *b"RIFF\xFF\xFF\xFF\xFF";
    }
    let mut at = 12;
    while let Some(&[a, b, c, d, e, f, g, h]) = head.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let size = u32::from_le_bytes([e, f, g, h]);
        let Ok(skipped) = usize::try_from(u64::from(size) + 8 + u64::from(size & 1)) else { return };
        if [a, b, c, d] == *b"data" {
            let end = at as u64 + 8 + u64::from(size);
            let lies = size == 0 || length.is_some_and(|length| end > length);
            if let Some(field) = head.get_mut(at + 4..at + 8).filter(|_| lies) {
                field.copy_from_slice(&UNKNOWN);
            }
            return;
        }
        at = at.saturating_add(skipped);
    }
}
