//! Ports for programs that cannot be asked which they took.

use std::io;
use std::net::{Ipv4Addr, TcpListener};

/// Below what Linux, macOS and Windows hand out by themselves (from 32768 or 49152 on), so that no
/// connection and no listener on port 0 takes it before the program does.
const RANGE: std::ops::Range<u16> = 20_000..32_000;
const ATTEMPTS: usize = 100;

/// A port of this machine that nobody listens on at the moment.
///
/// # Errors
///
/// The last one of binding, where many ports in a row are taken.
pub fn free_port() -> io::Result<u16> {
    let mut taken = io::Error::from(io::ErrorKind::AddrInUse);
    for _ in 0..ATTEMPTS {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, rand::random_range(RANGE))) {
            Ok(listener) => return Ok(listener.local_addr()?.port()),
            Err(error) => taken = error,
        }
    }
    Err(taken)
}
