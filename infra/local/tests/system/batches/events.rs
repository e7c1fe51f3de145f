//! What a page is told of a batch, until it ends.

use reqwest::Method;
use serde_json::{Value, json};
use shared::store::{Change, Condition, Key};

use super::{EventSource, ORIGIN, cancel, events_of, manual, upload, uploaded};
use crate::harness::TestSystem;

#[tokio::test]
async fn two_files_are_told_to_the_page_and_again_after_a_reload() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    // The page finds its files by their names.
    let (pump, service) = ("pump (2).pdf", "Wartung – Größe 5 'neu'.pdf");
    let answer = upload(&visitor, "somebody", &[(pump, manual(2)), (service, manual(1))]).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    assert_eq!(answer.headers["access-control-allow-origin"], ORIGIN);
    let batch = answer.json()["batchId"].as_str().unwrap().to_owned();
    let job = |number: usize, name: &str| json!({"jobId": format!("{batch}-{number}"), "fileName": name});
    let with = |mut job: Value, more: Value| {
        job.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        job
    };
    let queued = json!({"status": "queued"});
    assert_eq!(
        answer.json(),
        json!({
            "batchId": batch, "status": "queued",
            "jobs": [with(job(1, pump), queued.clone()), with(job(2, service), queued)],
        })
    );

    let completed = json!({"status": "completed", "progress": 100, "error": ""});
    let told = vec![json!([with(job(1, pump), completed.clone()), with(job(2, service), completed)])];
    let mut page = EventSource::new(&visitor, &format!("{}?userId=somebody&userId=else", events_of(&batch)));
    assert_eq!(page.connect().await, Ok(told.clone()));
    let mut reloaded = EventSource::new(&visitor, &events_of(&batch));
    assert_eq!(reloaded.connect().await, Ok(told));
    // One that was told and asks again, since the stream ended, is told to stop.
    assert_eq!(page.connect().await, Err(204));
    assert_eq!(reloaded.connect().await, Err(204));

    let inches = upload(&visitor, "somebody", &[("24%22 pump.pdf", manual(1))]).await;
    assert_eq!(inches.json()["jobs"][0]["fileName"], "24\" pump.pdf", "a browser writes the quotation mark so");
}

#[tokio::test]
async fn a_cancelled_batch_says_nothing_any_more() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let (batch, other) = (uploaded(&visitor, &["a.pdf", "b.pdf"]).await, uploaded(&visitor, &["a.pdf"]).await);
    let path = format!("/api/v1/batches/{batch}/cancel");
    let preflight = visitor.request(Method::OPTIONS, &path).header("Origin", ORIGIN);
    let allowed = visitor.send(preflight.header("Access-Control-Request-Method", "DELETE")).await;
    assert_eq!((allowed.status, &allowed.headers["access-control-allow-origin"]), (200, &ORIGIN.parse().unwrap()));
    assert!(allowed.headers["access-control-allow-methods"].to_str().unwrap().contains("DELETE"));

    let mut before = EventSource::new(&visitor, &events_of(&batch));
    assert_eq!(before.connect().await.unwrap()[0].as_array().unwrap().len(), 2);
    for _ in 0..2 {
        let answer = cancel(&visitor, &batch).await;
        assert_eq!((answer.status, answer.json()), (200, json!({"batchId": batch, "status": "cancelled"})));
    }
    assert_eq!(before.connect().await, Err(204));
    assert_eq!(EventSource::new(&visitor, &events_of(&batch)).connect().await, Err(204));
    let kept = system.system.context.store.batch(None, &batch.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((kept.cancelled, kept.files), (true, Vec::new()));
    assert_eq!(EventSource::new(&visitor, &events_of(&other)).connect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_batch_that_is_unknown_or_has_ended_is_not_found() {
    let system = TestSystem::start().await;
    let visitor = system.visitor();
    let batch = uploaded(&visitor, &["a.pdf"]).await;
    // The table may keep it for days.
    let store = &system.system.context.store;
    let key = Key::alone(format!("BATCH#{batch}"));
    let kept: Value = store.get(&key).await.unwrap().unwrap();
    let day = kept["expiresAt"].as_i64().unwrap() - foundation::time::now().as_second();
    assert!((86_000..=86_400).contains(&day), "{day}");
    let ended = Change::new().set("expiresAt", foundation::time::now().as_second());
    assert!(store.change_if(&key, ended, Condition::present()).await.unwrap());
    for id in [batch.as_str(), "01KB0000000000000000000000", "nonsense", "a%20b", &"x".repeat(200)] {
        assert_eq!(EventSource::new(&visitor, &events_of(id)).connect().await, Err(404), "{id}");
        assert_eq!(visitor.get(&events_of(id)).await.code(404), "not_found", "{id}");
        assert_eq!(cancel(&visitor, id).await.code(404), "not_found", "{id}");
    }
}
