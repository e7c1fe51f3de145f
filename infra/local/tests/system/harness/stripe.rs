//! A server that stands in for Stripe's API, with answers that a test chooses.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, Request, State};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use hmac::{Hmac, KeyInit, Mac};
use http::StatusCode;
use serde_json::{Value, json};
use sha2::Sha256;

const KEY: &str = "sk_test_own";
const WEBHOOK_SECRET: &str = "whsec_own";

/// What it knows and was asked.
#[derive(Debug, Clone, Default)]
pub struct StripeServer {
    inner: Arc<Mutex<Inner>>,
    url: String,
}

#[derive(Debug, Default)]
struct Inner {
    /// The subscriptions of each customer.
    subscriptions: HashMap<String, Vec<Value>>,
    /// Customers who are gone.
    removed: Vec<String>,
    /// What is answered next, before everything else.
    failures: Vec<u16>,
    /// Method, path, idempotency key and body of each request.
    seen: Vec<(String, String, Option<String>, String)>,
}

impl StripeServer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self { url: format!("http://{}", listener.local_addr().unwrap()), ..Self::default() };
        let router = Router::new().fallback(answer).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        server
    }

    /// The variables with which a system uses it.
    pub fn variables(&self) -> [(&str, &str); 4] {
        [
            ("STRIPE_SECRET_KEY", KEY),
            ("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET),
            ("STRIPE_API_URL", &self.url),
            ("STRIPE_PRICES", "pro=price_pro, team=price_team"),
        ]
    }

    /// From now on a customer has one subscription that stands so.
    pub fn set(&self, customer: &str, status: &str) {
        self.set_all(customer, vec![subscription(&format!("sub_{customer}"), status, &["price_pro"])]);
    }

    /// From now on a customer has these [subscriptions](subscription).
    pub fn set_all(&self, customer: &str, subscriptions: Vec<Value>) {
        self.inner.lock().unwrap().subscriptions.insert(customer.to_owned(), subscriptions);
    }

    /// From now on a customer is not known any more; only what it had subscribed to is told.
    pub fn remove(&self, customer: &str) {
        self.inner.lock().unwrap().removed.push(customer.to_owned());
    }

    /// Answers the next requests with these statuses.
    pub fn fail(&self, statuses: &[u16]) {
        self.inner.lock().unwrap().failures = statuses.iter().rev().copied().collect();
    }

    /// What was asked since the last time.
    pub fn seen(&self) -> Vec<(String, String, Option<String>, String)> {
        std::mem::take(&mut self.inner.lock().unwrap().seen)
    }
}

/// A subscription to these prices, in the order in which Stripe tells them.
pub fn subscription(id: &str, status: &str, prices: &[&str]) -> Value {
    let item = |price: &&str| json!({"price": {"id": price}, "current_period_start": 1_700_000_000, "current_period_end": 4_000_000_000_i64});
    let items: Vec<Value> = prices.iter().map(item).collect();
    json!({"id": id, "object": "subscription", "status": status, "created": 1_700_000_000,
        "cancel_at_period_end": false, "trial_end": 1_800_000_000, "items": {"object": "list", "data": items}})
}

/// The header with which Stripe signs a body, at a time in epoch seconds.
pub fn stripe_signature(body: &str, time: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(WEBHOOK_SECRET.as_bytes()).unwrap();
    mac.update(format!("{time}.{body}").as_bytes());
    format!("t={time},v1={}", hex::encode(mac.finalize().into_bytes()))
}

async fn answer(
    State(server): State<StripeServer>,
    Query(query): Query<HashMap<String, String>>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let header = |name: &str| parts.headers.get(name).map(|value| value.to_str().unwrap().to_owned());
    let path = parts.uri.path().to_owned();
    let mut inner = server.inner.lock().unwrap();
    let asked = String::from_utf8(body.to_vec()).unwrap();
    inner.seen.push((parts.method.to_string(), path.clone(), header("idempotency-key"), asked.clone()));
    let refuse = |status: u16| {
        let error = json!({"error": {"type": "api_error", "message": "chosen by the test"}});
        (StatusCode::from_u16(status).unwrap(), Json(error)).into_response()
    };
    if header("authorization") != Some(format!("Bearer {KEY}")) {
        return refuse(401);
    }
    if let Some(status) = inner.failures.pop() {
        return refuse(status);
    }
    match (parts.method.as_str(), path.as_str()) {
        ("GET", "/v1/subscriptions") => {
            let found = query.get("customer").and_then(|customer| inner.subscriptions.get(customer));
            Json(json!({"object": "list", "data": found.cloned().unwrap_or_default()})).into_response()
        }
        ("GET", customer) if customer.starts_with("/v1/customers/") => {
            let id = customer.trim_start_matches("/v1/customers/").to_owned();
            let deleted = inner.removed.contains(&id);
            Json(json!({"id": id, "object": "customer", "deleted": deleted})).into_response()
        }
        ("POST", "/v1/checkout/sessions")
            if inner.removed.iter().any(|gone| asked.contains(&format!("customer={gone}&"))) =>
        {
            refuse(400)
        }
        ("DELETE", subscription) if subscription.starts_with("/v1/subscriptions/") => {
            Json(json!({"object": "subscription", "status": "canceled"})).into_response()
        }
        ("POST", "/v1/customers") => Json(json!({"id": "cus_own", "object": "customer"})).into_response(),
        ("POST", "/v1/checkout/sessions") => {
            Json(json!({"id": "cs_own", "object": "checkout.session", "url": "https://pay.example/cs_own"}))
                .into_response()
        }
        _ => refuse(404),
    }
}
