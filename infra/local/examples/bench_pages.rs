//! Pages as pictures: milliseconds and bytes, drawn and from the bucket, and what many requests at once take.
//!
//! Usage: `bench_pages PROGRAM MANUAL.pdf…`: the system to be started, and the manuals whose pages are shown.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a benchmark fails by panicking"
)]
#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people, rounded anyway"
)]

mod client;
#[path = "bench_abuse/system.rs"]
#[expect(dead_code, reason = "another benchmark uses all of it")]
mod system;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use futures::future::join_all;

use client::Client;
use system::{System, Watch, peak, quantile, resident};

const WIDTHS: [u32; 3] = [600, 1_000, 2_000];
/// Pages of each manual that are shown one by one.
const PAGES: usize = 12;
/// Requests at once.
const CROWD: usize = 200;
/// Two rows of a table with its head.
const MARK: &str = "mark=100,150,800,20_100,500,800,15_100,520,800,15";

/// A manual that was uploaded.
struct Manual {
    name: String,
    id: String,
    pages: u64,
}

/// Milliseconds, bytes and status of an answer.
struct Shown {
    milliseconds: f64,
    bytes: usize,
    status: u16,
}

#[tokio::main]
async fn main() {
    let mut arguments = std::env::args().skip(1);
    let program = arguments.next().expect("a program");
    let system = System::start(&program, &[]).await;
    let client = system.user().await;
    let mut manuals = Vec::new();
    for path in arguments {
        client.upload(&path).await;
        let newest = client.get("repository/documents?limit=1").await["data"]["documents"][0].clone();
        let name = std::path::Path::new(&path).file_stem().unwrap().to_string_lossy().into_owned();
        let (id, pages) = (newest["id"].as_str().unwrap().to_owned(), newest["pages"].as_u64().unwrap());
        manuals.push(Manual { name, id, pages });
    }
    println!("{:<44} {:>7} {:>9} {:>9} {:>9} {:>9}", "", "width", "p50 ms", "max ms", "p50 KiB", "max KiB");
    for manual in &manuals {
        one_by_one(&client, manual).await;
    }
    println!(
        "\n{:<44} {:>7} {:>7} {:>9} {:>9} {:>11}",
        "200 at once", "shown", "refused", "seconds", "peak MiB", "children MiB"
    );
    let Some(manual) = manuals.iter().max_by_key(|manual| manual.pages) else { return };
    let of_page = |at: usize| format!("{}?mark={},100,500,20", path(manual, 1), at);
    crowd(&system, &client, "marks on one page that is kept", (0..CROWD).map(of_page).collect()).await;
    let of_pages = |at: usize| format!("{}?width=1600&{MARK}", path(manual, at as u64 % manual.pages + 1));
    crowd(&system, &client, "pages that are drawn, 1600 wide, marked", (0..CROWD).map(of_pages).collect()).await;
}

fn path(manual: &Manual, page: u64) -> String {
    format!("repository/documents/{}/pages/{page}/image", manual.id)
}

async fn show(client: &Client, path: &str) -> Shown {
    let began = Instant::now();
    let request = client.http.get(format!("{}/{path}", client.api)).bearer_auth(&client.token);
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let bytes = answer.bytes().await.unwrap().len();
    Shown { milliseconds: began.elapsed().as_secs_f64() * 1000.0, bytes, status }
}

async fn one_by_one(client: &Client, manual: &Manual) {
    let step = (manual.pages as usize / PAGES).max(1);
    let pages: Vec<u64> = (1..=manual.pages).step_by(step).take(PAGES).collect();
    for width in WIDTHS {
        for (name, query) in [("drawn", ""), ("from the bucket", ""), ("from the bucket, marked", MARK)] {
            let mut shown = Vec::new();
            for page in &pages {
                let answer = show(client, &format!("{}?width={width}&{query}", path(manual, *page))).await;
                assert_eq!(answer.status, 200, "page {page} of {}", manual.name);
                shown.push(answer);
            }
            let mut times: Vec<f64> = shown.iter().map(|one| one.milliseconds).collect();
            let mut sizes: Vec<f64> = shown.iter().map(|one| one.bytes as f64 / 1024.0).collect();
            println!(
                "{:<44} {width:>7} {:>9.0} {:>9.0} {:>9.0} {:>9.0}",
                format!("{:.18}, {name}", manual.name),
                quantile(&mut times, 0.5),
                quantile(&mut times, 1.0),
                quantile(&mut sizes, 0.5),
                quantile(&mut sizes, 1.0),
            );
        }
    }
}

async fn crowd(system: &System, client: &Client, name: &str, paths: Vec<String>) {
    tokio::time::sleep(Duration::from_secs(1)).await;
    let before = resident(system.process());
    let watch = Watch::children_of(system.process());
    let began = Instant::now();
    let answers = join_all(paths.iter().map(|path| show(client, path))).await;
    let seconds = began.elapsed().as_secs_f64();
    let (_, children) = watch.end();
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for answer in &answers {
        *statuses.entry(answer.status).or_default() += 1;
    }
    let shown = statuses.get(&200).copied().unwrap_or_default();
    println!(
        "{name:<44} {shown:>7} {:>7} {seconds:>9.1} {:>9.0} {children:>11.0}   {statuses:?}, {before:.0} MiB before",
        answers.len() - shown,
        peak(system.process()),
    );
}
