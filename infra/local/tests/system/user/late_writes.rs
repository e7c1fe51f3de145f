//! Nothing is kept for an account that is deleted: every write that makes something, done as a request would that was
//! under way.

use std::time::Duration;

use foundation::ids::{ChatId, UserId};
use foundation::plans::Month;
use shared::Context;
use shared::identity::Email;
use shared::store::{
    Chat, ChatChange, ChatMessage, Document, Job, Lease, MessageRole, NewDocument, Opening, Settings, StoreError,
    StoreResult, User,
};

use super::account::traces;
use crate::harness::{TestSystem, TestUser};

/// What a request had read before the account was deleted.
struct Before {
    user: User,
    chat: Chat,
    document: Document,
}

async fn before(context: &Context, id: &UserId) -> Before {
    let chat = Chat::new(id);
    context.store.create_chat(id, &chat).await.unwrap();
    let document = document(id);
    let room = context.billing.check_documents(id, std::slice::from_ref(&document)).await.unwrap();
    assert!(context.store.create_documents(std::slice::from_ref(&document), room).await.unwrap());
    Before { user: context.store.user(id).await.unwrap().unwrap(), chat, document }
}

fn document(id: &UserId) -> Document {
    let source_url = Some(format!("https://files.example.com/{}", ChatId::new()));
    let file_name = "a.pdf".to_owned();
    Document::new(id, NewDocument { file_name, file_size: 5, source_url, file_id: None, blob_path: None })
}

fn refused<T>(what: &str, result: StoreResult<T>) {
    match result {
        Err(StoreError::AccountDeleted) => {}
        Err(other) => panic!("{what}: {other}"),
        Ok(_) => panic!("{what} is kept"),
    }
}

/// All that makes an item of a user.
async fn write_everything(context: &Context, id: &UserId, before: &Before) {
    let (store, billing) = (&context.store, &context.billing);
    let sign_in = context.sign_ins.begin(id, "password", None).await;
    assert!(matches!(sign_in, Err(shared::auth::RefreshError::Store(StoreError::AccountDeleted))), "{sign_in:?}");
    refused("a session", store.create_chat(id, &Chat::new(id)).await);
    let (question, answer) = (ChatMessage::new(MessageRole::User, "?"), ChatMessage::empty_answer("g"));
    refused("a question", store.open_new_chat(id, &Chat::new(id), &[&question, &answer], None).await);
    let lease = Lease::new(id, &before.chat.id);
    let opening = Opening { new_messages: vec![&question, &answer], ..Opening::default() };
    refused("a message", store.open_chat(&lease, &before.chat, Some(&answer.id), opening).await);
    let new = [document(id)];
    let room = billing.check_documents(id, &new).await.unwrap();
    refused("a document", store.create_documents(&new, room).await);
    refused("a job", store.create_job(&Job::new(Some(id.clone()), 1)).await);
    refused("settings", store.change_settings(id, Some(false), Some("dark")).await.map(|_: Settings| ()));
    let email = Email::parse("new@example.com").unwrap();
    refused("a code", store.add_address_code(&email, id, |_| ()).await);
    for charged in [
        billing.charge_message(id).await.map(|_: Month| ()),
        billing.charge_voice(id, Duration::from_secs(1)).await.map(|_: Month| ()),
        billing.note_voice(id, Duration::from_secs(1)).await,
    ] {
        let error = charged.expect_err("a counter");
        let shared::billing::BillingError::Store(StoreError::AccountDeleted) = error else { panic!("{error}") };
    }
    // What changes an item that is there finds none.
    assert!(store.change_user(id, |user| user.company = "late".to_owned()).await.unwrap().is_none());
    assert!(store.link_google(id, "g-late", &[], |_| ()).await.unwrap().unwrap().is_none());
    assert!(!store.replace_user(before.user.clone()).await.unwrap());
}

/// What changes items that may still be there while they are being removed, and must not make them anew.
async fn change_everything(context: &Context, id: &UserId, before: &Before) {
    let store = &context.store;
    assert!(store.change_chat(id, &before.chat.id, &ChatChange::default()).await.unwrap().is_none());
    assert!(!store.seize_chat(&Lease::new(id, &before.chat.id)).await.unwrap());
    assert!(store.restart_document(id, &before.document.id).await.unwrap().is_none());
    assert!(store.complete_document_upload(id, &before.document.id).await.unwrap().is_none());
    assert!(store.begin_document_deletion(id, &before.document.id).await.unwrap().is_none());
    store.claim_document(id, &before.document.id).await.unwrap();
    let message = ChatMessage::new(MessageRole::Assistant, "late");
    assert!(!store.cut_answer(id, &before.chat.id, &message).await.unwrap());
    let lease = Lease::new(id, &before.chat.id);
    assert!(!store.save_partial(&lease, &message.id, "late").await.unwrap());
    assert!(!store.finish_generation(&lease, &message, None, true).await.unwrap());
    let charged = lease.charged(serde_json::from_str("\"2026-01\"").unwrap());
    refused("an answer that does not count", store.finish_generation(&charged, &message, None, false).await);
}

async fn closed(system: &TestSystem) -> (TestUser, UserId, Before) {
    let user = system.user().await;
    let id: UserId = user.id.parse().unwrap();
    let context = &system.system.context;
    let before = before(context, &id).await;
    assert!(context.store.close_account(&id, None).await.unwrap().is_some());
    (user, id, before)
}

#[tokio::test]
async fn every_write_that_makes_something_is_refused_once_the_account_is_deleted() {
    let system = TestSystem::start().await;
    let context = &system.system.context;
    let (user, id, before) = closed(&system).await;
    let left = traces(&system, &user).await;
    write_everything(context, &id, &before).await;
    assert_eq!(traces(&system, &user).await, left);
}

#[tokio::test]
async fn nothing_comes_back_when_everything_is_removed() {
    let system = TestSystem::start().await;
    let context = &system.system.context;
    let (user, id, before) = closed(&system).await;
    for sort in ["SESSION#", "CHAT#", "DOC", "LIBRARY", "USAGE#"] {
        context.store.delete_all(&format!("USER#{id}"), sort).await.unwrap();
    }
    let left = traces(&system, &user).await;
    write_everything(context, &id, &before).await;
    change_everything(context, &id, &before).await;
    assert_eq!(traces(&system, &user).await, left);
}

#[test]
fn a_request_under_way_is_told_that_its_sign_in_is_over() {
    let error = foundation::ApiError::from(StoreError::AccountDeleted);
    assert_eq!((error.status().as_u16(), error.code()), (401, "sign_in_expired"));
}
