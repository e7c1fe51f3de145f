//! Every list and figure, before and right after something is deleted.

use foundation::ids::UserId;
use foundation::plans::Month;
use reqwest::Method;
use serde_json::{Value, json};
use shared::identity::{Email, Role};
use shared::store::{Registration, User, size_mismatch};

use super::{
    DASHBOARD, SESSIONS, TRENDS, UPLOADS, USERS, administered, analytics, announced, ask, column, read, refused, row,
};
use crate::harness::{TestSystem, TestUser, model_that_costs};

fn this_month() -> String {
    Month::of(foundation::time::now()).to_string()
}

/// The last value of each series: users, uploads, sessions.
fn last(trends: &Value) -> [(String, u64); 3] {
    ["userGrowth", "uploadTrends", "sessionTrends"].map(|name| {
        let series = trends[name].as_array().unwrap();
        let before = series.iter().rev().skip(1).map(|point| point["value"].as_u64().unwrap()).sum::<u64>();
        assert_eq!(before, 0, "{series:?}");
        let point = series.last().unwrap();
        (point["date"].as_str().unwrap().to_owned(), point["value"].as_u64().unwrap())
    })
}

/// All series end with these numbers of users, uploads and sessions.
async fn assert_trends(boss: &TestUser, numbers: [u64; 3]) {
    let (month, dashboard) = (this_month(), boss.get(DASHBOARD).await.data(200));
    let year = &month[..4];
    assert_eq!(dashboard["userGrowth"].as_array().unwrap().len(), 12);
    assert_eq!(last(&dashboard), numbers.map(|number| (month.clone(), number)));
    let months = boss.get(&format!("{TRENDS}?year={year}")).await.data(200);
    assert_eq!(months["userGrowth"][0]["date"], format!("{year}-01"));
    assert_eq!(last(&months), numbers.map(|number| (month.clone(), number)));
    let years = boss.get(TRENDS).await.data(200);
    assert_eq!(last(&years), numbers.map(|number| (year.to_owned(), number)));
    let earlier = boss.get(&format!("{TRENDS}?year=2019")).await.data(200);
    assert_eq!(earlier["sessionTrends"].as_array().unwrap().len(), 12);
    assert_eq!(last(&earlier), [(); 3].map(|()| ("2019-12".to_owned(), 0)));
    assert_eq!(boss.get(&format!("{TRENDS}?year=2999")).await.data(200)["userGrowth"], json!([]));
}

