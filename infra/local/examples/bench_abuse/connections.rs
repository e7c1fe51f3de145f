//! Thousands of connections on which a byte arrives now and then.

use std::time::{Duration, Instant};

use futures::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Client;
use crate::system::{System, quantile, resident};

/// As many of each kind.
const SLOW: usize = 1_000;
/// Requests of somebody else that are timed.
const TIMED: usize = 300;
/// The time between two bytes.
const PAUSE: Duration = Duration::from_secs(3);
/// How long a connection is waited for.
const LONGEST: Duration = Duration::from_mins(4);

/// What a slow client does.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Never ends the head of its request.
    Head,
    /// Never ends the body.
    Body,
}

pub async fn measure(program: &str) {
    let system = System::start(program, &[]).await;
    let client = system.user().await;
    println!("\n{:<60} {:>10} {:>10} {:>10}", "connections", "p50", "p99", "most");
    print_times("a profile, nobody else there (ms)", others(&client).await);
    let before = resident(system.process());
    let port = system.gateway_port();
    let began = Instant::now();
    let open = |kind: Kind| (0..SLOW).map(move |_| tokio::spawn(slow(port, kind)));
    let (heads, bodies): (Vec<_>, Vec<_>) = (open(Kind::Head).collect(), open(Kind::Body).collect());
    tokio::time::sleep(Duration::from_secs(4)).await;
    let each = (resident(system.process()) - before) * 1024.0 / (2 * SLOW) as f64;
    print_times(&format!("a profile, {} slow connections there (ms)", 2 * SLOW), others(&client).await);
    println!("{:<60} {each:>10.1}", "memory of one of them (KiB)");
    for (kind, connections) in [("head", heads), ("body", bodies)] {
        let ended: Vec<Option<f64>> = join_all(connections).await.into_iter().map(Result::unwrap).collect();
        let times: Vec<f64> = ended.iter().flatten().copied().collect();
        let left = ended.len() - times.len();
        print_times(&format!("a {kind} that never ends is ended after (s), {left} are not"), times);
    }
    println!("{:<60} {:>10.1}", "all were ended after (s)", began.elapsed().as_secs_f64());
    println!("{:<60} {:>10.1}", "memory that stays (MiB)", resident(system.process()) - before);
}

/// A connection that is slow until it is ended: after how many seconds it was.
async fn slow(port: u16, kind: Kind) -> Option<f64> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.expect("a connection");
    let opened = Instant::now();
    let beginning: &[u8] = match kind {
        Kind::Head => b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        Kind::Body => {
            b"POST /api/v1/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
              Content-Length: 100000\r\n\r\n"
        }
    };
    stream.write_all(beginning).await.expect("the beginning is taken");
    let mut answer = [0; 1024];
    while opened.elapsed() < LONGEST {
        match timeout(PAUSE, stream.read(&mut answer)).await {
            // The end, or an answer that says why it comes.
            Ok(Ok(0) | Err(_)) => return Some(opened.elapsed().as_secs_f64()),
            Ok(Ok(_)) => {}
            Err(_) => {
                if stream.write_all(b"x").await.is_err() {
                    return Some(opened.elapsed().as_secs_f64());
                }
            }
        }
    }
    None
}

/// How long somebody else waits for a profile, in milliseconds.
async fn others(client: &Client) -> Vec<f64> {
    let mut times = Vec::with_capacity(TIMED);
    for _ in 0..TIMED {
        let began = Instant::now();
        client.get("user/profile").await;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    times
}

fn print_times(name: &str, mut times: Vec<f64>) {
    let [half, most, last] = [0.5, 0.99, 1.0].map(|part| quantile(&mut times, part));
    println!("{name:<60} {half:>10.1} {most:>10.1} {last:>10.1}");
}
