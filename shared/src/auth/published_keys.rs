//! Where the public keys are published: a value in AWS Secrets Manager, which is no secret here but written by the
//! auth function alone. What else verifies tokens reads it, when it starts and when a token names a key that is new.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_secretsmanager::Client;
use aws_sdk_secretsmanager::error::DisplayErrorContext;
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::Instant;

use foundation::aws;
use foundation::public_keys::PublicKeys;

/// How long the keys are taken for the newest. Anybody can send tokens with keys that nobody has.
const SETTLED: Duration = Duration::from_secs(10);

/// Why the keys cannot be read or written. They are named; no secret is among them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the public keys of tokens (TOKEN_PUBLIC_KEYS_ID) {0}")]
pub struct PublishedKeysError(String);

#[derive(Serialize, Deserialize)]
struct Content {
    #[serde(rename = "TOKEN_PUBLIC_KEYS", default)]
    keys: String,
}

/// Reads and writes the published keys.
#[derive(Debug)]
pub struct PublishedKeys {
    client: Client,
    id: String,
    /// When somebody asked for them last because of a new key.
    asked: Mutex<Option<Instant>>,
}

impl PublishedKeys {
    /// Those under the name `id`.
    #[must_use]
    pub fn new(sdk: &SdkConfig, id: String) -> Self {
        Self { client: aws::secrets_manager(sdk), id, asked: Mutex::new(None) }
    }

    pub(super) async fn read(&self) -> Result<PublicKeys, PublishedKeysError> {
        let found = self.client.get_secret_value().secret_id(&self.id).send().await;
        let found =
            found.map_err(|error| PublishedKeysError(format!("cannot be read: {}", DisplayErrorContext(&error))))?;
        let text = found.secret_string().unwrap_or_default();
        let content: Content =
            serde_json::from_str(text).map_err(|_| PublishedKeysError("are no JSON object".to_owned()))?;
        content.keys.parse().map_err(|error| PublishedKeysError(format!("{error}")))
    }

    /// The keys, where nobody has asked for them just now. While somebody asks, others wait for the answer.
    pub(super) async fn read_again(&self, take: impl FnOnce(PublicKeys)) -> Result<(), PublishedKeysError> {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < SETTLED) {
            return Ok(());
        }
        *asked = Some(Instant::now());
        take(self.read().await?);
        Ok(())
    }

    /// Writes the keys, where they are not there yet.
    pub(super) async fn publish(&self, keys: &PublicKeys) -> Result<(), PublishedKeysError> {
        if self.read().await.is_ok_and(|known| known == *keys) {
            return Ok(());
        }
        let content = serde_json::to_string(&Content { keys: keys.to_string() })
            .map_err(|error| PublishedKeysError(error.to_string()))?;
        let written = self.client.put_secret_value().secret_id(&self.id).secret_string(content).send().await;
        written.map_err(|error| PublishedKeysError(format!("cannot be written: {}", DisplayErrorContext(&error))))?;
        tracing::info!("the public keys of tokens are published");
        Ok(())
    }
}
