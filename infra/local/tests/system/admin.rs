//! Figures and lists of all users, for administrators.

mod figures;
mod recount;
mod roles;

use foundation::ids::{DocumentId, UserId};
use serde_json::{Value, json};
use shared::store::{Claim, Ingested, size_mismatch};

use crate::harness::{TestSystem, TestUser};

const DASHBOARD: &str = "/api/v1/admin/dashboard";
const TRENDS: &str = "/api/v1/admin/dashboard/trends";
const USERS: &str = "/api/v1/admin/users";
const UPLOADS: &str = "/api/v1/admin/uploads";
const SESSIONS: &str = "/api/v1/admin/sessions";

/// The address that the operator has named.
const BOSS: &str = "boss@example.com";

/// A system with an administrator.
pub async fn administered(variables: &[(&str, &str)]) -> (TestSystem, TestUser) {
    let variables = [&[("ADMIN_EMAILS", "other@example.com, Boss@Example.com")], variables].concat();
    let system = TestSystem::start_with(&variables).await;
    let mut boss = system.visitor();
    BOSS.clone_into(&mut boss.email);
    boss.register(|address| system.code(address)).await;
    (system, boss)
}

fn id_of(user: &TestUser) -> UserId {
    user.id.parse().unwrap()
}

/// Begins an upload whose file does not arrive; the document's id.
async fn announced(user: &TestUser, name: &str) -> String {
    let wish = json!({"fileName": name, "fileSize": 5, "contentType": "application/pdf"});
    let begun = user.post("/api/v1/repository/uploads", wish).await.data(201);
    begun["document"]["id"].as_str().unwrap().to_owned()
}

/// A document that was read, without a file to read; its id.
async fn read(system: &TestSystem, user: &TestUser, name: &str) -> String {
    let (store, id) = (&system.system.context.store, announced(user, name).await);
    let document: DocumentId = id.parse().unwrap();
    let Claim::Taken(run, claimed) = store.claim_document(&id_of(user), &document).await.unwrap() else {
        panic!("{id} cannot be claimed");
    };
    let found = Ingested {
        file_size: 7,
        pages: 1,
        pages_without_text: 0,
        pages_recognised: 0,
        chunks: 1,
        source_etag: "etag".to_owned(),
    };
    assert!(store.finish_document(&run, &claimed, &found).await.unwrap());
    id
}

/// An upload whose file has another size than was announced; its id.
pub async fn refused(system: &TestSystem, user: &TestUser) -> String {
    let id = announced(user, "broken.pdf").await;
    let store = &system.system.context.store;
    assert!(store.refuse_upload(&id_of(user), &id.parse().unwrap(), &size_mismatch(5, 4)).await.unwrap());
    id
}

/// Asks a question, in a new session if none is named; the answer's envelope.
async fn ask(user: &TestUser, session: Option<&str>) -> Value {
    let path = session.map_or("messages".to_owned(), |session| format!("sessions/{session}/messages"));
    user.post(&format!("/api/v1/chat/{path}"), json!({"content": "Which oil?", "images": []})).await.data(201)
}

/// The figures of the dashboard.
async fn analytics(boss: &TestUser) -> Value {
    boss.get(DASHBOARD).await.data(200)["analytics"].clone()
}

/// The row of a user in a list.
async fn row(boss: &TestUser, list: &str, user: &TestUser) -> Value {
    let rows = boss.get(list).await.data(200);
    let key = if list == UPLOADS { "userId" } else { "id" };
    rows.as_array().unwrap().iter().find(|row| row[key] == user.id.as_str()).cloned().unwrap_or_default()
}

/// One attribute of all rows of a list, in their order.
async fn column(boss: &TestUser, list: &str, name: &str) -> Vec<String> {
    let rows = boss.get(list).await.data(200);
    rows.as_array().unwrap().iter().map(|row| row[name].as_str().unwrap().to_owned()).collect()
}
