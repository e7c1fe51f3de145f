//! The functions, run in this process or reached where `cargo lambda watch` runs them.

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use axum::Router;
use shared::Context;

/// Everything that is built once and shared by the functions in this process.
#[derive(Clone)]
pub(crate) struct Functions {
    pub(crate) context: Context,
}

impl Functions {
    pub(crate) async fn new(context: Context) -> Self {
        Self { context }
    }

    pub(crate) fn gateway(&self) -> Router {
        Router::new()
    }

    pub(crate) fn services(&self) -> Router {
        Router::new()
    }
}

/// The `ingest` function.
#[derive(Clone)]
pub(crate) enum Ingest {
    /// In this process.
    Here(),
    /// Behind the Lambda API of `cargo lambda watch`, at this address.
    There(reqwest::Client, String),
}

/// An event could not be handed over.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    #[error("ingest cannot be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("ingest failed: {0}")]
    Failed(String),
}

impl Ingest {
    /// Hands one event over; whether it is done with, or has to be delivered again.
    pub(crate) async fn deliver(&self, event: SqsEvent) -> Result<bool, DeliveryError> {
        let response = match self {
            Self::Here() => SqsBatchResponse::default(),
            Self::There(client, url) => {
                let answer = client.post(url).json(&event).send().await.map_err(DeliveryError::Unreachable)?;
                let status = answer.status();
                let text = answer.text().await.map_err(DeliveryError::Unreachable)?;
                if !status.is_success() {
                    return Err(DeliveryError::Failed(text));
                }
                serde_json::from_str(&text).map_err(|_| DeliveryError::Failed(text))?
            }
        };
        Ok(response.batch_item_failures.is_empty())
    }
}
