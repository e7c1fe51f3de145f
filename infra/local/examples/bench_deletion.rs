//! Exports and deletes a large account of a system of its own, whose storage lies on disk.
//!
//! Usage: `bench_deletion [SESSIONS [DOCUMENTS]]`, with `PDFIUM_LIBRARY` and `MODELS_DIR` as for the system itself.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark fails by panicking")]

#[expect(dead_code, reason = "other benchmarks use more of it")]
mod client;

use std::time::{Duration, Instant};

use foundation::ids::UserId;
use foundation::page_texts::{PageText, PageTexts};
use futures::{StreamExt, stream};
use local::{Options, System};
use serde_json::json;
use shared::Context;
use shared::objects::ObjectKey;
use shared::store::{Chat, ChatMessage, Document, DocumentStatus, Key, MessageRole, NewDocument};

use client::Client;

const MESSAGES: usize = 4;
const PAGES: u32 = 20;

fn main() {
    if foundation::worker::main(&[documents::pdf::WORKER, speech::audio::WORKER]).is_some() {
        return;
    }
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(Box::pin(run()));
}

async fn run() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<usize>().unwrap());
    let sessions = arguments.next().unwrap_or(10_000);
    let documents = arguments.next().unwrap_or(2_000);
    let folder = tempfile::tempdir().unwrap();
    let options = Options { in_memory: false, data_dir: folder.path().to_owned(), ..Options::throw_away() };
    let system = Box::pin(System::start(options, &|name| std::env::var(name).ok())).await.unwrap();
    let mail = folder.path().join("mail");
    let client = Client::sign_up(&system.gateway_url, mail.to_str().unwrap()).await;
    let id: UserId = client.get("user/profile").await["data"]["id"].as_str().unwrap().parse().unwrap();
    let context = &system.context;

    let begun = Instant::now();
    stream::iter(0..sessions).for_each_concurrent(16, |number| session(context, &id, number)).await;
    stream::iter(0..documents).for_each_concurrent(16, |number| document(context, &id, number)).await;
    println!("{sessions} sessions of {MESSAGES} messages and {documents} documents made in {:.1?}", begun.elapsed());

    let begun = Instant::now();
    let exported = client.get("user/export").await;
    let (size, complete) =
        (&exported["data"]["size"], exported.get("complete").unwrap_or(&exported["data"]["complete"]));
    println!("export: answered after {:.1?}, {size} bytes, complete: {complete}", begun.elapsed());

    let begun = Instant::now();
    let request = client.http.delete(format!("{}/user/account", client.api)).bearer_auth(&client.token);
    let answer = request.json(&json!({"password": "correct horse"})).send().await.unwrap();
    println!("deletion: {} after {:.2?}", answer.status(), begun.elapsed());
    let partition = format!("USER#{id}");
    loop {
        let (left, _) = context.store.left_in(&partition, "", None).await.unwrap();
        if left.len() == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("nothing is left in the table after {:.1?}", begun.elapsed());
    loop {
        let mut left = 0;
        for prefix in ObjectKey::prefixes_of(&id) {
            left += context.objects.list(&prefix).await.unwrap().len();
        }
        if left == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    println!("nothing is left in the bucket after {:.1?}", begun.elapsed());
    while context.objects.info(&ObjectKey::Deletion(id.clone())).await.unwrap().is_some() {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    println!("the job has ended after {:.1?}", begun.elapsed());
    Box::pin(system.stop()).await;
}

async fn session(context: &Context, id: &UserId, number: usize) {
    let mut chat = Chat::new(id);
    chat.title = Some(format!("Session {number}"));
    let text = "Tighten the flange bolts of the pump to 45 N·m, crosswise, in two rounds. ".repeat(6);
    let messages = [(); MESSAGES].map(|()| ChatMessage::new(MessageRole::User, text.clone()));
    assert!(context.store.open_new_chat(id, &chat, &messages.iter().collect::<Vec<_>>(), None).await.unwrap());
}

async fn document(context: &Context, id: &UserId, number: usize) {
    let file_name = format!("manual-{number}.pdf");
    let new = NewDocument { file_name, file_size: 5, source_url: None, file_id: None, blob_path: None };
    let mut document = Document::new(id, new);
    document.status = DocumentStatus::Ready;
    (document.searchable, document.expires_at) = (true, None);
    let key = Key::new(format!("USER#{id}"), format!("DOC#{}", document.id));
    context.store.put(&key, &document).await.unwrap();
    let page =
        |page| PageText { page, text: "Torque 45 N·m\n".repeat(150), has_text: true, source: None, blocks: None };
    let texts = PageTexts { pages: (1..=PAGES).map(page).collect() }.to_bytes().unwrap();
    let objects = &context.objects;
    let (user, document) = (id.clone(), document.id);
    objects.put(&ObjectKey::Pages(user.clone(), document.clone()), "application/json", texts).await.unwrap();
    objects.put(&ObjectKey::Segment(user, document), "application/octet-stream", vec![0; 50_000]).await.unwrap();
}
