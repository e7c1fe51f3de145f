//! `/api/v1/auth`.

mod codes;
mod cookies;
mod frontend;
mod google;
mod issuer;
mod logs;
mod sign_in;
mod sign_up;
mod strangers;
mod tokens;
mod validation;
mod verifiers;

use serde_json::{Value, json};
use shared::identity::Email;
use shared::store::AddressCodes;

use crate::harness::{Answer, TestSystem, TestUser};

/// How many mails went to `address`.
pub fn mails_to(system: &TestSystem, address: &str) -> usize {
    let Ok(folder) = std::fs::read_dir(system.system.folder.join("mail")) else { return 0 };
    let texts = folder.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
    texts.filter(|text| text.lines().any(|line| line == format!("To: {address}"))).count()
}

/// Changes what the system remembers of an address, as time would.
pub async fn rewrite(system: &TestSystem, address: &str, change: impl FnMut(&mut AddressCodes)) {
    let email = Email::parse(address).unwrap();
    system.system.context.store.change_address_codes(&email, change).await.unwrap();
}

/// Makes everything that happened to an address so many seconds older.
pub async fn age(system: &TestSystem, address: &str, seconds: i64) {
    rewrite(system, address, |codes| {
        codes.sent.iter_mut().chain(&mut codes.wrong).for_each(|at| *at -= seconds);
        for pending in codes.pending.values_mut() {
            pending.ends_at -= seconds;
            pending.sent_at -= seconds;
        }
    })
    .await;
}

/// Gives a code to `verify-otp`.
pub async fn verify(user: &TestUser, otp: &str) -> Answer {
    user.post("/api/v1/auth/verify-otp", json!({"email": user.email, "otp": otp})).await
}

/// A code that is not `right`.
pub fn another(right: &str) -> String {
    format!("{:06}", (right.parse::<u32>().unwrap() + 1) % 1_000_000)
}

/// The `Cookie` header of a browser that got this answer.
pub fn jar(answer: &Answer) -> String {
    let pairs = answer.cookies().into_iter().map(|cookie| cookie.split(';').next().unwrap().to_owned());
    pairs.filter(|pair| !pair.ends_with('=')).collect::<Vec<_>>().join("; ")
}

/// An answer's body with what differs each time taken out.
pub fn redacted(answer: &Answer) -> Value {
    fn redact(value: &mut Value) {
        const DIFFERENT: [&str; 10] = [
            "id",
            "userId",
            "email",
            "token",
            "accessToken",
            "refreshToken",
            "requestId",
            "createdAt",
            "updatedAt",
            "lastUsedAt",
        ];
        match value {
            Value::Array(items) => items.iter_mut().for_each(redact),
            Value::Object(fields) => {
                for (name, value) in fields {
                    let differs = DIFFERENT.contains(&name.as_str()) || name == "expiresAt";
                    if differs && value.is_string() { *value = json!(format!("[{name}]")) } else { redact(value) }
                }
            }
            _ => {}
        }
    }
    let mut body = answer.json();
    redact(&mut body);
    body
}
