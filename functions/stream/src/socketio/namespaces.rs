//! The namespaces under which chat is reached.
//!
//! The path of the address that a client is configured with becomes its namespace: `/chat`, with a slash too many
//! `//chat`, behind the stage of an API `/prod/chat`.

use std::collections::HashSet;
use std::future::ready;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

use socketioxide::SocketIo;
use socketioxide::extract::{HttpExtension, SocketRef};
use socketioxide::handler::ConnectHandler;
use tokio_util::sync::CancellationToken;

use super::{Connection, session};
use crate::Parts;

/// Namespaces that clients are known to use.
const KNOWN: [&str; 3] = ["/chat", "//chat", "/api/v1/chat"];
/// Number of namespaces, and the length of a name in bytes. The server keeps each until it ends.
const MOST: usize = 256;
const LONGEST: usize = 100;

/// The names in use.
#[derive(Debug, Clone)]
struct Names(Arc<Mutex<HashSet<String>>>);

impl Names {
    fn new() -> Self {
        Self(Arc::new(Mutex::new(KNOWN.map(str::to_owned).into())))
    }

    /// Whether chat is served under this name.
    fn admit(&self, name: &str) -> bool {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_known = names.contains(name);
        let is_new = || name.ends_with("/chat") && name.len() <= LONGEST && names.len() < MOST;
        is_known || (is_new() && names.insert(name.to_owned()))
    }
}

/// Serves chat under its namespaces. Each connection joins one.
pub(super) fn register(io: &SocketIo, parts: &Parts, stop: &CancellationToken) {
    let (names, parts, stop) = (Names::new(), parts.clone(), stop.clone());
    let check = move |socket: SocketRef, io: SocketIo, HttpExtension(connection): HttpExtension<Connection>| {
        let is_served = names.admit(socket.ns());
        if !is_served {
            io.delete_ns(socket.ns());
        }
        let is_first = is_served && !connection.has_joined.swap(true, Ordering::Relaxed);
        ready(if is_first { Ok(()) } else { Err("Invalid namespace") })
    };
    let join = move |socket: SocketRef, HttpExtension(connection): HttpExtension<Connection>| {
        session::open(&socket, connection, parts.clone(), stop.clone());
        ready(())
    };
    for name in KNOWN {
        io.ns(name, join.clone().with(check.clone()));
    }
    if let Err(error) = io.dyn_ns("/{*path}", join.with(check)) {
        tracing::error!(%error, "namespaces with a prefix are not served");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_that_end_in_chat_are_served_and_few_of_them() {
        let names = Names::new();
        for name in ["/chat", "//chat", "/api/v1/chat", "/prod/chat", "//api//v1//chat"] {
            assert!(names.admit(name), "{name}");
        }
        for name in ["/", "/chats", "/chat/", "/prod", &format!("/{}/chat", "x".repeat(LONGEST))] {
            assert!(!names.admit(name), "{name}");
        }
        let served = (0..2 * MOST).filter(|at| names.admit(&format!("/{at}/chat"))).count();
        assert!(served < MOST);
        assert!(names.admit("/chat") && names.admit("/prod/chat"));
    }
}
