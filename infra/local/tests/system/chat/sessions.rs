//! Sessions: made, listed, searched, read, changed, exported, deleted.

use foundation::ids::{ChatId, UserId};
use serde_json::json;
use shared::store::{Chat, ChatMessage, MessageRole, Preview};

use super::{SESSIONS, answered, ask, messages, redacted, said, session, text};
use crate::harness::{TestSystem, UnreachableModel};

#[tokio::test]
async fn a_session_from_its_making_to_its_end() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let made = user.post(SESSIONS, json!({})).await;
    insta::assert_json_snapshot!("create", redacted(&made.json()));
    let id = text(&made.data(201)["id"]);
    let path = format!("{SESSIONS}/{id}");

    let asked = user.post(&format!("{path}/messages"), said("How do I drain the **fuel filter**? It leaks.")).await;
    assert_eq!(asked.data(201)["session"], json!(null));
    insta::assert_json_snapshot!("read", redacted(&user.get(&path).await.json()));

    let change = json!({"title": "Filter", "status": "archived", "equipmentContext": ["M1078", "Pump 4"]});
    let changed = user.put(&path, change).await;
    insta::assert_json_snapshot!("update", redacted(&changed.json()));
    let cleared = user.put(&path, json!({"title": "", "equipmentContext": []})).await.data(200);
    assert_eq!((&cleared["title"], &cleared["equipmentContext"]), (&json!(null), &json!([])));
    assert_eq!(cleared["status"], "archived");

    insta::assert_json_snapshot!("list", redacted(&user.get(SESSIONS).await.json()));

    let deleted = user.delete(&path).await;
    insta::assert_json_snapshot!("delete", redacted(&deleted.json()));
    assert_eq!(user.get(&path).await.code(404), "not_found");
    assert_eq!(user.delete(&path).await.status, 404);
    assert_eq!(user.get(SESSIONS).await.data(200)["pagination"]["total"], 0);
}

#[tokio::test]
async fn a_session_may_begin_with_a_title() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let made = user.post(SESSIONS, json!({"title": "Winch", "equipmentContext": ["W-1"]})).await.data(201);
    user.post(&format!("{SESSIONS}/{}/messages", text(&made["id"])), said("Which oil?")).await.data(201);
    assert_eq!(session(&user, &text(&made["id"])).await["title"], "Winch");
}

#[tokio::test]
async fn lists_show_newest_activity_first_in_pages() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let mut ids = Vec::new();
    for at in 0..5 {
        ids.push(text(&user.post(SESSIONS, json!({"title": format!("Chat {at}")})).await.data(201)["id"]));
    }
    user.post(&format!("{SESSIONS}/{}/messages", ids[1]), said("Hello?")).await.data(201);

    let titles = async |query: &str| -> Vec<String> {
        let data = user.get(&format!("{SESSIONS}{query}")).await.data(200);
        data["sessions"].as_array().unwrap().iter().map(|session| text(&session["title"])).collect()
    };
    assert_eq!(titles("?limit=2").await, ["Chat 1", "Chat 4"]);
    assert_eq!(titles("?limit=2&page=3").await, ["Chat 0"]);
    assert!(titles("?limit=2&page=4").await.is_empty());
    let page = user.get(&format!("{SESSIONS}?limit=2&page=2")).await.data(200);
    assert_eq!(page["pagination"], json!({"page": 2, "limit": 2, "total": 5, "totalPages": 3}));

    user.put(&format!("{SESSIONS}/{}", ids[0]), json!({"status": "deleted"})).await.data(200);
    user.put(&format!("{SESSIONS}/{}", ids[2]), json!({"status": "archived"})).await.data(200);
    assert_eq!(titles("").await, ["Chat 2", "Chat 1", "Chat 4", "Chat 3"]);
    assert_eq!(titles("?status=active").await, ["Chat 1", "Chat 4", "Chat 3"]);
    assert_eq!(titles("?status=archived").await, ["Chat 2"]);
    assert_eq!(titles("?status=deleted").await, ["Chat 0"]);
    // Hidden, not gone.
    assert_eq!(session(&user, &ids[0]).await["title"], "Chat 0");
}

#[tokio::test]
async fn search_looks_at_titles_and_messages_whatever_their_case() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (first, ..) = answered(&user, "Where is the RELIEF valve?").await;
    user.put(&format!("{SESSIONS}/{first}"), json!({"title": "Hydraulics"})).await.data(200);
    answered(&user, "Which oil?").await;

    let found = async |query: &str| user.get(&format!("{SESSIONS}?q={query}")).await.data(200);
    for query in ["relief%20Valve", "HYDRAU"] {
        let data = found(query).await;
        assert_eq!(data["pagination"]["total"], 1, "{query}");
        assert_eq!(data["sessions"][0]["id"], json!(first));
    }
    assert_eq!(found("torque%20wrench").await["sessions"], json!([]));
    assert_eq!(found("").await["pagination"]["total"], 2);
}