#[tokio::test]
async fn every_list_and_figure_is_right_before_and_right_after_deletions() {
    let model = model_that_costs(1_000, 10).await;
    let variables = [
        ("LANGUAGE_MODEL", "openai"),
        ("OPENAI_BASE_URL", &*model),
        ("PROMPT_TOKENS_PRICE", "2.5"),
        ("ANSWER_TOKENS_PRICE", "10"),
    ];
    let (system, boss) = administered(&variables).await;
    let (ada, bob) = (system.user().await, system.user().await);
    let nobody = system.visitor();
    nobody.post("/api/v1/auth/register", nobody.registration()).await;

    let roles = |civilian: u64| json!({"student": 0, "military": 0, "civilian": civilian});
    let figures = |users: u64, active: u64, uploads: [u64; 2], sessions: u64| {
        json!({
            "totalUsers": users, "activeUsers": active, "lastMonthUsers": 0, "totalUploads": uploads[0],
            "ready": uploads[1], "totalSessions": sessions, "usersByRole": roles(users),
        })
    };
    assert_eq!(analytics(&boss).await, figures(3, 0, [0, 0], 0));
    assert_eq!(column(&boss, USERS, "id").await, [&*bob.id, &*ada.id, &*boss.id]);
    assert_trends(&boss, [3, 0, 0]).await;

    let first = ask(&ada, None).await;
    let session = first["session"]["id"].as_str().unwrap();
    ask(&ada, Some(session)).await;
    let second = ask(&ada, None).await;
    let manual = read(&system, &ada, "pump.pdf").await;
    let broken = refused(&system, &bob).await;
    announced(&bob, "never.pdf").await;
    bob.post("/api/v1/chat/sessions", json!({})).await.data(201);
    assert_eq!(analytics(&boss).await, figures(3, 1, [2, 1], 3));
    assert_trends(&boss, [3, 2, 3]).await;
    assert_rows(&boss, (&ada, &manual), (&bob, &broken)).await;

    // Messages: a question reworded drops what follows it, and a question can be removed.
    let question = first["userMessage"]["id"].as_str().unwrap();
    let message = format!("/api/v1/chat/sessions/{session}/messages/{question}");
    ada.patch(&message, json!({"content": "Which grease?"})).await.data(200);
    assert_eq!(row(&boss, SESSIONS, &ada).await["totalMessages"], 3);
    ada.delete(&message).await.data(200);
    ada.delete(&message).await.code(404);
    let spent = row(&boss, SESSIONS, &ada).await;
    assert_eq!((&spent["totalMessages"], &spent["totalToken"]), (&json!(2), &json!(3_030)));

    // A document, twice, and a session.
    let document = format!("/api/v1/repository/documents/{manual}");
    ada.delete(&document).await.data(200);
    ada.delete(&document).await.code(404);
    assert_eq!(analytics(&boss).await, figures(3, 1, [1, 0], 3));
    assert_eq!(column(&boss, UPLOADS, "id").await, [&*broken]);
    let session = second["session"]["id"].as_str().unwrap();
    ada.delete(&format!("/api/v1/chat/sessions/{session}")).await.data(200);
    ada.delete(&format!("/api/v1/chat/sessions/{session}")).await.code(404);
    assert_eq!(analytics(&boss).await, figures(3, 1, [1, 0], 2));
    assert_trends(&boss, [3, 1, 2]).await;
    let left = row(&boss, SESSIONS, &ada).await;
    assert_eq!((&left["totalSessions"], &left["totalMessages"]), (&json!(1), &json!(0)));
    assert_eq!(left["totalToken"], 3_030, "what was spent stays so");
    let left = row(&boss, USERS, &ada).await;
    assert_eq!((&left["uploads"], &left["sessions"]), (&json!(0), &json!(1)));

    // Accounts, at once, while what they had is still being removed.
    read(&system, &ada, "valve.pdf").await;
    for (user, users, uploads, sessions) in [(&ada, 2, 1, 1), (&bob, 1, 0, 0)] {
        let proof = json!({"password": user.password});
        user.send(user.request(Method::DELETE, "/api/v1/user/account").json(&proof)).await.data(200);
        assert_eq!(analytics(&boss).await, figures(users, 0, [uploads, 0], sessions));
        for list in [USERS, UPLOADS, SESSIONS] {
            assert_eq!(row(&boss, list, user).await, Value::Null, "{list}");
        }
    }
    assert_trends(&boss, [1, 0, 0]).await;
    assert_eq!(column(&boss, SESSIONS, "email").await, [&*boss.email]);
}

/// The rows of a user who has asked three questions in two sessions and has a document, and of one with an empty
/// session and a document that failed.
async fn assert_rows(boss: &TestUser, (ada, manual): (&TestUser, &str), (bob, broken): (&TestUser, &str)) {
    let mut found = row(boss, USERS, ada).await;
    assert!(found["profileImage"].as_str().unwrap().starts_with("data:image/svg+xml,"), "{found}");
    assert!(found["createdAt"].as_str().unwrap().ends_with('Z'), "{found}");
    for masked in ["profileImage", "createdAt"] {
        found[masked] = Value::Null;
    }
    assert_eq!(
        found,
        json!({
            "id": ada.id, "name": "Ada Moss", "email": ada.email, "role": "civilian", "profileImage": null,
            "status": "active", "createdAt": null, "uploads": 1, "sessions": 2, "subscriptionPlan": "Free",
        })
    );
    let found = row(boss, USERS, bob).await;
    assert_eq!((&found["status"], &found["uploads"], &found["sessions"]), (&json!("inactive"), &json!(1), &json!(1)));
    assert_eq!(row(boss, USERS, boss).await["role"], "admin");

    let mut uploads = boss.get(UPLOADS).await.data(200);
    for upload in uploads.as_array_mut().unwrap() {
        assert!(upload["uploadedAt"].take().as_str().unwrap().ends_with('Z'));
    }
    let sentence = size_mismatch(5, 4).message;
    assert_eq!(
        uploads,
        json!([
            {"id": broken, "userId": bob.id, "userName": "Ada Moss", "fileName": "broken.pdf", "fileType": "pdf",
             "fileSize": 0, "status": "failed", "uploadedAt": null, "error": sentence},
            {"id": manual, "userId": ada.id, "userName": "Ada Moss", "fileName": "pump.pdf", "fileType": "pdf",
             "fileSize": 7, "status": "ready", "uploadedAt": null},
        ])
    );
    assert_eq!(column(boss, SESSIONS, "id").await, [&*bob.id, &*ada.id, &*boss.id]);
    assert_eq!(
        row(boss, SESSIONS, ada).await,
        json!({
            "id": ada.id, "email": ada.email, "totalSessions": 2, "totalMessages": 6, "totalToken": 3_030,
            "totalPrice": 0.0078,
        })
    );
    assert_eq!(
        row(boss, SESSIONS, bob).await,
        json!({
            "id": bob.id, "email": bob.email, "totalSessions": 1, "totalMessages": 0, "totalToken": 0,
            "totalPrice": 0.0,
        })
    );
}

