//! Taking everything along: `scripts/backup` and `scripts/restore`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use foundation::ids::{DocumentId, UserId};
use foundation::need::need;
use serde_json::{Value, json};
use shared::objects::ObjectKey;
use shared::store::Key;

use crate::harness::{BOTO3, TestSystem, TestUser, eventually, pdf, run_script};
use crate::repository::multipart::upload_in_parts;

const QUESTION: &str = "How much oil does the reservoir hold?";

async fn run(script: &str, system: &TestSystem, arguments: &[&str], folder: &Path) -> (bool, String) {
    let mut arguments = arguments.to_vec();
    arguments.push(folder.to_str().unwrap());
    run_script(script, system, &arguments, &[]).await
}

async fn item(system: &TestSystem, user: &TestUser, document: &str) -> Value {
    let key = Key::new(format!("USER#{}", user.id), format!("DOC#{document}"));
    system.system.context.store.get(&key).await.unwrap().unwrap_or_default()
}

/// The text of an answer, whichever system its links lead to, and its citations.
async fn answer(user: &TestUser) -> (Value, Value) {
    let data = user.post("/api/v1/chat/messages", json!({"content": QUESTION, "images": []})).await.data(201);
    let text = data["assistantMessage"]["content"].as_str().unwrap().replace(user.gateway.as_str(), "GATEWAY");
    (json!(text), data["assistantMessage"]["citations"].clone())
}

async fn hits(user: &TestUser) -> Value {
    user.post("/api/v1/rag/search", json!({"query": QUESTION})).await.json()["documents"].clone()
}

/// An account that was closed when the backup was taken, and of which something is left. Its marker is in no backup.
async fn half_removed(system: &TestSystem) -> Key {
    let (store, user) = (&system.system.context.store, UserId::new());
    let left = Key::new(format!("USER#{user}"), "CHAT#left");
    store.put(&left, &json!({"id": "left", "title": "Pump"})).await.unwrap();
    let tombstone = json!({"deletedAt": "2026-01-01T00:00:00Z"});
    store.put(&Key::new(format!("USER#{user}"), "TOMBSTONE"), &tombstone).await.unwrap();
    left
}

