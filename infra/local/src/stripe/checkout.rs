//! Checkout and portal sessions, and the pages behind them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;
use axum::extract::{Form, OriginalUri, Path, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Asked, Front, refused};

/// A card that is always good, and one that is good until it is charged.
const GOOD_CARD: &str = "4242424242424242";
const BAD_CARD: &str = "4000000000000341";

/// A page that waits to be paid.
#[derive(Debug, Clone)]
struct Session {
    customer: String,
    price: String,
    trial_days: Option<String>,
    success_url: String,
    cancel_url: String,
    paid: bool,
}

#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<String, Session>>);

impl Sessions {
    fn get(&self, id: &str) -> Option<Session> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(id).cloned()
    }

    fn put(&self, id: &str, session: Session) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), session);
    }
}

/// `POST /v1/checkout/sessions`
pub(super) async fn create(
    State(front): State<Front>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked { path: uri.path().to_owned(), body: body.clone() };
    front
        .once(&method, &headers, asked, async {
            let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
            let field = |name: &str| form.get(name).cloned().ok_or_else(|| format!("Missing required param: {name}."));
            let session = (|| {
                if field("mode")? != "subscription" || field("line_items[0][quantity]")? != "1" {
                    return Err("Only one subscription can be paid here.".to_owned());
                }
                Ok(Session {
                    customer: field("customer")?,
                    price: field("line_items[0][price]")?,
                    trial_days: form.get("subscription_data[trial_period_days]").cloned(),
                    success_url: field("success_url")?,
                    cancel_url: field("cancel_url")?,
                    paid: false,
                })
            })();
            match session {
                Err(message) => (StatusCode::BAD_REQUEST, refused(&message)),
                Ok(session) => {
                    let id = format!("cs_test_{:024x}", rand::random::<u128>());
                    let url = format!("{}/checkout/{id}", front.inner.url);
                    let object =
                        json!({"id": id, "object": "checkout.session", "url": url, "customer": session.customer});
                    front.inner.sessions.put(&id, session);
                    (StatusCode::OK, object.to_string().into())
                }
            }
        })
        .await
}

/// `POST /v1/billing_portal/sessions`
pub(super) async fn create_portal(
    State(front): State<Front>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = Asked { path: uri.path().to_owned(), body: body.clone() };
    front
        .once(&method, &headers, asked, async {
            let form: HashMap<String, String> = url::form_urlencoded::parse(&body).into_owned().collect();
            let (Some(customer), Some(_)) = (form.get("customer"), form.get("return_url")) else {
                return (StatusCode::BAD_REQUEST, refused("customer and return_url are required."));
            };
            let url = format!("{}/portal/{customer}", front.inner.url);
            (StatusCode::OK, json!({"id": "bps_1", "object": "billing_portal.session", "url": url}).to_string().into())
        })
        .await
}

/// `GET /checkout/{id}`: what stands in for Stripe's page.
pub(super) async fn page(State(front): State<Front>, Path(id): Path<String>) -> Response {
    let Some(session) = front.inner.sessions.get(&id) else {
        return (StatusCode::NOT_FOUND, Html("<p>No such page.</p>".to_owned())).into_response();
    };
    let Session { price, cancel_url, .. } = session;
    Html(format!(
        "<!doctype html><html lang=\"en\"><title>Pay</title><h1>Pay for {}</h1>\
         <form method=\"post\" action=\"/checkout/{id}/pay\"><select name=\"card\">\
         <option value=\"{GOOD_CARD}\">A good card</option><option value=\"{BAD_CARD}\">A card that fails</option>\
         </select> <button>Pay</button></form><p><a href=\"{}\">Back</a></p></html>",
        escape(&price),
        escape(&cancel_url),
    ))
    .into_response()
}

#[derive(Deserialize)]
pub(super) struct Card {
    card: String,
}

/// `POST /checkout/{id}/pay`: what happens when somebody pays.
pub(super) async fn pay(
    State(front): State<Front>,
    Path(id): Path<String>,
    Form(Card { card }): Form<Card>,
) -> Response {
    let Some(session) = front.inner.sessions.get(&id).filter(|session| !session.paid) else {
        return (StatusCode::NOT_FOUND, "There is nothing to pay.").into_response();
    };
    match front.subscribe(&session, &card).await {
        Ok(subscription) => {
            front.inner.sessions.put(&id, Session { paid: true, ..session.clone() });
            let object = json!({"id": id, "object": "checkout.session", "customer": session.customer,
                "subscription": subscription.get("id")});
            front.tell("checkout.session.completed", &object);
            Redirect::to(&session.success_url).into_response()
        }
        Err(error) => (StatusCode::PAYMENT_REQUIRED, format!("The card was declined: {error}")).into_response(),
    }
}

impl Front {
    async fn subscribe(&self, session: &Session, card: &str) -> Result<Value, reqwest::Error> {
        let details = [
            ("type", "card".to_owned()),
            ("card[number]", card.to_owned()),
            ("card[exp_month]", "12".to_owned()),
            ("card[exp_year]", "2030".to_owned()),
            ("card[cvc]", "123".to_owned()),
        ];
        let method = self.post("/v1/payment_methods", &details).await?;
        let method = method.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let customer = session.customer.clone();
        self.post(&format!("/v1/payment_methods/{method}/attach"), &[("customer", customer.clone())]).await?;
        let default = [("invoice_settings[default_payment_method]", method)];
        self.post(&format!("/v1/customers/{customer}"), &default).await?;
        let mut form = vec![("customer", customer), ("items[0][plan]", session.price.clone())];
        form.extend(session.trial_days.clone().map(|days| ("trial_period_days", days)));
        self.post("/v1/subscriptions", &form).await
    }
}

/// `GET /portal/{customer}`
pub(super) async fn portal(Path(customer): Path<String>) -> Html<String> {
    Html(format!(
        "<!doctype html><html lang=\"en\"><title>Payments</title><h1>Payments of {}</h1></html>",
        escape(&customer)
    ))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
