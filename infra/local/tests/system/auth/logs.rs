//! What must never stand in a log.

use serde_json::json;

use super::{another, verify};
use crate::harness::Process;

#[tokio::test]
async fn no_code_password_or_token_is_logged() {
    let folder = tempfile::tempdir().unwrap();
    let everything = "info,shared=trace,auth=trace,user=trace,local=trace";
    let system = Process::start(folder.path(), &[("RUST_LOG", everything)]).await;
    let user = system.user().await;
    let sign_up_code = system.code(&user.email);
    let visitor = system.visitor();
    visitor.post("/api/v1/auth/register", visitor.registration()).await;
    let code = system.code(&visitor.email);
    verify(&visitor, &another(&code)).await;
    visitor.post("/api/v1/auth/login", json!({"email": visitor.email, "password": "wrong secret"})).await;
    let renewed = visitor.post("/api/v1/auth/refresh", json!({"refreshToken": user.refresh_token})).await.data(200);
    visitor.get("/api/v1/auth/google/redirect?code=secret-code&state=secret-state").await;
    user.put("/api/v1/user/password", json!({"currentPassword": user.password, "newPassword": "a new secret"})).await;
    user.delete("/api/v1/user/nothing?token=secret-query").await;

    let log = system.log();
    assert!(log.contains("/api/v1/auth/register"), "requests are logged: {log}");
    let secrets = [
        user.password.as_str(),
        "wrong secret",
        "a new secret",
        "secret-",
        &sign_up_code,
        &code,
        &another(&code),
        user.token.as_deref().unwrap(),
        user.refresh_token.as_deref().unwrap(),
        renewed["accessToken"].as_str().unwrap(),
        renewed["refreshToken"].as_str().unwrap(),
        "argon2id",
    ];
    for secret in secrets {
        // A code is six digits, which a time may also hold by chance; as a word it cannot.
        let mut words = log.split(|c: char| !c.is_ascii_alphanumeric() && c != '.');
        let found = if secret.len() == 6 { words.any(|word| word == secret) } else { log.contains(secret) };
        assert!(!found, "{secret} stands in the log: {log}");
    }
}
