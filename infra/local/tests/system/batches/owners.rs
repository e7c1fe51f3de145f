//! Who may see a batch, and what becomes of it with an account.

use foundation::ids::UserId;
use reqwest::Method;
use serde_json::{Value, json};

use super::{EventSource, cancel, events_of, manual, upload, uploaded};
use crate::billing::PlansFile;
use crate::harness::{TestSystem, eventually, pdf};

#[tokio::test]
async fn where_the_family_is_not_open_a_sign_in_is_needed() {
    let system = TestSystem::start_with(&[("SERVICES_ANONYMOUS", "asr,extract")]).await;
    let (user, visitor) = (system.user().await, system.visitor());
    let batch = uploaded(&user, &["a.pdf"]).await;
    assert_eq!(upload(&visitor, &user.id, &[("a.pdf", manual(1))]).await.code(401), "not_signed_in");
    assert_eq!(visitor.get(&events_of(&batch)).await.code(401), "not_signed_in");
    assert_eq!(cancel(&visitor, &batch).await.code(401), "not_signed_in");
    assert_eq!(EventSource::new(&user, &events_of(&batch)).connect().await.unwrap().len(), 1);
    assert_eq!(cancel(&user, &batch).await.status, 200);
}

#[tokio::test]
async fn a_batch_belongs_to_who_sent_it_whatever_the_form_claims() {
    let system = TestSystem::start().await;
    let (user, other, visitor) = (system.user().await, system.user().await, system.visitor());
    let answer = upload(&user, &other.id, &[("a.pdf", manual(1))]).await.json();
    let own = answer["batchId"].as_str().unwrap();
    for stranger in [&other, &visitor] {
        let path = format!("{}?userId={}", events_of(own), user.id);
        assert_eq!(EventSource::new(stranger, &path).connect().await, Err(404));
        assert_eq!(cancel(stranger, own).await.code(404), "not_found");
    }
    assert_eq!(EventSource::new(&user, &events_of(own)).connect().await.unwrap().len(), 1);
    // What is sent without a sign-in is nobody's, and open to whoever knows its id.
    let answer = upload(&visitor, &user.id, &[("a.pdf", manual(1))]).await.json();
    let open = answer["batchId"].as_str().unwrap();
    for caller in [&user, &other, &visitor] {
        assert_eq!(EventSource::new(caller, &events_of(open)).connect().await.unwrap().len(), 1);
    }
    assert_eq!(cancel(&other, open).await.status, 200);
}

#[tokio::test]
async fn a_batch_is_in_the_export_and_goes_with_the_account() {
    let system = TestSystem::start().await;
    let (user, neighbour) = (system.user().await, system.user().await);
    let batch = uploaded(&user, &["a.pdf", "b.pdf"]).await;
    let kept = uploaded(&neighbour, &["c.pdf"]).await;
    let export = user.get("/api/v1/user/export").await.json();
    let mut batches = export["batches"].clone();
    assert!(batches[0].as_object_mut().unwrap().remove("createdAt").is_some_and(|at| at.is_string()));
    assert_eq!(batches, json!([{"id": batch, "files": ["a.pdf", "b.pdf"], "cancelled": false}]));

    let request = user.request(Method::DELETE, "/api/v1/user/account").json(&json!({"password": user.password}));
    assert_eq!(user.send(request).await.status, 200);
    let store = &system.system.context.store;
    let id: UserId = user.id.parse().unwrap();
    eventually(60, "the batch is gone", async || {
        store.batch(Some(&id), &batch.parse().unwrap()).await.unwrap().is_none().then_some(())
    })
    .await;
    assert_eq!(EventSource::new(&neighbour, &events_of(&kept)).connect().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_plan_must_have_room_for_the_files() {
    let plans = PlansFile::new(1, 1 << 20, 10, 1);
    let system = plans.system(&[]).await;
    let (user, visitor) = (system.user().await, system.visitor());
    let two = [("a.pdf", manual(1)), ("b.pdf", manual(1))];
    let large = [("a.pdf", pdf::padded(&["Tighten the flange bolts to 45 Nm."], (1 << 20) + 1))];
    for (files, limit) in [(&two[..], "documents"), (&large[..], "storageBytes")] {
        let refused = upload(&user, &user.id, files).await;
        assert_eq!(refused.code(402), "plan_limit_reached");
        assert_eq!(refused.json()["data"]["limit"], limit);
        // Who has no plan is limited by the rate alone, whoever they claim to be.
        assert_eq!(upload(&visitor, &user.id, files).await.status, 200);
    }
    // Nothing is counted until the files are registered.
    for _ in 0..2 {
        assert_eq!(upload(&user, &user.id, &two[..1]).await.status, 200);
    }
    let usage: Value = user.get("/api/v1/billing/subscription").await.data(200)["usage"].clone();
    assert_eq!(usage["documents"]["used"], 0);
}
