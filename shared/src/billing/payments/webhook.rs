//! What Stripe tells by itself (docs.stripe.com/webhooks).

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;

/// Seconds that an event may be on its way, and that two clocks may differ.
const TOLERANCE: i64 = 300;

/// Why an event is not taken for Stripe's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// There is no signature, or none that can be read.
    #[error("the signature is missing or malformed")]
    Malformed,
    /// It was signed too long ago, or for a time to come.
    #[error("the signature is too old")]
    Expired,
    /// It is somebody else's.
    #[error("the signature is wrong")]
    Wrong,
}

/// Checks the header `Stripe-Signature` of a request with this body, as of `now`. While a secret is
/// being changed, several signatures may stand there, of which one must be right.
///
/// # Errors
/// [`SignatureError`].
pub fn verify(body: &[u8], header: &str, secret: &str, now: Timestamp) -> Result<(), SignatureError> {
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = value.parse::<i64>().ok(),
            Some(("v1", value)) => signatures.extend(hex::decode(value).ok()),
            _ => {}
        }
    }
    let time = time.filter(|_| !signatures.is_empty()).ok_or(SignatureError::Malformed)?;
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|_| SignatureError::Wrong)?;
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    // Compared in constant time.
    if !signatures.iter().any(|signature| mac.clone().verify_slice(signature).is_ok()) {
        return Err(SignatureError::Wrong);
    }
    if now.as_second().abs_diff(time) > TOLERANCE.unsigned_abs() {
        return Err(SignatureError::Expired);
    }
    Ok(())
}

/// What of an event is believed: that something happened to a customer. What it is, is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Its id, the same whenever it is delivered again.
    pub id: String,
    /// Its type: `invoice.paid`.
    pub kind: String,
    /// The customer that it is about, if it is about one.
    pub customer: Option<String>,
}

impl Event {
    /// Reads the body of a request.
    #[must_use]
    pub fn parse(body: &[u8]) -> Option<Self> {
        #[derive(Deserialize)]
        struct Wire {
            id: String,
            #[serde(rename = "type")]
            kind: String,
            data: Data,
        }
        #[derive(Deserialize)]
        struct Data {
            object: Value,
        }
        let Wire { id, kind, data: Data { object } } = serde_json::from_slice(body).ok()?;
        let is_customer =
            kind.starts_with("customer.") && object.get("object").and_then(Value::as_str) == Some("customer");
        let named = if is_customer { Some(&object) } else { object.get("customer") };
        let customer = named.and_then(|customer| customer.get("id").unwrap_or(customer).as_str());
        let customer = customer.map(str::to_owned);
        Some(Self { id, kind, customer }).filter(|event| (1..=255).contains(&event.id.len()))
    }

    /// Whether it says anything of a subscription.
    #[must_use]
    pub fn concerns_subscriptions(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "checkout.session.completed"
                | "customer.deleted"
                | "customer.subscription.created"
                | "customer.subscription.updated"
                | "customer.subscription.deleted"
                | "customer.subscription.paused"
                | "customer.subscription.resumed"
                | "customer.subscription.trial_will_end"
                | "invoice.paid"
                | "invoice.payment_succeeded"
                | "invoice.payment_failed"
                | "invoice.finalized"
        )
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_test";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn signature(body: &[u8], secret: &str, time: i64) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(&[format!("{time}.").as_bytes(), body].concat());
        hex::encode(mac.finalize().into_bytes())
    }

    #[test]
    fn a_signature_must_be_stripes_and_new() {
        let good = signature(b"{}", SECRET, 1_000);
        let header = format!("t=1000,v1={good},v0=ignored");
        let check = |body: &[u8], header: &str, now| verify(body, header, SECRET, at(now));
        for now in [1_000, 1_300, 700] {
            assert_eq!(check(b"{}", &header, now), Ok(()));
        }
        for now in [1_301, 699] {
            assert_eq!(check(b"{}", &header, now), Err(SignatureError::Expired));
        }
        assert_eq!(check(b"{ }", &header, 1_000), Err(SignatureError::Wrong));
        assert_eq!(check(b"{}", &format!("t=1001,v1={good}"), 1_000), Err(SignatureError::Wrong), "the time is signed");
        assert_eq!(verify(b"{}", &header, "whsec_other", at(1_000)), Err(SignatureError::Wrong));
        assert_eq!(check(b"{}", &format!("t=1000,v1={},v1={good}", "00".repeat(32)), 1_000), Ok(()), "one is right");
        for header in ["", "t=1000", &format!("v1={good}"), "t=x,v1=zz", "t=1000,v1=", &format!("t=1000,v0={good}")] {
            assert!(check(b"{}", header, 1_000).is_err(), "{header}");
        }
    }

    #[test]
    fn an_event_says_whom_it_is_about() {
        let event = |object: &str| {
            Event::parse(format!(r#"{{"id": "evt_1", "type": "x", "data": {{"object": {object}}}}}"#).as_bytes())
        };
        assert_eq!(event(r#"{"customer": "cus_1"}"#).unwrap().customer.as_deref(), Some("cus_1"));
        assert_eq!(event(r#"{"customer": {"id": "cus_1"}}"#).unwrap().customer.as_deref(), Some("cus_1"));
        let deleted = br#"{"id": "evt_1", "type": "customer.deleted", "data": {"object": {"id": "cus_1", "object": "customer"}}}"#;
        assert_eq!(Event::parse(deleted).unwrap().customer.as_deref(), Some("cus_1"));
        assert_eq!(event(r#"{"customer": null}"#).unwrap().customer, None);
        assert_eq!(event("{}").unwrap().customer, None);
        for body in ["", "{}", "[]", r#"{"id": "", "type": "x", "data": {"object": {}}}"#] {
            assert_eq!(Event::parse(body.as_bytes()), None, "{body}");
        }
    }
}