/// An account that signed up in another month.
async fn older(system: &TestSystem, address: &str, role: Role, created_at: &str) -> UserId {
    let registration = Registration {
        password_hash: None,
        first_name: String::new(),
        last_name: String::new(),
        company: String::new(),
        role,
    };
    let mut user = User::new(Email::parse(address).unwrap(), registration);
    user.email_verified = true;
    user.created_at = created_at.parse().unwrap();
    assert!(system.system.context.store.create_user(&user).await.unwrap());
    user.id
}

#[tokio::test]
async fn users_of_earlier_months_count_in_theirs_and_until_they_leave() {
    let (system, boss) = administered(&[]).await;
    older(&system, "kay@mit.edu", Role::Student, "2024-02-29T12:00:00Z").await;
    let leaver = older(&system, "joe@army.mil", Role::Military, "2024-12-31T23:59:59Z").await;

    let figures = analytics(&boss).await;
    assert_eq!((&figures["totalUsers"], &figures["lastMonthUsers"]), (&json!(3), &json!(2)));
    assert_eq!(figures["usersByRole"], json!({"student": 1, "military": 1, "civilian": 1}));
    let years = boss.get(TRENDS).await.data(200)["userGrowth"].clone();
    assert_eq!(years[0], json!({"date": "2024", "value": 2}));
    assert_eq!(years[1], json!({"date": "2025", "value": 0}), "no gaps");
    let months = boss.get(&format!("{TRENDS}?year=2024")).await.data(200)["userGrowth"].clone();
    assert_eq!(months[1], json!({"date": "2024-02", "value": 1}));
    assert_eq!(months[11], json!({"date": "2024-12", "value": 1}));
    // The oldest come last; those without a name are called by their address.
    assert_eq!(column(&boss, USERS, "name").await, ["Ada Moss", "joe", "kay"]);

    system.system.context.store.close_account(&leaver, None).await.unwrap().unwrap();
    let figures = analytics(&boss).await;
    assert_eq!((&figures["totalUsers"], &figures["lastMonthUsers"]), (&json!(2), &json!(2)), "so many there were");
    assert_eq!(boss.get(TRENDS).await.data(200)["userGrowth"][0]["value"], 1);
    assert_eq!(column(&boss, USERS, "name").await, ["Ada Moss", "kay"]);
}

#[tokio::test]
async fn lists_hold_the_newest_rows_and_say_so() {
    let (system, boss) = administered(&[("ADMIN_ROWS", "2")]).await;
    let whole = boss.get(USERS).await;
    assert_eq!(
        (whole.json()["message"].as_str(), whole.json()["data"].as_array().unwrap().len()),
        (Some("All users."), 1)
    );
    let (ada, bob) = (system.user().await, system.user().await);
    for name in ["a.pdf", "b.pdf", "c.pdf"] {
        read(&system, &ada, name).await;
    }
    for list in [USERS, SESSIONS] {
        assert_eq!(column(&boss, list, "id").await, [&*bob.id, &*ada.id]);
    }
    assert_eq!(column(&boss, UPLOADS, "fileName").await, ["c.pdf", "b.pdf"]);
    for list in [USERS, UPLOADS, SESSIONS] {
        let message = boss.get(list).await.json()["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with("Older ones are not listed."), "{message}");
    }
    // The figures are of all.
    let figures = analytics(&boss).await;
    assert_eq!((&figures["totalUsers"], &figures["totalUploads"]), (&json!(3), &json!(3)));
}
