//! The queue that tells of uploads.

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;

use foundation::aws;
use foundation::config::AwsConfig;

/// The longest wait that the queue knows, in seconds.
const LONGEST_DELAY: u32 = 900;

/// A queue that messages are sent to. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A message could not be sent.
#[derive(Debug, thiserror::Error)]
#[error("a message could not be sent")]
pub struct QueueError(#[source] Box<dyn std::error::Error + Send + Sync>);

impl Queue {
    /// The configured queue, where there is one.
    #[must_use]
    pub fn configured(sdk: &SdkConfig, config: &AwsConfig) -> Option<Self> {
        let url = config.ingest_queue.clone()?;
        let sdk = aws::at(sdk, config.sqs_endpoint.as_deref());
        let builder = aws_sdk_sqs::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        Some(Self { client: Client::from_conf(builder.build()), url })
    }

    /// Sends a message that is delivered after `delay` seconds, 900 at most.
    ///
    /// # Errors
    /// [`QueueError`].
    pub async fn send(&self, body: &str, delay: u32) -> Result<(), QueueError> {
        let seconds = i32::try_from(delay.min(LONGEST_DELAY)).unwrap_or_default();
        let send = self.client.send_message().queue_url(&self.url).message_body(body).delay_seconds(seconds);
        send.send().await.map_err(|error| QueueError(Box::new(error)))?;
        Ok(())
    }
}