/// What no backup should bring back.
async fn leave_litter(system: &TestSystem, user: &TestUser) -> String {
    let context = &system.system.context;
    let expired = json!({"expiresAt": 1, "used": 5});
    context.store.put(&Key::alone("RATE#test"), &expired).await.unwrap();
    let id: UserId = user.id.parse().unwrap();
    context.objects.put(&ObjectKey::Pages(id, DocumentId::new()), "application/json", "[]").await.unwrap();
    let wish = json!({"fileName": "never.pdf", "fileSize": 9, "contentType": "application/pdf"});
    let never = user.post("/api/v1/repository/uploads", wish).await.data(201);
    never["document"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_backup_is_restored_into_another_system_and_nothing_is_ingested_twice() {
    if need(BOTO3).is_none() {
        return;
    }
    let old = TestSystem::start().await;
    let user = old.user().await;
    let small = user.upload_ready("a.pdf", pdf::pdf(&["Oil capacity\nThe reservoir holds 40 litres of oil."])).await;
    let large = upload_in_parts(&user, &pdf::padded(&["Fuel filter\nReplace it once a year."], 65 << 20)).await;
    let failed = user.upload("blank.pdf", pdf::blank(1)).await;
    for document in [&large, &failed] {
        user.settled(document).await;
    }
    let (answered, found) = (answer(&user).await, hits(&user).await);
    assert!(answered.0.as_str().unwrap().contains("40 litres"), "{answered:?}");
    let sessions = user.get("/api/v1/chat/sessions").await.data(200);
    let never = leave_litter(&old, &user).await;
    let leaver = old.user().await;
    let left = half_removed(&old).await;

    let folder = tempfile::tempdir().unwrap();
    let backup = folder.path().join("backup");
    let (good, said) = run("backup", &old, &[], &backup).await;
    assert!(good, "{said}");
    for file in ["manifest.json", "objects.jsonl.gz", "table/000.jsonl.gz"] {
        let mode = std::fs::metadata(backup.join(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{file} is for nobody else");
    }
    assert!(!run("backup", &old, &[], &backup).await.0, "the folder is not empty any more");

    let new = TestSystem::start().await;
    let (good, said) = run("restore", &new, &[], &backup).await;
    assert!(good, "{said}");
    // A counter of the last minute may have expired as well.
    for left_out in [" items have expired", "1 documents are left out", "1 objects are left out"] {
        assert!(said.contains(left_out), "{said}");
    }

    let mut restored = user.clone();
    (restored.gateway, restored.services) = (new.system.gateway_url.clone(), new.system.services_url.clone());
    // The old sign-in holds, and so does the password.
    assert_eq!(restored.get("/api/v1/chat/sessions").await.data(200), sessions);
    restored.sign_in().await;
    assert_eq!(hits(&restored).await, found);
    assert_eq!(answer(&restored).await, answered);
    assert_eq!(restored.get(&format!("/api/v1/repository/documents/{never}")).await.status, 404);

    // Its event comes after those of the restored files.
    restored.upload_ready("b.pdf", pdf::pdf(&["Hoses\nInspect the hoses every month."])).await;
    for document in [&small, &large, &failed] {
        let (mut before, after) = (item(&old, &user, document).await, item(&new, &user, document).await);
        assert_eq!(document == &large, before["sourceEtag"] != after["sourceEtag"], "{before} {after}");
        before["sourceEtag"] = after["sourceEtag"].clone();
        assert_eq!(before, after);
    }
    // What is left of a closed account is removed where it was restored.
    let store = &new.system.context.store;
    eventually(60, "it is gone", async || store.get::<Value>(&left).await.unwrap().is_none().then_some(())).await;
    restored.delete(&format!("/api/v1/repository/documents/{large}")).await.data(200);
    leave_for_good(&new, &backup, leaver).await;
    merge(&new, &backup, (&restored, &small, &large)).await;
    damage(&new, &backup).await;
}

/// Restores once more, over what is there.
async fn merge(system: &TestSystem, backup: &Path, (user, kept, gone): (&TestUser, &str, &str)) {
    let (good, said) = run("restore", system, &[], backup).await;
    assert!(!good && said.contains("The table is not empty"), "{said}");
    let before = item(system, user, kept).await;
    let (good, said) = run("restore", system, &["--merge"], backup).await;
    assert!(good && said.contains("were there already"), "{said}");
    assert_eq!(item(system, user, kept).await, before);
    assert_eq!(user.settled(gone).await["status"], "ready");
}

/// An account that was deleted since the backup does not come back with it.
async fn leave_for_good(system: &TestSystem, backup: &Path, mut leaver: TestUser) {
    (leaver.gateway, leaver.services) = (system.system.gateway_url.clone(), system.system.services_url.clone());
    let proof =
        leaver.request(reqwest::Method::DELETE, "/api/v1/user/account").json(&json!({"password": leaver.password}));
    assert_eq!(leaver.send(proof).await.status, 200);
    let (good, said) = run("restore", system, &["--merge"], backup).await;
    assert!(good && said.contains("their accounts were deleted"), "{said}");
    let store = &system.system.context.store;
    let email = shared::identity::Email::parse(&leaver.email).unwrap();
    assert!(store.user(&leaver.id.parse().unwrap()).await.unwrap().is_none());
    assert!(store.user_by_email(&email).await.unwrap().is_none());
}

/// Of a damaged backup nothing is restored.
async fn damage(system: &TestSystem, backup: &Path) {
    assert!(run("restore", system, &["--verify"], backup).await.0);
    let content = std::fs::read_dir(backup.join("objects")).unwrap().next().unwrap().unwrap().path();
    let content = std::fs::read_dir(content).unwrap().next().unwrap().unwrap().path();
    let mut bytes = std::fs::read(&content).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&content, bytes).unwrap();
    let (good, said) = run("restore", system, &["--merge"], backup).await;
    assert!(!good && said.contains("The backup is damaged"), "{said}");
}
