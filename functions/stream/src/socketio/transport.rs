//! The byte stream of a connection, which this side can end.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// How long a client may not read what is sent to it.
const STALL: Duration = Duration::from_secs(20);

/// A stream that ends when its token is cancelled, or when its client does not read. To Socket.IO that is a closed
/// transport, after which clients connect again; a DISCONNECT packet would be final.
pub(super) struct Transport<S, H> {
    stream: S,
    ended: CancellationToken,
    end: Pin<Box<WaitForCancellationFutureOwned>>,
    /// Runs while a write waits for the client.
    stalled: Option<Pin<Box<Sleep>>>,
    /// Dropped with the connection.
    _held: H,
}

impl<S, H> Transport<S, H> {
    pub(super) fn new(stream: S, ended: CancellationToken, held: H) -> Self {
        let end = Box::pin(ended.clone().cancelled_owned());
        Self { stream, ended, end, stalled: None, _held: held }
    }

    /// The result of a write, which fails once it has waited for too long.
    fn in_time<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.stalled = None;
            return written;
        }
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(sleep(STALL)));
        ready!(stalled.as_mut().poll(context));
        self.ended.cancel();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncRead + Unpin, H: Unpin> AsyncRead for Transport<S, H> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.ended.is_cancelled() || self.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncWrite + Unpin, H: Unpin> AsyncWrite for Transport<S, H> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.in_time(context, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        self.in_time(context, flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_stream_ends_when_it_is_told_to() {
        let (mut client, server) = tokio::io::duplex(64);
        let ended = CancellationToken::new();
        let mut transport = Transport::new(server, ended.clone(), ());
        client.write_all(b"abc").await.unwrap();
        let mut read = [0; 8];
        assert_eq!(transport.read(&mut read).await.unwrap(), 3);
        assert!(timeout(Duration::from_millis(20), transport.read(&mut read)).await.is_err(), "it waits for more");
        ended.cancel();
        assert_eq!(transport.read(&mut read).await.unwrap(), 0);
    }
}
