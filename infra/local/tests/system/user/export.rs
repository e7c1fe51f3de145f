//! Taking everything along.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use foundation::ids::UserId;
use serde_json::{Map, Value, json};
use shared::Context;
use shared::account::{Budget, Exported, export, unlisted};
use shared::objects::ObjectKey;
use shared::store::{Chat, ChatMessage, Claim, Job, MessageRole};

use super::account::{belongings, delete, items};
use crate::harness::{Answer, TestSystem, TestUser, pdf};

const PATH: &str = "/api/v1/user/export";

/// A picture of one dot.
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// Downloads what an address leads to, without a sign-in.
async fn download(user: &TestUser, url: &Value) -> Answer {
    let answer = user.send(user.client.get(url.as_str().expect("an address"))).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer
}

/// An extraction job that is done, with its text.
async fn extracted(context: &Context, id: &UserId, text: &str) {
    let job = Job::new(Some(id.clone()), 1);
    context.store.create_job(&job).await.unwrap();
    let Claim::Taken(run, _) = context.store.claim_job(&job.id).await.unwrap() else { panic!("not claimed") };
    assert!(context.store.finish_job(&run).await.unwrap());
    let text = text.to_owned();
    context.objects.put(&ObjectKey::ExtractText(job.id.clone()), "text/plain; charset=utf-8", text).await.unwrap();
}

/// A user who has used everything.
async fn user_of_everything(system: &TestSystem) -> TestUser {
    let user = system.user().await;
    let manual = pdf::pdf(&["Pump housing\nTighten the housing bolts to 85 Nm.", "Seal\nReplace the seal yearly."]);
    user.upload_ready("manual.pdf", manual).await;
    let question = json!({"content": "How tight are the bolts?", "images": [format!("data:image/png;base64,{DOT}")]});
    let asked = user.post("/api/v1/chat/messages", question).await.data(201);
    let (chat, answer) = (&asked["session"]["id"], &asked["assistantMessage"]["id"]);
    let path = format!("/api/v1/chat/sessions/{}/messages", chat.as_str().unwrap());
    user.put(&format!("{path}/{}/feedback", answer.as_str().unwrap()), json!({"rating": 5})).await.data(200);
    let again = user.request(reqwest::Method::POST, &path).header("Idempotency-Key", "once");
    assert_eq!(user.send(again.json(&json!({"content": "And the seal?", "images": []}))).await.status, 201);
    user.put("/api/v1/user/settings", json!({"theme": "dark"})).await.data(200);
    extracted(&system.system.context, &user.id.parse().unwrap(), "The text of a job.").await;
    user
}

#[tokio::test]
async fn everything_of_a_user_can_be_taken_along_and_nothing_secret() {
    let system = TestSystem::start().await;
    let (user, neighbour) = (system.user().await, system.user().await);
    belongings(&system, &user).await;
    belongings(&system, &neighbour).await;
    let answer = user.get(PATH).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.headers["content-type"], "application/json");
    assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"intellimaint-export.json\"");
    let export = answer.json();
    assert_eq!(export["profile"]["email"], user.email.as_str());
    assert_eq!(export["settings"]["theme"], "dark");
    assert_eq!(export["signIns"].as_array().unwrap().len(), 1);
    assert_eq!(export["documents"][0]["fileName"], "manual.pdf");
    let chats = export["chatSessions"].as_array().unwrap();
    assert_eq!(chats.len(), 2);
    assert_eq!(chats[0]["messages"].as_array().unwrap().len(), 30);
    assert_eq!(chats[1]["messages"][29]["content"], "question 29");
    assert_eq!(export["complete"], true);
    for hidden in [
        "argon2",
        "passwordHash",
        "hidden-etag",
        "generation",
        "\"PK\"",
        neighbour.id.as_str(),
        neighbour.email.as_str(),
    ] {
        assert!(!answer.text.contains(hidden), "{hidden}");
    }
}

