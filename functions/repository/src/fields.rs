//! Values that bodies of this family hold.

use foundation::ApiError;
use foundation::fetch::LARGEST_DOCUMENT;
use serde_json::Value;
use shared::http::{Field, text};

/// The answer to a larger one.
pub(crate) fn too_large() -> ApiError {
    let most = LARGEST_DOCUMENT / (1024 * 1024);
    ApiError::payload_too_large(
        "file_too_large",
        format!("A document may have at most {most} MiB. Please split the file."),
    )
}

/// The name of a file, without a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileName(pub(crate) String);

impl Field for FileName {
    fn parse(value: &Value) -> Result<Self, String> {
        let name = text(value, 1, 255)?;
        if name.contains(['/', '\\']) {
            return Err("must be the name of a file, without a path".to_owned());
        }
        if name.contains(['\n', '\r', '\t']) {
            return Err("must be on one line".to_owned());
        }
        Ok(Self(name))
    }
}

/// A number of bytes, as a number or, as some clients send it, as digits in text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bytes(pub(crate) u64);

impl Field for Bytes {
    fn parse(value: &Value) -> Result<Self, String> {
        let number = match value {
            Value::Number(number) => number.as_u64(),
            Value::String(digits) => digits.trim().parse().ok(),
            _ => None,
        };
        number.map(Self).ok_or_else(|| "must be a whole number of bytes".to_owned())
    }
}

/// Text of 1 to `MAX` characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text<const MAX: usize>(pub(crate) String);

impl<const MAX: usize> Field for Text<MAX> {
    fn parse(value: &Value) -> Result<Self, String> {
        text(value, 1, MAX).map(Self)
    }
}

/// A media type; a browser that does not know the file says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContentType(pub(crate) String);

impl Field for ContentType {
    fn parse(value: &Value) -> Result<Self, String> {
        text(value, 0, 255).map(Self)
    }
}

/// The number of a part, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartNumber(pub(crate) u32);

impl Field for PartNumber {
    fn parse(value: &Value) -> Result<Self, String> {
        let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
        number
            .filter(|number| (1..=10_000).contains(number))
            .map(Self)
            .ok_or_else(|| "must be a number from 1 to 10000".to_owned())
    }
}
