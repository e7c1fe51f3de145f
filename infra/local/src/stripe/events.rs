//! Events that localstripe does not send.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Front;

impl Front {
    /// Tells the gateway of what was changed by a request that went through.
    pub(super) fn tell_of_change(&self, path: &str, body: &[u8]) {
        let Ok(object) = serde_json::from_slice::<Value>(body) else { return };
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match parts.as_slice() {
            ["v1", "subscriptions", _] => self.tell("customer.subscription.updated", &object),
            ["v1", "invoices", _, "pay"] => self.tell("invoice.paid", &object),
            _ => {}
        }
    }

    /// Sends an event, signed as Stripe does, in the background.
    pub(super) fn tell(&self, kind: &str, object: &Value) {
        let id = format!("evt_front_{:024x}", rand::random::<u64>());
        let now = foundation::time::now().as_second();
        let event = json!({"id": id, "object": "event", "type": kind, "created": now, "data": {"object": object}});
        let body = event.to_string();
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.inner.webhook_secret.as_bytes()) else { return };
        mac.update(format!("{now}.{body}").as_bytes());
        let signature = format!("t={now},v1={}", hex::encode(mac.finalize().into_bytes()));
        let request = self.inner.http.post(&self.inner.webhook).header("Stripe-Signature", signature);
        let request = request.header("Content-Type", "application/json").body(body);
        let kind = kind.to_owned();
        tokio::spawn(async move {
            match request.send().await {
                Ok(answer) if answer.status().is_success() => {}
                Ok(answer) => tracing::warn!(kind, status = %answer.status(), "an event was not taken"),
                Err(error) => tracing::warn!(kind, %error, "an event was not delivered"),
            }
        });
    }
}
