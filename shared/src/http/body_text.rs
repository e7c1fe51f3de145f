//! What a JSON body may look like beside what the standard says: people's programs send byte order marks
//! and halves of characters.

use std::borrow::Cow;

use serde_json::Value;

use foundation::ApiError;

/// Reads a JSON body. A byte order mark is passed over; half a character (a lone surrogate such as
/// `\ud83d`, which comes from text that was cut) becomes U+FFFD.
///
/// # Errors
/// 400 `malformed_json`, with a sentence that says what a person can do.
pub(super) fn read(bytes: &[u8]) -> Result<Value, ApiError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(malformed("The body is not UTF-8: it looks like UTF-16. Please send JSON in UTF-8."));
    }
    let text = std::str::from_utf8(bytes)
        .map_err(|_| malformed("The body is not UTF-8. Please send JSON in UTF-8, the encoding of the web."))?;
    if text.trim().is_empty() {
        return Err(malformed("The body is empty. Please send a JSON object."));
    }
    serde_json::from_str(&whole_characters(text)).map_err(|error| malformed(sentence(&error)))
}

fn malformed(sentence: impl Into<Cow<'static, str>>) -> ApiError {
    ApiError::bad_request("malformed_json", sentence)
}

/// What is wrong, without the parser's own words.
fn sentence(error: &serde_json::Error) -> String {
    if error.is_eof() {
        return "The body is not valid JSON: it ends too early. Perhaps a part of it got lost.".to_owned();
    }
    if error.to_string().starts_with("recursion limit") {
        return "The body is nested too deeply. Please send a flat JSON object.".to_owned();
    }
    format!("The body is not valid JSON: see line {}, column {}.", error.line(), error.column())
}

/// The text with each escape of half a character replaced by that of U+FFFD.
fn whole_characters(text: &str) -> Cow<'_, str> {
    if !text.contains("\\u") {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let taken = match (unit(escape), escape.get(6..).and_then(unit)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                out.push_str("\\ufffd");
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            (Some(_), _) => 6,
            // Another escape: the character behind the backslash belongs to it.
            (None, _) => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        let (escape, after) = escape.split_at(taken);
        out.push_str(escape);
        rest = after;
    }
    out.push_str(rest);
    out.into()
}

/// The unit of UTF-16 whose escape a text begins with.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn halves_of_characters_are_replaced_and_nothing_else() {
        for (body, content) in [
            (r#"{"a":"x \ud83d y"}"#, "x \u{fffd} y"),
            (r#"{"a":"\ude00\uD83D"}"#, "\u{fffd}\u{fffd}"),
            (r#"{"a":"\ud83d\ud83d\ude00"}"#, "\u{fffd}😀"),
            (r#"{"a":"\ud83d\n\\ud83d"}"#, "\u{fffd}\n\\ud83d"),
            (r#"{"a":"\\\ud83dé\u00e9"}"#, "\\\u{fffd}éé"),
            (r#"{"a":"\ud83d\u00e9\ufffd"}"#, "\u{fffd}é\u{fffd}"),
            ("\u{feff}{\"a\":\"b\"}", "b"),
            ("\u{feff} \r\n{\"a\":\"\\u0041\"}\n", "A"),
        ] {
            assert_eq!(read(body.as_bytes()).unwrap(), json!({"a": content}), "{body}");
        }
        assert_eq!(read(r#"{"\ud83d":1}"#.as_bytes()).unwrap(), json!({"\u{fffd}": 1}));
    }

    #[test]
    fn what_is_wrong_is_said_in_words_that_people_use() {
        let deep = "[".repeat(500);
        for (body, sentence) in [
            (&b"{\"a\": "[..], "The body is not valid JSON: it ends too early. Perhaps a part of it got lost."),
            (b"{\"a\": \"\\ud8", "The body is not valid JSON: it ends too early. Perhaps a part of it got lost."),
            (b"{\"a\": \"\\ud83x\"}", "The body is not valid JSON: see line 1, column 13."),
            (b"{a: 1}", "The body is not valid JSON: see line 1, column 2."),
            (b"{\"a\": 1}}", "The body is not valid JSON: see line 1, column 9."),
            (b"a=1&b=2", "The body is not valid JSON: see line 1, column 1."),
            (b"", "The body is empty. Please send a JSON object."),
            (b" \n", "The body is empty. Please send a JSON object."),
            (b"{\"a\": \"J\xf6rg\"}", "The body is not UTF-8. Please send JSON in UTF-8, the encoding of the web."),
            (b"\xff\xfe{\0}\0", "The body is not UTF-8: it looks like UTF-16. Please send JSON in UTF-8."),
            (deep.as_bytes(), "The body is nested too deeply. Please send a flat JSON object."),
        ] {
            let error = read(body).unwrap_err();
            assert_eq!((error.code(), error.message()), ("malformed_json", sentence), "{body:?}");
        }
    }
}
