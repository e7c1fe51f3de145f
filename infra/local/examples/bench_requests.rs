//! Requests per second and their latencies against a system that is running, and the time from a
//! question to the first byte of its answer.
//!
//! Usage: `bench_requests GATEWAY MAIL_FOLDER MANUAL.pdf`. Prints one table.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people, rounded anyway"
)]

mod client;

use std::time::{Duration, Instant};

use futures::StreamExt;
use serde_json::json;

use client::Client;

const SESSIONS: usize = 100;
const ALONE: usize = 500;
const TOGETHER: usize = 16;
const SECONDS: u64 = 5;
const QUESTIONS: usize = 40;

struct Bench(Client);

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (gateway, mail, manual) = (arguments.next().unwrap(), arguments.next().unwrap(), arguments.next().unwrap());
    let client = Client::sign_up(&gateway, &mail).await;
    client.upload(&manual).await;
    for at in 0..SESSIONS {
        client.post("chat/sessions", json!({"title": format!("Session {at}")})).await;
    }
    let bench = Bench(client);
    println!("{:<34} {:>9} {:>9} {:>9} {:>9}", "", "p50 ms", "p99 ms", "max ms", "per s");
    for (name, path) in [
        ("profile", "user/profile"),
        ("session list, first of 10 pages", "chat/sessions?page=1&limit=10"),
        ("session list, last of 10 pages", "chat/sessions?page=10&limit=10"),
    ] {
        let (alone, rate) = bench.one_by_one(path).await;
        print_row(&format!("{name}, one by one"), alone, rate);
        let (together, rate) = bench.together(path).await;
        print_row(&format!("{name}, {TOGETHER} at once"), together, rate);
    }
    let (first, all) = bench.questions().await;
    print_row("question to first byte", first, 0.0);
    print_row("question to last byte", all, 0.0);
}

fn print_row(name: &str, mut times: Vec<f64>, rate: f64) {
    times.sort_by(f64::total_cmp);
    let at = |part: f64| times[((times.len() - 1) as f64 * part) as usize];
    let rate = if rate > 0.0 { format!("{rate:.0}") } else { String::new() };
    println!("{name:<44} {:>8.2} {:>8.2} {:>8.2} {rate:>8}", at(0.5), at(0.99), at(1.0));
}

impl Bench {
    /// Milliseconds of each request, and requests per second.
    async fn one_by_one(&self, path: &str) -> (Vec<f64>, f64) {
        let (started, mut times) = (Instant::now(), Vec::new());
        for _ in 0..ALONE {
            let began = Instant::now();
            self.0.get(path).await;
            times.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        (times, ALONE as f64 / started.elapsed().as_secs_f64())
    }

    async fn together(&self, path: &str) -> (Vec<f64>, f64) {
        let started = Instant::now();
        let until = started + Duration::from_secs(SECONDS);
        let clients = (0..TOGETHER).map(|_| async {
            let mut times = Vec::new();
            while Instant::now() < until {
                let began = Instant::now();
                self.0.get(path).await;
                times.push(began.elapsed().as_secs_f64() * 1000.0);
            }
            times
        });
        let times: Vec<f64> = futures::future::join_all(clients).await.into_iter().flatten().collect();
        let rate = times.len() as f64 / started.elapsed().as_secs_f64();
        (times, rate)
    }

    /// Milliseconds from each question to the first and the last byte of its stream.
    async fn questions(&self) -> (Vec<f64>, Vec<f64>) {
        let (mut first, mut all) = (Vec::new(), Vec::new());
        for at in 0..QUESTIONS {
            let question =
                json!({"content": format!("What is the torque of the pump flange bolts? ({at})"), "images": []});
            let began = Instant::now();
            let request = self.0.http.post(format!("{}/chat/messages/stream", self.0.api)).bearer_auth(&self.0.token);
            let answer = request.json(&question).send().await.unwrap().error_for_status().unwrap();
            let mut bytes = answer.bytes_stream();
            bytes.next().await.unwrap().unwrap();
            first.push(began.elapsed().as_secs_f64() * 1000.0);
            while bytes.next().await.is_some() {}
            all.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        (first, all)
    }
}
