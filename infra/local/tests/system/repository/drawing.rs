//! Drawing pages where that is slow, fails, or is wanted by many at once.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

use futures::future::join_all;

use super::page_image::{MANUAL, get, image_path, kept};
use crate::harness::{TestSystem, TestUser, pdf};

/// Seconds that a PDF file may take.
const SECONDS: u64 = 5;
const DOCUMENT: &str = r#"echo '{"type":"document","pages":3,"encrypted":false}'"#;

/// A system whose PDF program runs `body` before it draws a page. It reads text as usual.
async fn system(folder: &Path, body: &str) -> TestSystem {
    let (program, real) = (folder.join("draw"), env!("CARGO_BIN_EXE_intellimaint"));
    // Only a call that draws a page has a ninth argument, the width.
    let script = format!("#!/bin/sh\nif [ $# -ge 9 ]; then\n{body}\nfi\nexec '{real}' \"$@\"\n");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let seconds = SECONDS.to_string();
    TestSystem::start_with(&[("PDF_WORKER", program.to_str().unwrap()), ("PDF_SECONDS", seconds.as_str())]).await
}

async fn manual(system: &TestSystem) -> (TestUser, String) {
    let user = system.user().await;
    let id = user.upload_ready("HP-40.pdf", pdf::pdf(&MANUAL)).await;
    (user, id)
}

#[tokio::test]
async fn a_page_that_cannot_be_drawn_is_refused_and_its_text_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    for body in [
        r#"echo '{"type":"failed","reason":"damaged"}'; exit"#.to_owned(),
        format!(r#"{DOCUMENT}; echo '{{"type":"no_image","number":2}}'; exit"#),
        "echo 'memory allocation of 9 bytes failed' >&2; kill -ABRT $$".to_owned(),
    ] {
        let system = system(folder.path(), &body).await;
        let (user, id) = manual(&system).await;
        let refused = user.get(&image_path(&id, 2)).await;
        assert_eq!(refused.code(409), "page_not_drawable", "{body}");
        assert_eq!(kept(&system, &user, &id).await, 0);
        let page = user.get(&format!("/api/v1/repository/documents/{id}/pages/2")).await.data(200);
        assert!(page["text"].as_str().unwrap().contains("40 litres"), "{page}");
    }
}

#[tokio::test]
async fn a_program_that_does_not_work_is_no_fault_of_the_page() {
    let folder = tempfile::tempdir().unwrap();
    let system = system(folder.path(), "echo nonsense; exit").await;
    let (user, id) = manual(&system).await;
    let refused = user.get(&image_path(&id, 2)).await;
    assert_eq!(refused.code(503), "pdf_reader_unavailable");
    assert!(refused.json()["message"].as_str().unwrap().contains("open the file itself"), "{}", refused.text);
}

#[tokio::test]
async fn a_page_that_takes_too_long_is_given_up_in_time() {
    let folder = tempfile::tempdir().unwrap();
    // Both parts of the work are within the time, and together they are not.
    let body = format!("sleep {}; {DOCUMENT}; exec sleep 60", SECONDS - 1);
    let system = system(folder.path(), &body).await;
    let (user, id) = manual(&system).await;
    let begun = Instant::now();
    let late = user.get(&image_path(&id, 2)).await;
    assert_eq!(late.code(503), "pictures_busy");
    assert!(late.headers.contains_key("retry-after"));
    let took = begun.elapsed();
    let seconds = Duration::from_secs(SECONDS);
    assert!(took >= seconds && took < seconds + Duration::from_secs(3), "{took:?}");
}

#[tokio::test]
async fn two_pages_are_drawn_at_once_and_who_waits_gets_what_was_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let note = |word: &str| format!("echo {word} >> '{}'", log.display());
    let system = system(folder.path(), &format!("{}; sleep 0.5; {}", note("begin"), note("end"))).await;
    let (user, id) = manual(&system).await;
    let paths: Vec<String> = (0..18).map(|at| format!("{}?mark={at},10,500,20", image_path(&id, at % 3 + 1))).collect();
    let answers = join_all(paths.iter().map(|path| get(&user, path))).await;
    let mut shown = 0;
    for answer in answers {
        match answer.status().as_u16() {
            200 => shown += 1,
            429 | 503 => assert!(answer.headers().contains_key("retry-after")),
            other => panic!("{other}"),
        }
    }
    assert!(shown >= 3, "{shown}");
    let log = std::fs::read_to_string(log).unwrap();
    let (mut drawing, mut most) = (0_i32, 0);
    for word in log.lines() {
        drawing += if word == "begin" { 1 } else { -1 };
        most = drawing.max(most);
    }
    assert_eq!(most, 2, "{log}");
    // Two that begin at the same time may draw the same page; those that wait draw none a second time.
    let drawn = log.lines().filter(|word| *word == "begin").count();
    assert!((3..=6).contains(&drawn), "{drawn} were drawn:\n{log}");
    assert_eq!(kept(&system, &user, &id).await, 3);
}
