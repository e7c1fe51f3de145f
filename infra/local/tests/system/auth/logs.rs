//! What must never stand in a log.

use std::io;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

use super::{another, verify};
use crate::harness::TestSystem;

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

// One thread, so that everything the system does is seen by this test's subscriber.
#[tokio::test(flavor = "current_thread")]
async fn no_code_password_or_token_is_logged() {
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new("info,shared=trace,auth=trace,user=trace,local=trace"))
        .with_writer(captured.clone())
        .with_ansi(false)
        .finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let system = TestSystem::start().await;
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
    drop(guard);

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
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
