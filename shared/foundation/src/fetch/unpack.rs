//! Decompresses content that a server has compressed unasked.

use std::io::Write;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use http::header;
use reqwest::Response;

use super::FetchError;

/// Maximum number of bytes that one piece may unpack to. Gzip compresses by a factor of a thousand at most, and pieces
/// are small.
const MOST_AT_ONCE: usize = 128 * 1024 * 1024;

/// Content as it arrives, decompressed if necessary.
#[derive(Debug)]
pub(super) enum Unpacker {
    Plain,
    Gzip(Box<MultiGzDecoder<Bounded>>),
}

/// Unpacked bytes that have not been taken yet.
#[derive(Debug, Default)]
pub(super) struct Bounded(Vec<u8>);

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.0.len() + bytes.len() > MOST_AT_ONCE {
            return Err(std::io::Error::other("more is unpacked at once than may be"));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Unpacker {
    /// Chooses by the content encoding of the response.
    ///
    /// # Errors
    /// [`FetchError::UnknownEncoding`] if the encoding is not supported.
    pub(super) fn of(response: &Response) -> Result<Self, FetchError> {
        let values = response.headers().get_all(header::CONTENT_ENCODING).iter();
        let named: Vec<String> =
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).trim().to_ascii_lowercase()).collect();
        match named.join(", ").as_str() {
            "" | "identity" => Ok(Self::Plain),
            "gzip" | "x-gzip" => Ok(Self::Gzip(Box::new(MultiGzDecoder::new(Bounded::default())))),
            _ => Err(FetchError::UnknownEncoding),
        }
    }

    pub(super) fn is_plain(&self) -> bool {
        matches!(self, Self::Plain)
    }

    /// The unpacked bytes of the next piece; may be empty.
    ///
    /// # Errors
    /// [`FetchError::Damaged`] if it cannot be unpacked.
    pub(super) fn take(&mut self, piece: Bytes) -> Result<Bytes, FetchError> {
        match self {
            Self::Plain => Ok(piece),
            Self::Gzip(decoder) => {
                decoder.write_all(&piece).map_err(|_| FetchError::Damaged)?;
                Ok(std::mem::take(&mut decoder.get_mut().0).into())
            }
        }
    }

    /// The remaining bytes at the end of the content.
    ///
    /// # Errors
    /// [`FetchError::Damaged`] if the content is truncated.
    pub(super) fn finish(self) -> Result<Bytes, FetchError> {
        match self {
            Self::Plain => Ok(Bytes::new()),
            Self::Gzip(decoder) => decoder.finish().map(|rest| rest.0.into()).map_err(|_| FetchError::Damaged),
        }
    }
}
