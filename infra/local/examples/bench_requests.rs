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

use std::time::{Duration, Instant};

use futures::StreamExt;
use reqwest::Client;
use serde_json::{Value, json};

const SESSIONS: usize = 100;
const ALONE: usize = 500;
const TOGETHER: usize = 16;
const SECONDS: u64 = 5;
const QUESTIONS: usize = 40;

struct Bench {
    client: Client,
    api: String,
    token: String,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let (gateway, mail, manual) = (arguments.next().unwrap(), arguments.next().unwrap(), arguments.next().unwrap());
    let bench = Bench::sign_up(&gateway, &mail).await;
    bench.upload(&manual).await;
    for at in 0..SESSIONS {
        bench.post("chat/sessions", json!({"title": format!("Session {at}")})).await;
    }
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
    async fn sign_up(gateway: &str, mail: &str) -> Self {
        let client = shared::outbound::builder().timeout(Duration::from_mins(2)).build().unwrap();
        let mut bench = Self { client, api: format!("{gateway}/api/v1"), token: String::new() };
        let email = format!("bench-{}@example.com", shared::ids::new_ulid().to_lowercase());
        let person = json!({"email": email, "password": "correct horse", "confirmPassword": "correct horse",
            "role": "civilian", "firstName": "Bench", "lastName": "Mark", "company": ""});
        bench.post("auth/register", person).await;
        let mut mails: Vec<_> = std::fs::read_dir(mail).unwrap().map(|entry| entry.unwrap().path()).collect();
        mails.sort();
        let text = std::fs::read_to_string(mails.last().unwrap()).unwrap();
        let mut words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() == 6);
        let code = words.find(|word| word.bytes().all(|b| b.is_ascii_digit())).unwrap();
        bench.post("auth/verify-otp", json!({"email": email, "otp": code})).await;
        let data = bench.post("auth/login", json!({"email": email, "password": "correct horse"})).await;
        data["accessToken"].as_str().unwrap().clone_into(&mut bench.token);
        bench
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(format!("{}/{path}", self.api)).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.unwrap().error_for_status().unwrap();
        answer.json::<Value>().await.unwrap()["data"].clone()
    }

    async fn get(&self, path: &str) -> Value {
        let request = self.client.get(format!("{}/{path}", self.api)).bearer_auth(&self.token);
        request.send().await.unwrap().error_for_status().unwrap().json().await.unwrap()
    }

    async fn upload(&self, manual: &str) {
        let bytes = std::fs::read(manual).unwrap();
        let wish = json!({"fileName": "manual.pdf", "fileSize": bytes.len(), "contentType": "application/pdf"});
        let data = self.post("repository/uploads", wish).await;
        let put = self.client.put(data["upload"]["url"].as_str().unwrap()).header("Content-Type", "application/pdf");
        put.body(bytes).send().await.unwrap().error_for_status().unwrap();
        let path = format!("repository/documents/{}", data["document"]["id"].as_str().unwrap());
        while self.get(&path).await["data"]["status"] != "ready" {
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    /// Milliseconds of each request, and requests per second.
    async fn one_by_one(&self, path: &str) -> (Vec<f64>, f64) {
        let (started, mut times) = (Instant::now(), Vec::new());
        for _ in 0..ALONE {
            let began = Instant::now();
            self.get(path).await;
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
                self.get(path).await;
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
            let request = self.client.post(format!("{}/chat/messages/stream", self.api)).bearer_auth(&self.token);
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
