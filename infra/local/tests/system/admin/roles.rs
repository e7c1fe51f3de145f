//! Who is an administrator, and who is not.

use reqwest::Method;
use serde_json::json;

use super::{BOSS, DASHBOARD, SESSIONS, TRENDS, UPLOADS, USERS, administered};
use crate::harness::{Process, TestUser};

const PROFILE: &str = "/api/v1/user/profile";
const ROUTES: [&str; 5] = [DASHBOARD, TRENDS, USERS, UPLOADS, SESSIONS];

async fn assert_refused(user: &TestUser) {
    for route in ROUTES {
        assert_eq!(user.get(route).await.code(403), "not_an_administrator", "{route}");
    }
}

/// Gives a user another address, with the code that was mailed to it.
async fn move_to(user: &TestUser, email: &str, code: impl Fn(&str) -> String) {
    user.put(PROFILE, json!({"email": email, "currentPassword": user.password})).await.data(200);
    let otp = code(email);
    user.post("/api/v1/auth/verify-otp", json!({"email": email, "otp": otp})).await.data(200);
}

#[tokio::test]
async fn only_administrators_read_and_what_they_ask_is_checked() {
    let (system, boss) = administered(&[]).await;
    let (user, visitor) = (system.user().await, system.visitor());
    for route in ROUTES {
        assert_eq!(visitor.get(route).await.code(401), "not_signed_in", "{route}");
        boss.get(route).await.data(200);
        assert_eq!(boss.post(route, json!({})).await.code(405), "method_not_allowed", "{route}");
        assert_eq!(boss.get(&format!("{route}?page=9&limit=x")).await.status, 200, "{route} has no pages");
    }
    assert_refused(&user).await;
    for year in ["26", "20x6", "-202", "20266", "%20202", "２０２６"] {
        let answer = boss.get(&format!("{TRENDS}?year={year}")).await;
        assert_eq!(answer.code(400), "validation_failed", "{year}");
        assert_eq!(answer.json()["data"], json!(["year must be a year of four digits, as in 2026"]));
        assert_eq!(user.get(&format!("{TRENDS}?year={year}")).await.status, 403, "{year}");
    }
    assert_eq!(boss.get(&format!("{TRENDS}?year=2025&year=2026")).await.code(400), "bad_query");
    assert_eq!(boss.get(&format!("{TRENDS}?year=")).await.status, 200);
    let wrong = format!("{}{DASHBOARD}", boss.services);
    let wrong = boss.send(boss.client.get(wrong)).await;
    assert_eq!(wrong.code(404), "no_such_path");
    assert!(wrong.json()["message"].as_str().unwrap().contains("gateway"), "{}", wrong.text);
}

#[tokio::test]
async fn nobody_makes_themselves_an_administrator() {
    let (system, boss) = administered(&[]).await;
    let credentials = |user: &TestUser| json!({"email": user.email, "password": user.password});
    assert_eq!(boss.post("/api/v1/auth/login", credentials(&boss)).await.data(200)["role"], "admin");
    assert_eq!(boss.get(PROFILE).await.data(200)["role"], "admin");

    let visitor = system.visitor();
    let mut registration = visitor.registration();
    registration["role"] = json!("admin");
    assert_eq!(visitor.post("/api/v1/auth/register", registration).await.code(400), "validation_failed");
    let google = visitor.get("/api/v1/auth/google?role=admin").await;
    assert_ne!(google.status, 200, "{}", google.text);

    let user = system.user().await;
    for body in [json!({"role": "admin"}), json!({"role": "admin", "isAdmin": true, "emailVerified": true})] {
        assert_eq!(user.put(PROFILE, body.clone()).await.data(200)["role"], "civilian");
        assert_eq!(user.patch(PROFILE, body.clone()).await.status, 405);
        user.put("/api/v1/user/settings", body).await;
    }
    assert_eq!(user.post("/api/v1/auth/login", credentials(&user)).await.data(200)["role"], "civilian");
    assert_refused(&user).await;

    // An address that is named counts when it is verified, not when it is asked for.
    let named = "other@example.com";
    user.put(PROFILE, json!({"email": named, "currentPassword": user.password})).await.data(200);
    assert_refused(&user).await;
    let otp = system.code(named);
    user.post("/api/v1/auth/verify-otp", json!({"email": named, "otp": otp})).await.data(200);
    assert_eq!(user.get(PROFILE).await.data(200)["role"], "admin");
    assert_eq!(user.get(USERS).await.status, 200);

    // It ends with the address, at the next request, and the role of the sign-up is back.
    move_to(&boss, "retired@example.com", |address| system.code(address)).await;
    assert_refused(&boss).await;
    assert_eq!(boss.get(PROFILE).await.data(200)["role"], "civilian");
}

#[tokio::test]
async fn a_grant_ends_with_the_configuration_and_every_read_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let mut granting = Process::start(folder.path(), &[("ADMIN_EMAILS", BOSS)]).await;
    let mut boss = granting.visitor();
    BOSS.clone_into(&mut boss.email);
    boss.register(|address| granting.code(address)).await;
    for route in ROUTES {
        let request = boss.request(Method::GET, route).header("X-Request-Id", "audited-request");
        boss.send(request).await.data(200);
    }
    let log = granting.log();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("read by an administrator")).collect();
    assert_eq!(lines.len(), ROUTES.len(), "{log}");
    for (line, route) in lines.into_iter().zip(ROUTES) {
        assert!([route, &*boss.id, "audited-request"].iter().all(|part| line.contains(part)), "{line}");
    }
    assert!(!log.contains(BOSS), "no address is logged");
    assert!(granting.terminate().await);

    let lapsed = Process::start(folder.path(), &[]).await;
    (boss.gateway, boss.services) = (lapsed.visitor().gateway, lapsed.visitor().services);
    assert_refused(&boss).await;
    assert_eq!(boss.get(PROFILE).await.data(200)["role"], "civilian");
    assert!(!lapsed.log().lines().skip(log.lines().count()).any(|line| line.contains("read by an administrator")));
}
