//! A running system, its users, and what they send.

mod chat_socket;
mod mail;
mod model;
pub mod pdf;
mod process;
mod script;
mod socket;
mod sse;
mod stripe;
mod user;
mod voice;

use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use foundation::need::{Needed, need};
use local::{Options, System};
use search::test_support::installed_embedder;
use serde_json::Value;

pub use chat_socket::{ChatPacket, ChatSocket, HANDSHAKE, Told};
pub use mail::newest_code;
pub use model::{
    UnreachableModel, model_of_sentences, model_that_costs, model_that_falls_silent, model_that_is_silent,
    model_that_obeys, model_that_refuses, model_that_repeats, model_that_says, slow_model,
};
pub use process::Process;
pub use script::{BOTO3, run_script};
pub use socket::{Received, Socket};
pub use sse::{Events, events};
pub use stripe::{StripeServer, stripe_signature, subscription};
pub use user::{Answer, TestUser, refused_beyond};
pub use voice::is_speech;

/// A system of one test.
pub struct TestSystem {
    pub system: System,
}

/// A secret of the tests' own, so that they can forge and check tokens.
pub const TOKEN_SECRET: &str = "a secret for tests, longer than 32 characters";

impl TestSystem {
    /// Starts with the default configuration.
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with some variables set.
    pub async fn start_with(variables: &[(&str, &str)]) -> Self {
        Self::start_as(Options::throw_away(), variables).await
    }

    /// Starts with a stand-in for Stripe, which needs localstripe.
    pub async fn start_with_stripe() -> Option<Self> {
        let program = need(Needed::Program("localstripe"))?;
        let options = Options { stripe: true, ..Options::throw_away() };
        Some(Self::start_as(options, &[("LOCALSTRIPE", program.to_str().unwrap())]).await)
    }

    async fn start_as(options: Options, variables: &[(&str, &str)]) -> Self {
        let variables: Vec<(String, String)> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let lookup = move |name: &str| {
            let set = variables.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
            set.or_else(|| default(name))
        };
        // The test binary does not begin as a program must that starts others.
        foundation::worker::launch_through(env!("CARGO_BIN_EXE_intellimaint").into());
        // Compared with the policies of the template when all tests have run.
        let calls = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("calls");
        // A test that names a folder wants the model of that folder, or none.
        let embedder = if lookup("MODEL_DIR").is_some() { None } else { installed_embedder() };
        let options = Options { record_calls: Some(calls), embedder, ..options };
        Self { system: System::start(options, &lookup).await.expect("the system starts") }
    }

    /// An address on the gateway.
    pub fn gateway(&self, path: &str) -> String {
        format!("{}{path}", self.system.gateway_url)
    }

    /// A client without a sign-in, with cookies of its own.
    pub fn visitor(&self) -> TestUser {
        TestUser::visitor(self)
    }

    /// A new user, signed up, verified and signed in; requests carry the bearer token.
    pub async fn user(&self) -> TestUser {
        TestUser::sign_up(self).await
    }

    /// How many mails about this were sent to `address`.
    pub fn mails(&self, address: &str, subject: &str) -> usize {
        let Ok(mails) = std::fs::read_dir(self.system.folder.join("mail")) else { return 0 };
        let texts = mails.map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap());
        texts.filter(|text| text.contains(&format!("To: {address}")) && text.contains(subject)).count()
    }

    /// The newest code mailed to `address`.
    pub fn code(&self, address: &str) -> String {
        newest_code(&self.system.folder.join("mail"), address)
    }
}

fn default(name: &str) -> Option<String> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    match name {
        "TOKEN_SECRET" => Some(TOKEN_SECRET.to_owned()),
        "MODELS_DIR" => Some(std::env::var(name).unwrap_or_else(|_| format!("{root}/models"))),
        "PDFIUM_LIBRARY" => Some(format!("{root}/lib/pdfium/libpdfium{}", std::env::consts::DLL_SUFFIX)),
        // The local system's own default would hide the limits.
        "DEFAULT_PLAN" => Some("free".to_owned()),
        // The test binary is not the one that reads PDFs and recordings.
        "PDF_WORKER" | "AUDIO_WORKER" => Some(env!("CARGO_BIN_EXE_intellimaint").to_owned()),
        _ => None,
    }
}

/// The same with masks for all values of these names, for snapshots of what differs from run to run.
pub fn masked(value: &Value, masks: &[(&str, &str)]) -> Value {
    let mask = |name: &String| masks.iter().find(|(masked, _)| masked == name).map(|(_, mask)| Value::from(*mask));
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, field)| {
                let kept = || masked(field, masks);
                (name.clone(), mask(name).unwrap_or_else(kept))
            });
            Value::Object(fields.collect())
        }
        Value::Array(items) => items.iter().map(|item| masked(item, masks)).collect(),
        value => value.clone(),
    }
}

/// A program that hears this in whatever it is given.
pub fn hearing(folder: &std::path::Path, text: &str) -> String {
    let path = folder.join("hear");
    std::fs::write(&path, format!("#!/bin/sh\ncat >/dev/null\necho '{text}'\n")).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Waits until `condition` gives something, for at most `seconds`.
pub async fn eventually<T>(seconds: u64, what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(seconds);
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(tokio::time::Instant::now() < deadline, "not within {seconds} s: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The sentences of a validation error, sorted.
pub fn sentences(answer: &Value) -> Vec<String> {
    let mut sentences: Vec<String> =
        answer["data"].as_array().expect("a list").iter().map(|s| s.as_str().unwrap().to_owned()).collect();
    sentences.sort();
    sentences
}