#[tokio::test]
async fn a_list_shows_the_last_message_of_the_newest_session_in_full_and_the_beginning_of_others() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let listed = async |query: &str| -> Vec<(String, String)> {
        let data = user.get(&format!("{SESSIONS}{query}")).await.data(200);
        let sessions = data["sessions"].as_array().unwrap().iter().map(|session| {
            assert_eq!(session["messages"].as_array().unwrap().len(), 1, "{session}");
            (text(&session["id"]), text(&session["messages"][0]["content"]))
        });
        sessions.collect()
    };
    // Calls of the table that one list takes.
    let calls = async |query: &str| {
        let count = || {
            ["GetItem table", "Query table", "Query index"]
                .map(|call| system.system.calls(&format!("chat dynamodb:{call}")))
        };
        let before = count();
        listed(query).await;
        let after = count();
        [0, 1, 2].map(|at| after[at] - before[at])
    };
    let only_asked = async |question: &str| {
        let (id, _, answer) = answered(&user, question).await;
        user.delete(&format!("{SESSIONS}/{id}/messages/{answer}")).await.data(200);
        id
    };
    let long = only_asked(&"Why? ".repeat(200)).await;
    assert_eq!(listed("").await, [(long.clone(), "Why? ".repeat(200).trim_end().to_owned())]);
    let short = only_asked("Which oil?").await;
    let beginning = format!("{}…", "Why? ".repeat(56));
    assert_eq!(listed("").await, [(short.clone(), "Which oil?".to_owned()), (long.clone(), beginning.clone())]);
    assert_eq!(listed("?limit=1&page=2").await, [(long.clone(), beginning.clone())]);
    assert_eq!(listed("?q=why").await, [(long.clone(), beginning)], "what is found is told by its beginning");

    // One message is read more, however long it is.
    let usual = calls("?limit=1&page=2").await;
    let more = [usual[0], usual[1] + 1, usual[2]];
    assert_eq!(calls("").await, more);
    user.put(&format!("{SESSIONS}/{long}"), json!({"title": "Why"})).await.data(200);
    assert_eq!(listed("?limit=1").await[0].1.len(), 999);
    assert_eq!(calls("").await, more);
    assert_eq!(calls("?limit=1&page=2").await, usual);

    // An answer may be longer than what is shown of it.
    let owner: UserId = user.id.parse().unwrap();
    let answer = ChatMessage::new(MessageRole::Assistant, "ä".repeat(40_000));
    let mut chat = Chat::new(&owner);
    chat.last_message = Some(Preview::from(&answer));
    assert!(system.system.context.store.open_new_chat(&owner, &chat, &[&answer], None).await.unwrap());
    assert_eq!(listed("?limit=1").await, [(chat.id.to_string(), format!("{}…", "ä".repeat(32_768)))]);
}

#[tokio::test]
async fn a_failed_answer_is_shown_as_the_reason_to_readers_alone() {
    let model = UnreachableModel::new();
    let system = TestSystem::start_with(&[("LANGUAGE_MODEL", "openai"), ("OPENAI_BASE_URL", &model.url)]).await;
    let user = system.user().await;
    let done = ask(&user, "/api/v1/chat/messages/stream", "Which oil?").await.rest().await.pop().unwrap();
    let (id, reason) = (text(&done["sessionId"]), text(&done["error"]));
    let read = messages(&user, &id).await.remove(1);
    assert_eq!((&read["content"], &read["error"]["message"]), (&json!(reason), &json!(reason)));
    for query in ["?limit=1", "?limit=1&q=oil"] {
        let listed = user.get(&format!("{SESSIONS}{query}")).await.data(200)["sessions"][0].clone();
        assert_eq!((&listed["messages"][0]["content"], &listed["title"]), (&json!(reason), &json!("Which oil?")));
    }

    let export = user.get(&format!("{SESSIONS}/{id}/export?format=json")).await.json();
    assert_eq!((&export["messages"][1]["content"], &export["messages"][1]["error"]), (&json!(""), &read["error"]));
    assert_eq!(user.get(&format!("{SESSIONS}?q=reached")).await.data(200)["pagination"]["total"], 0);
    let (owner, chat): (UserId, ChatId) = (user.id.parse().unwrap(), id.parse().unwrap());
    let stored = system.system.context.store.messages(&owner, &chat).await.unwrap();
    assert_eq!(stored[1].content, "", "and no model is told");
}

#[tokio::test]
async fn a_transcript_can_be_kept() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let (id, ..) = answered(&user, "Which oil, and how much of it?").await;
    let path = format!("{SESSIONS}/{id}/export");

    let markdown = user.get(&format!("{path}?format=md")).await;
    assert_eq!(markdown.headers["content-type"], "text/markdown; charset=utf-8");
    let disposition = "attachment; filename=\"which-oil-and-how-much-of-it.md\"";
    assert_eq!(markdown.headers["content-disposition"], disposition);
    assert!(markdown.text.starts_with("# Which oil, and how much of it?\n"), "{}", markdown.text);
    assert!(markdown.text.contains("## You") && markdown.text.contains("## Assistant"));

    let json = user.get(&format!("{path}?format=json")).await;
    assert_eq!(json.json(), session(&user, &id).await);
    assert_eq!(user.get(&path).await.text, markdown.text);
    assert_eq!(user.get(&format!("{path}?format=pdf")).await.code(400), "validation_failed");
}

#[tokio::test]
async fn a_transcript_shows_the_passages_of_a_citation() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let page = "Hydraulic reservoir\nThe hydraulic reservoir holds 42 litres of hydraulic oil.";
    user.upload_ready("pump.pdf", crate::harness::pdf::pdf(&[page])).await;
    let (id, ..) = answered(&user, "How much oil does the hydraulic reservoir hold?").await;
    let answer = messages(&user, &id).await[1].clone();
    assert_eq!(answer["citations"][0]["fileName"], "pump.pdf", "{answer}");
    assert_eq!(answer["citations"][0]["page"], 1);
    let markdown = user.get(&format!("{SESSIONS}/{id}/export")).await.text;
    assert!(markdown.contains("> [1] pump.pdf, page 1:") && markdown.contains("42 litres"), "{markdown}");
}
