//! Trials, which localstripe writes down but leaves `incomplete`.

use bytes::Bytes;
use serde_json::{Value, json};

const SECONDS_PER_DAY: i64 = 86_400;

/// The answer of localstripe, its subscriptions with `trial_period_days` as Stripe would give them:
/// `trialing` from their start for that long.
pub(super) fn begun(path: &str, body: Bytes) -> Bytes {
    if !path.starts_with("/v1/subscriptions") {
        return body;
    }
    let Ok(mut answer) = serde_json::from_slice::<Value>(&body) else { return body };
    match answer.get_mut("data").and_then(Value::as_array_mut) {
        Some(subscriptions) => subscriptions.iter_mut().for_each(begin),
        None => begin(&mut answer),
    }
    answer.to_string().into()
}

fn begin(subscription: &mut Value) {
    let number = |field: &str| subscription.get(field).and_then(Value::as_i64);
    let (Some(days), Some(start)) = (number("trial_period_days"), number("start_date")) else { return };
    if subscription.get("status").is_some_and(|status| status == "incomplete")
        && let Some(fields) = subscription.as_object_mut()
    {
        let end = start + days * SECONDS_PER_DAY;
        fields.insert("status".to_owned(), json!("trialing"));
        for (field, value) in
            [("trial_start", start), ("trial_end", end), ("current_period_start", start), ("current_period_end", end)]
        {
            fields.insert(field.to_owned(), json!(value));
        }
    }
}
