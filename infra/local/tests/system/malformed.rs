//! Malformed and hostile PDFs through upload.

use std::time::{Duration, Instant};

use foundation::need::{Needed, need};
use serde_json::json;

use crate::harness::TestSystem;

#[tokio::test]
async fn every_malformed_file_ends_with_a_result_while_others_are_served() {
    let Some(folder) = need(Needed::Data("malformed")) else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "pdf"));
    files.sort();
    assert!(!files.is_empty());

    let system = TestSystem::start().await;
    let (user, other) = (system.user().await, system.user().await);
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let started = Instant::now();
        let id = user.upload(&name, std::fs::read(&path).unwrap()).await;
        let served = async {
            let mut slowest = Duration::ZERO;
            loop {
                let asked = Instant::now();
                assert_eq!(other.get("/api/v1/repository/documents").await.status, 200);
                slowest = slowest.max(asked.elapsed());
                assert!(slowest < Duration::from_secs(5), "others waited {slowest:?} during {name}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let document = tokio::select! {
            document = user.settled_within(60, &id) => document,
            () = served => unreachable!("it never ends"),
        };
        let outcome = (&document["status"], &document["error"]["code"]);
        println!("{name}: {} {} in {:.1} s", outcome.0, outcome.1, started.elapsed().as_secs_f32());
        if document["status"] == "failed" {
            assert!(document["error"]["message"].as_str().unwrap().ends_with('.'), "{document}");
        } else {
            assert_eq!(document["status"], json!("ready"));
        }
    }
}
