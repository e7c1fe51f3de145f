//! Idempotency keys, as Stripe keeps them (`docs.stripe.com/api/idempotent_requests`).

use std::collections::HashMap;

use bytes::Bytes;
use http::StatusCode;
use tokio::sync::Mutex;

use super::{Asked, refused};

/// What was answered, by key.
#[derive(Debug, Default)]
pub(super) struct Replays {
    answered: Mutex<HashMap<String, (Asked, StatusCode, Bytes)>>,
}

impl Replays {
    /// Does `work`, or gives what it gave before. One request at a time.
    pub(super) async fn once(
        &self,
        key: &str,
        asked: Asked,
        work: impl Future<Output = (StatusCode, Bytes)>,
    ) -> (StatusCode, Bytes) {
        let mut answered = self.answered.lock().await;
        match answered.get(key) {
            Some((before, status, body)) if *before == asked => (*status, body.clone()),
            Some(_) => {
                let message = "Keys for idempotent requests can only be used with the same parameters.";
                (StatusCode::BAD_REQUEST, refused(message))
            }
            None => {
                let (status, body) = work.await;
                answered.insert(key.to_owned(), (asked, status, body.clone()));
                (status, body)
            }
        }
    }
}
