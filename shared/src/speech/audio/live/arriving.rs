use std::io::Read;

use bytes::{Buf, Bytes};
use tokio::sync::mpsc;

/// Reads what arrives, piece by piece, and waits for the next one where there is none. A read gives
/// what is there rather than fill its buffer, so that nothing is held back.
pub(super) struct Arriving {
    piece: Bytes,
    feed: mpsc::Receiver<Bytes>,
}

impl Arriving {
    /// Starts with a first piece.
    pub(super) fn new(piece: Bytes, feed: mpsc::Receiver<Bytes>) -> Self {
        Self { piece, feed }
    }
}

impl Read for Arriving {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        while self.piece.is_empty() {
            match self.feed.blocking_recv() {
                Some(piece) => self.piece = piece,
                None => return Ok(0),
            }
        }
        let length = self.piece.len().min(buffer.len());
        self.piece.split_to(length).copy_to_slice(buffer.get_mut(..length).unwrap_or_default());
        Ok(length)
    }
}
