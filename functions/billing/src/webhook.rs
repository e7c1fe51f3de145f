//! `POST /billing/webhook`: events of Stripe's.

use axum::body::Bytes;
use axum::extract::State;
use foundation::{ApiError, ApiResult};
use foundation::{telemetry, time};
use http::HeaderMap;
use secrecy::ExposeSecret;
use serde::Serialize;
use shared::billing::payments::{Event, Receipt, verify};
use shared::http::{Reply, ok};

use crate::App;

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
pub(crate) struct Received {
    /// What came of it: `applied`, `repeated` or `ignored`.
    outcome: &'static str,
}

/// Whatever cannot be done is told with an error: Stripe shows it, and delivers the event again.
pub(crate) async fn receive_event(
    State(state): State<App>,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<Reply<Received>> {
    take(&state, &headers, &body).await.inspect_err(|_| telemetry::count_failed_webhook())
}

async fn take(state: &App, headers: &HeaderMap, body: &[u8]) -> ApiResult<Reply<Received>> {
    let Some(stripe) = &state.context.config.billing.stripe else {
        return Err(ApiError::unavailable("billing_not_configured", "Paying is not set up on this system."));
    };
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok()).unwrap_or_default();
    verify(body, signature, stripe.webhook_secret.expose_secret(), time::now()).map_err(|error| {
        tracing::warn!(%error, "an event was not taken for Stripe's");
        ApiError::bad_request("invalid_signature", "The event is not signed as it must be.")
    })?;
    let event = Event::parse(body).ok_or_else(|| ApiError::bad_request("malformed_event", "This is no event."))?;
    let receipt = state.subscriptions.receive(&event).await.map_err(|error| {
        tracing::error!(%error, event = event.id, kind = event.kind, "an event failed");
        ApiError::from(error)
    })?;
    let outcome = match receipt {
        Receipt::Applied => "applied",
        Receipt::Repeated => "repeated",
        Receipt::Ignored => "ignored",
    };
    Ok(ok("Thank you.", Received { outcome }))
}
