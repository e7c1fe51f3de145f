//! The container that holds connections: the voice WebSocket, and chat over Socket.IO.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::reader::Reader;
use super::variables as var;

/// The container that holds connections.
#[derive(Debug, Clone)]
pub struct StreamConfig {
    /// The address that it listens on (`STREAM_ADDRESS`).
    pub address: SocketAddr,
    /// Maximum number of simultaneous voice connections of a user (`STREAM_CONNECTIONS_PER_USER`).
    pub connections_per_user: usize,
    /// Maximum number of simultaneous voice connections of a process (`STREAM_CONNECTIONS`).
    pub connections: usize,
    /// Maximum number of simultaneous Socket.IO connections of a user (`CHAT_CONNECTIONS_PER_USER`).
    pub chat_connections_per_user: usize,
    /// Maximum number of simultaneous Socket.IO connections of a process (`CHAT_CONNECTIONS`).
    pub chat_connections: usize,
    /// How long a connection may be idle (`STREAM_IDLE_SECONDS`).
    pub idle: Duration,
    /// The maximum duration of a turn (`STREAM_TURN_SECONDS`).
    pub turn: Duration,
    /// How long the process waits for running turns when it stops (`STREAM_DRAIN_SECONDS`).
    pub drain: Duration,
    /// The silence that ends an utterance (`ENDPOINT_SILENCE_MS`).
    pub endpoint_silence: Duration,
}

impl StreamConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let address = reader.text(&var::STREAM_ADDRESS).parse().unwrap_or_else(|_| {
            reader.problem(&var::STREAM_ADDRESS, "must be an address and a port, as in 0.0.0.0:8080");
            SocketAddr::from((Ipv4Addr::UNSPECIFIED, 8080))
        });
        Self {
            address,
            connections_per_user: reader.number(&var::STREAM_CONNECTIONS_PER_USER, 1, 10_000),
            connections: reader.number(&var::STREAM_CONNECTIONS, 1, 1_000_000),
            chat_connections_per_user: reader.number(&var::CHAT_CONNECTIONS_PER_USER, 1, 10_000),
            chat_connections: reader.number(&var::CHAT_CONNECTIONS, 1, 1_000_000),
            idle: Duration::from_secs(reader.number(&var::STREAM_IDLE_SECONDS, 1, 86_400)),
            turn: Duration::from_secs(reader.number(&var::STREAM_TURN_SECONDS, 1, 3_600)),
            drain: Duration::from_secs(reader.number(&var::STREAM_DRAIN_SECONDS, 1, 3_600)),
            endpoint_silence: Duration::from_millis(reader.number(&var::ENDPOINT_SILENCE_MS, 100, 5_000)),
        }
    }
}
