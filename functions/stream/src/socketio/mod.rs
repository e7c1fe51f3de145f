//! Chat over Socket.IO (<https://socket.io/docs/v4/socket-io-protocol/>), for clients that send messages there only.
//!
//! [`handshake`] decides over HTTP who may connect, since a client tries again after an HTTP status, but not after a
//! `CONNECT_ERROR` or DISCONNECT packet. [`transport`] is a connection that can be ended without such a packet. In a
//! namespace ([`namespaces`]) each connection has a [`session`], which takes its events in order. A question is a
//! [`turn`]: like a streamed one, with its events sent by a [`client`]. An answer that outlived its connection is handed
//! over to the user's next one.

mod client;
mod handshake;
mod namespaces;
mod payload;
mod session;
mod transport;
mod turn;

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use foundation::config::StreamConfig;
use socketioxide::service::SocketIoService;
use socketioxide::{ParserConfig, SocketIo, TransportType};
use tokio_util::sync::CancellationToken;

pub(crate) use handshake::connect;

use crate::Parts;
use crate::connections::Connections;
use crate::speaker::Speaker;

/// Interval of pings, since load balancers close connections that are silent for a minute.
const PING: Duration = Duration::from_secs(25);
/// How long a client may take to answer one.
const PONG: Duration = Duration::from_secs(20);
/// How long a client may take to join a namespace.
const JOIN: Duration = Duration::from_secs(10);
/// Maximum size of a packet in bytes.
const LARGEST_PACKET: usize = 1024 * 1024;

/// The Socket.IO server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct ChatServer {
    service: SocketIoService<()>,
    connections: Connections,
}

/// A connection, from its handshake on.
#[derive(Debug, Clone)]
struct Connection {
    /// Its user.
    speaker: Speaker,
    /// Cancelled to end it.
    ended: CancellationToken,
    /// Cancelled once it has ended.
    closed: CancellationToken,
    /// Whether it is in a namespace.
    has_joined: Arc<AtomicBool>,
}

impl ChatServer {
    /// Sessions end when `stop` is cancelled and their answers are told.
    pub(crate) fn new(parts: &Parts, config: &StreamConfig, stop: &CancellationToken) -> Self {
        let (service, io) = builder().build_with_inner_svc(());
        namespaces::register(&io, parts, stop);
        let connections = Connections::new("chat", config.chat_connections_per_user, config.chat_connections);
        Self { service, connections }
    }

    /// Number of open connections.
    pub(crate) fn count(&self) -> usize {
        self.connections.count()
    }
}

fn builder() -> socketioxide::SocketIoBuilder {
    // Nothing here is sent as binary data.
    let parser = ParserConfig::common().max_incoming_binaries(0).max_incoming_binary_buf_size(0);
    SocketIo::builder()
        .with_parser(parser)
        .transports([TransportType::Websocket])
        .ping_interval(PING)
        .ping_timeout(PONG)
        .connect_timeout(JOIN)
        .max_payload(LARGEST_PACKET as u64)
        .ws_max_message_size(LARGEST_PACKET)
        .ws_max_frame_size(LARGEST_PACKET)
}

impl fmt::Debug for ChatServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatServer").field("connections", &self.connections).finish_non_exhaustive()
    }
}
