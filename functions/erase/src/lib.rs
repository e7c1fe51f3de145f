//! The `erase` function: removes what a deleted account has left.
//!
//! S3 tells of every object that is put under `deletions/`, through a queue. Such a marker names the account. Events may
//! come twice, late, in any order, and a process may die at any moment: see [`shared::account::erase`].

use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use foundation::telemetry;
use shared::Context;
use shared::account::{Erased, erase};
use shared::objects::{Notification, ObjectKey};

/// What the function holds. Built once, cheap to clone.
#[derive(Debug, Clone)]
pub struct App {
    context: Context,
    budget: Duration,
}

impl App {
    /// Everything that the function needs.
    #[must_use]
    pub fn new(context: Context) -> Self {
        let budget = Duration::from_secs(context.config.erase_seconds);
        Self { context, budget }
    }

    /// Removes what the account has left that the marker at `key` names; whether the event is done with.
    async fn handle_key(&self, key: &str) -> bool {
        let Some(user) = ObjectKey::parse_deletion(key) else {
            tracing::warn!(key, "an object that is none of ours was put among the deletions");
            return true;
        };
        match erase(&self.context, &user, self.budget).await {
            Ok(Erased::Whole) => tracing::info!(%user, "nothing is left of a deleted account"),
            Ok(Erased::Partly) => tracing::info!(%user, "the removal of a deleted account goes on in another run"),
            Ok(Erased::NotClosed) => tracing::warn!(%user, "a deletion was announced and did not take place"),
            Err(error) => {
                tracing::warn!(error = telemetry::causes(&error), %user, "the removal of a deleted account is tried again");
                return false;
            }
        }
        true
    }

    async fn handle_message(&self, body: &str) -> bool {
        let notification: Notification = match body.parse() {
            Ok(notification) => notification,
            Err(error) => {
                // Given back, it ends in the dead-letter queue, where a person can look at it.
                tracing::error!(%error, "a message is no S3 notification");
                return false;
            }
        };
        let mut done = true;
        for key in notification.created_keys {
            done &= self.handle_key(&key).await;
        }
        done
    }
}

/// Handles a batch of messages, each on its own: those that are to be delivered again are named in the answer.
pub async fn handle(state: App, event: SqsEvent) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    for message in event.records {
        if !state.handle_message(message.body.as_deref().unwrap_or_default()).await {
            response.add_failure(message.message_id.unwrap_or_default());
        }
    }
    telemetry::flush();
    response
}