#[tokio::test]
async fn files_pictures_texts_and_jobs_are_in_it() {
    let system = TestSystem::start().await;
    let user = user_of_everything(&system).await;
    let objects = &system.system.context.objects;
    extracted(&system.system.context, &user.id.parse().unwrap(), "A text that is lost.").await;
    let texts = objects.list("extracted/").await.unwrap();
    let lost = texts.iter().max().unwrap().rsplit('/').next().unwrap();
    objects.delete(&ObjectKey::ExtractText(lost.parse().unwrap())).await.unwrap();
    let export = user.get(PATH).await.json();
    let document = &export["documents"][0];
    assert_eq!(document["file"]["fileName"], "manual.pdf");
    let file = user.client.get(document["file"]["downloadUrl"].as_str().unwrap()).send().await.unwrap();
    assert!(file.headers()["content-disposition"].to_str().unwrap().starts_with("attachment"));
    let file = file.bytes().await.unwrap();
    assert_eq!(file.len() as u64, document["file"]["size"].as_u64().unwrap());
    assert!(file.starts_with(b"%PDF"));
    assert!(document["pageTexts"][0]["text"].as_str().unwrap().contains("85 Nm"));
    assert_eq!(document["pageTexts"].as_array().unwrap().len(), 2);
    let message = &export["chatSessions"][0]["messages"][0];
    let picture = user.client.get(message["attachments"][0]["downloadUrl"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(picture.bytes().await.unwrap(), STANDARD.decode(DOT).unwrap());
    assert_eq!(export["chatSessions"][0]["messages"][1]["feedback"]["rating"], 5);
    assert_eq!(export["extractionJobs"][0]["text"], "The text of a job.");
    assert_eq!(
        (&export["extractionJobs"][1]["id"], &export["extractionJobs"][1]["text"]),
        (&json!(lost), &Value::Null)
    );
    assert_eq!(export["complete"], true);
}

#[tokio::test]
async fn every_attribute_in_the_table_is_given_or_left_out_on_purpose() {
    let system = TestSystem::start().await;
    let user = user_of_everything(&system).await;
    let found = items(&system).await;
    let owned: Vec<&Map<String, Value>> = found.iter().map(|item| item.as_object().unwrap()).collect();
    let key = |item: &Map<String, Value>, name: &str| item[name]["S"].as_str().unwrap().to_owned();
    let mut kinds = std::collections::BTreeSet::new();
    for item in owned {
        let (partition, sort) = (key(item, "PK"), key(item, "SK"));
        let is_own = partition.starts_with(&format!("USER#{}", user.id)) || sort.starts_with("JOB#");
        // The note of a job in the user's partition only names it.
        if is_own && !(sort.starts_with("JOB#") && partition.starts_with("USER#")) {
            assert_eq!(unlisted(&sort, item), Vec::<String>::new());
            kinds.insert(sort.split('#').next().unwrap().to_owned());
        }
    }
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let all =
        ["CHAT", "DOC", "IDEM", "JOB", "LIBRARY", "MSG", "PLACES", "PROFILE", "SESSION", "SETTINGS", "TALLY", "USAGE"];
    assert_eq!(kinds, all);
}

/// Gives a user sessions of one long message each.
async fn long_sessions(context: &Context, id: &UserId, count: usize) {
    for number in 0..count {
        let text = format!("Session {number}: {}", "tighten the \"bolts\"\n".repeat(5_000));
        let message = ChatMessage::new(MessageRole::User, text);
        assert!(context.store.open_new_chat(id, &Chat::new(id), &[&message], None).await.unwrap());
    }
}

#[tokio::test]
async fn a_large_export_is_downloaded_from_the_bucket_and_goes_with_the_account() {
    let system = TestSystem::start().await;
    let user = user_of_everything(&system).await;
    let context = &system.system.context;
    let id: UserId = user.id.parse().unwrap();
    // More than one part of an upload.
    long_sessions(context, &id, 120).await;
    let ready = user.get(PATH).await.data(200);
    assert_eq!(ready["complete"], true);
    let expires_at: jiff::Timestamp = ready["expiresAt"].as_str().unwrap().parse().unwrap();
    let minutes = (expires_at.as_second() - jiff::Timestamp::now().as_second()) / 60;
    assert!((14..=60).contains(&minutes), "{minutes}");

    let file = download(&user, &ready["downloadUrl"]).await;
    assert!(file.headers["content-disposition"].to_str().unwrap().contains("intellimaint-export.json"));
    assert_eq!(file.text.len() as u64, ready["size"].as_u64().unwrap());
    assert!(file.text.len() > 12 * 1024 * 1024);
    let export = file.json();
    assert_eq!(export["complete"], true);
    let chats = export["chatSessions"].as_array().unwrap();
    assert_eq!(chats.len(), 121);
    assert!(chats[120]["messages"][0]["content"].as_str().unwrap().starts_with("Session 119:"));
    assert!(export["documents"][0]["pageTexts"][0]["text"].as_str().unwrap().contains("85 Nm"));
    assert_eq!(export["extractionJobs"][0]["text"], "The text of a job.");

    assert_eq!(context.objects.list(ObjectKey::EXPORTS).await.unwrap().len(), 1);
    assert_eq!(delete(&user, json!({"password": user.password})).await.status, 200);
    super::account::gone(&system, &user).await;
    assert!(context.objects.list(ObjectKey::EXPORTS).await.unwrap().is_empty());
}

async fn small(context: &Context, id: &UserId, budget: Budget) -> Value {
    let user = context.store.user(id).await.unwrap().unwrap();
    match export(context, user, budget).await.unwrap() {
        Exported::Small(bytes) => serde_json::from_slice(&bytes).expect("valid JSON"),
        large @ Exported::Large { .. } => panic!("{large:?}"),
    }
}

#[tokio::test]
async fn an_export_that_breaks_off_is_valid_and_says_so() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let context = &system.system.context;
    let id: UserId = user.id.parse().unwrap();
    for _ in 0..3 {
        context.store.create_chat(&id, &Chat::new(&id)).await.unwrap();
    }
    let none = Budget { texts: Duration::ZERO, whole: Duration::ZERO };
    let late = small(context, &id, none).await;
    assert_eq!((&late["complete"], &late["profile"]["email"]), (&json!(false), &json!(user.email)));
    assert!(late["message"].as_str().unwrap().contains("breaks off"));
    assert!(late.get("extractionJobs").is_none());

    // The table does not answer.
    let account = context.store.user(&id).await.unwrap().unwrap();
    let mut config = context.config.as_ref().clone();
    config.aws.table = "nowhere".to_owned();
    let broken = Context::new(Arc::new(config)).await;
    let Exported::Small(bytes) = export(&broken, account, Budget::default()).await.unwrap() else { panic!("large") };
    let broken: Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!((&broken["complete"], &broken["profile"]["email"]), (&json!(false), &json!(user.email)));
}

#[tokio::test]
async fn texts_for_which_there_is_no_time_are_linked() {
    let system = TestSystem::start().await;
    let user = user_of_everything(&system).await;
    let context = &system.system.context;
    let hurry = Budget { texts: Duration::ZERO, ..Budget::default() };
    let export = small(context, &user.id.parse().unwrap(), hurry).await;
    assert_eq!(export["complete"], true);
    let document = &export["documents"][0];
    assert!(document.get("pageTexts").is_none());
    assert!(download(&user, &document["pageTextsUrl"]).await.text.contains("85 Nm"));
    assert_eq!(download(&user, &export["extractionJobs"][0]["textUrl"]).await.text, "The text of a job.");
}
