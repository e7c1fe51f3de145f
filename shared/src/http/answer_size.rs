//! How large an answer that is not streamed may be.

/// The most that an answer may weigh, in bytes. Lambda takes 6 MB of an answer, as the text of a JSON value, with its
/// headers.
pub const HEAVIEST_ANSWER: usize = 5 * 1024 * 1024;

/// What a text weighs in an answer: its bytes, and those by which they are escaped in the JSON that a function on Lambda
/// answers with.
#[must_use]
pub fn weight(text: &[u8]) -> usize {
    let escaped = |byte: &u8| match byte {
        b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 2,
        0..0x20 => 6,
        _ => 1,
    };
    text.iter().map(escaped).sum()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn a_text_weighs_what_it_takes_in_json() {
        for text in ["", "plain", "a \"quoted\" \\ one\nand\ttwo\r", "\u{1}\u{8}\u{c}\u{1f}", "Größe 5 µm"] {
            assert_eq!(weight(text.as_bytes()), serde_json::to_string(text).unwrap().len() - 2, "{text:?}");
        }
    }
}
