//! A Stripe for the laptop: `localstripe`, an independent server that keeps customers, subscriptions
//! and invoices and sends webhooks, with what it lacks in front of it.
//!
//! What it lacks, and is added here: checkout and portal sessions with their pages, idempotency keys,
//! trials, and the events `customer.subscription.updated` and `invoice.paid`. What goes through is checked
//! as Stripe would: a key, and an idempotency key with every `POST`.

mod checkout;
mod events;
mod idempotency;
mod trials;

use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use foundation::config::StripeConfig;
use foundation::plans::{Interval, Plans};
use http::{HeaderMap, Method, StatusCode, header};
use secrecy::SecretString;
use serde_json::{Value, json};
use tokio::process::{Child, Command};
use url::Url;

use crate::system::StartError;
use checkout::Sessions;
use idempotency::Replays;

/// The key that everything is done with.
const KEY: &str = "sk_test_intellimaint";
/// How long localstripe may take to start.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A running stand-in. Dropping it ends localstripe.
#[derive(Debug)]
pub struct LocalStripe {
    /// Where it listens, with pages for paying.
    pub url: String,
    /// Where localstripe itself does.
    pub localstripe_url: String,
    _child: Child,
}

/// What is needed to use it.
pub(crate) struct Started {
    pub(crate) running: LocalStripe,
    pub(crate) config: StripeConfig,
    pub(crate) router: Router,
}

/// What the front holds.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    http: reqwest::Client,
    /// localstripe.
    behind: String,
    /// This front.
    url: String,
    webhook: String,
    webhook_secret: String,
    sessions: Sessions,
    replays: Replays,
}

impl LocalStripe {
    /// Starts localstripe, and tells it of the plans and where to send its events. The front is to be
    /// served at `url`.
    pub(crate) async fn start(
        url: &str,
        plans: &Plans,
        gateway_url: &str,
        folder: &Path,
        program: String,
    ) -> Result<Started, StartError> {
        let port = crate::free_port().map_err(StartError::function)?;
        let log = std::fs::File::create(folder.join("localstripe.log")).map_err(StartError::function)?;
        let err = log.try_clone().map_err(StartError::function)?;
        let child = Command::new(&program)
            .args(["--port", &port.to_string(), "--from-scratch"])
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(err)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| StartError::Program(program, error))?;
        let behind = format!("http://localhost:{port}");
        let webhook_secret = format!("whsec_{:032x}", rand::random::<u128>());
        let http = foundation::outbound::client().map_err(StartError::function)?;
        let webhook = format!("{gateway_url}/api/v1/billing/webhook");
        let front = Front {
            inner: Arc::new(Inner {
                http,
                behind: behind.clone(),
                url: url.to_owned(),
                webhook,
                webhook_secret: webhook_secret.clone(),
                sessions: Sessions::default(),
                replays: Replays::default(),
            }),
        };
        front.wait_for_localstripe().await?;
        let mut prices = std::collections::BTreeMap::new();
        for plan in plans.iter().filter(|plan| !plan.is_free()) {
            let price = format!("price_{}", plan.id);
            let interval = match plan.price.interval {
                Interval::Month => "month",
                Interval::Year => "year",
            };
            let form = [
                ("id", price.clone()),
                ("amount", plan.price.money.amount.to_string()),
                ("currency", plan.price.money.currency.clone()),
                ("interval", interval.to_owned()),
                ("product[name]", plan.name.clone()),
            ];
            front.post("/v1/plans", &form).await.map_err(StartError::function)?;
            prices.insert(plan.id.to_string(), vec![price]);
        }
        let hook = [("url", front.inner.webhook.clone()), ("secret", webhook_secret.clone())];
        front.post("/_config/webhooks/intellimaint", &hook).await.map_err(StartError::function)?;
        let config = StripeConfig {
            secret_key: SecretString::from(KEY),
            webhook_secret: SecretString::from(webhook_secret),
            url: Url::parse(url).map_err(StartError::function)?,
            prices,
        };
        let running = Self { url: url.to_owned(), localstripe_url: behind, _child: child };
        Ok(Started { running, config, router: front.router() })
    }
}

impl Front {
    fn router(self) -> Router {
        Router::new()
            .route("/v1/checkout/sessions", post(checkout::create))
            .route("/v1/billing_portal/sessions", post(checkout::create_portal))
            .route("/checkout/{id}", get(checkout::page))
            .route("/checkout/{id}/pay", post(checkout::pay))
            .route("/portal/{customer}", get(checkout::portal))
            .fallback(any(forward))
            .with_state(self)
    }

    async fn wait_for_localstripe(&self) -> Result<(), StartError> {
        let asked = async {
            let root = format!("{}/v1/plans", self.inner.behind);
            while self.inner.http.get(&root).bearer_auth(KEY).send().await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::time::timeout(TIMEOUT, asked).await.map_err(StartError::function)
    }

    /// Asks localstripe for something by a form.
    async fn post(&self, path: &str, form: &[(&str, String)]) -> Result<Value, reqwest::Error> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = self.inner.http.post(format!("{}{path}", self.inner.behind)).bearer_auth(KEY);
        let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body);
        let answer = request.send().await?.error_for_status()?;
        let bytes = answer.bytes().await?;
        Ok(serde_json::from_slice(&bytes).unwrap_or_default())
    }
}

/// What is not done here goes to localstripe.
async fn forward(
    State(front): State<Front>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let path = uri.path().to_owned();
    let asked = Asked { path: path.clone(), body: body.clone() };
    front
        .once(&method, &headers, asked, async {
            let address = format!("{}{}", front.inner.behind, uri.path_and_query().map_or("/", |found| found.as_str()));
            let mut request = front.inner.http.request(method.clone(), address).body(body.clone());
            for name in [header::AUTHORIZATION, header::CONTENT_TYPE] {
                if let Some(value) = headers.get(&name) {
                    request = request.header(name, value);
                }
            }
            let answer = match request.send().await {
                Ok(answer) => answer,
                Err(error) => return (StatusCode::BAD_GATEWAY, refused(&error.to_string())),
            };
            let status = answer.status();
            let bytes = trials::begun(&path, answer.bytes().await.unwrap_or_default());
            if method == Method::POST && status.is_success() {
                front.tell_of_change(&path, &bytes);
            }
            (status, bytes)
        })
        .await
}

/// A request, as far as two of them may be the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    path: String,
    body: Bytes,
}

impl Front {
    /// Does `work`, or answers as it was answered before with the same idempotency key.
    async fn once(
        &self,
        method: &Method,
        headers: &HeaderMap,
        asked: Asked,
        work: impl Future<Output = (StatusCode, Bytes)>,
    ) -> Response {
        let authorized =
            headers.get(header::AUTHORIZATION).is_some_and(|value| value == format!("Bearer {KEY}").as_str());
        if !authorized {
            return answer(StatusCode::UNAUTHORIZED, refused("You did not provide the right API key."));
        }
        if method != Method::POST {
            let (status, body) = work.await;
            return answer(status, body);
        }
        let Some(key) = headers.get("idempotency-key").and_then(|key| key.to_str().ok()) else {
            return answer(StatusCode::BAD_REQUEST, refused("Every POST must have an Idempotency-Key."));
        };
        let (status, body) = self.inner.replays.once(key, asked, work).await;
        answer(status, body)
    }
}

fn answer(status: StatusCode, body: Bytes) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(body)).into_response()
}

fn refused(message: &str) -> Bytes {
    json!({"error": {"type": "invalid_request_error", "message": message}}).to_string().into()
}
