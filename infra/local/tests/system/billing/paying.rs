//! Paying, against localstripe with the stand-in for what it lacks.

use reqwest::Method;
use serde_json::{Value, json};

use super::SUBSCRIPTION;
use crate::harness::{Answer, TestSystem, TestUser, eventually};

const SUBSCRIBE: &str = "/api/v1/billing/subscribe";
const GOOD_CARD: &str = "4242424242424242";
/// Asks its owner, and is then refused.
const BAD_CARD: &str = "4000008260003178";
const KEY: &str = "sk_test_intellimaint";

async fn post_empty(user: &TestUser, path: &str) -> Answer {
    user.send(user.request(Method::POST, path)).await
}

/// Pays on the page; where the browser is led.
async fn pay(page: &str, card: &str) -> String {
    let client = foundation::outbound::client().unwrap();
    assert!(client.get(page).send().await.unwrap().text().await.unwrap().contains("Pay for price_"));
    let body = format!("card={card}");
    let request =
        client.post(format!("{page}/pay")).header("Content-Type", "application/x-www-form-urlencoded").body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 303);
    answer.headers()["location"].to_str().unwrap().to_owned()
}

async fn subscription(user: &TestUser) -> Value {
    user.get(SUBSCRIPTION).await.data(200)
}

/// Waits until an event has brought this status.
async fn with_status(user: &TestUser, status: &str) -> Value {
    eventually(20, &format!("the status is {status}"), async || {
        let found = subscription(user).await;
        (found["status"] == status).then_some(found)
    })
    .await
}

/// Does something at localstripe that only Stripe or its page can do.
async fn at_stripe(system: &TestSystem, path: &str, form: &str) -> Value {
    let url = &system.system.stripe.as_ref().unwrap().localstripe_url;
    let request = foundation::outbound::client().unwrap().post(format!("{url}{path}")).bearer_auth(KEY);
    let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form.to_owned());
    request.send().await.unwrap().json().await.unwrap()
}

async fn read_at_stripe(system: &TestSystem, path: &str) -> Value {
    let url = &system.system.stripe.as_ref().unwrap().localstripe_url;
    let request = foundation::outbound::client().unwrap().get(format!("{url}{path}")).bearer_auth(KEY);
    request.send().await.unwrap().json().await.unwrap()
}

async fn at_stripe_delete(system: &TestSystem, path: &str) {
    let url = &system.system.stripe.as_ref().unwrap().localstripe_url;
    let request = foundation::outbound::client().unwrap().delete(format!("{url}{path}")).bearer_auth(KEY);
    assert_eq!(request.send().await.unwrap().status(), 200);
}

async fn customer(system: &TestSystem, user: &TestUser) -> (String, String) {
    let known = system.system.context.store.subscription(&user.id.parse().unwrap()).await.unwrap().unwrap();
    (known.customer.unwrap(), known.provider_id.unwrap_or_default())
}

/// Gives a customer another card.
async fn card(system: &TestSystem, customer: &str, number: &str) {
    let form = format!("type=card&card[number]={number}&card[exp_month]=12&card[exp_year]=2030&card[cvc]=123");
    let method = at_stripe(system, "/v1/payment_methods", &form).await;
    let id = method["id"].as_str().unwrap();
    at_stripe(system, &format!("/v1/payment_methods/{id}/attach"), &format!("customer={customer}")).await;
    let form = format!("invoice_settings[default_payment_method]={id}");
    at_stripe(system, &format!("/v1/customers/{customer}"), &form).await;
}

#[tokio::test]
async fn a_subscription_is_paid_ended_resumed_fails_and_recovers() {
    let Some(system) = TestSystem::start_with_stripe().await else { return };
    let (user, neighbour) = (system.user().await, system.user().await);
    let page =
        user.post(SUBSCRIBE, json!({"planId": "team"})).await.data(200)["checkoutUrl"].as_str().unwrap().to_owned();
    // The same wish is the same page.
    let again = user.post(SUBSCRIBE, json!({"planId": "team"})).await.data(200)["checkoutUrl"].clone();
    assert_eq!(again, json!(page));
    assert_eq!(subscription(&user).await["planId"], "free");

    assert_eq!(pay(&page, GOOD_CARD).await, "http://localhost:3001/billing?checkout=success");
    let active = with_status(&user, "active").await;
    assert_eq!((&active["planId"], &active["cancelAtPeriodEnd"]), (&json!("team"), &json!(false)));
    assert_eq!(active["usage"]["messagesPerMonth"]["limit"], 20_000);
    assert!(active["currentPeriodStart"].as_str() < active["currentPeriodEnd"].as_str());
    assert_eq!(subscription(&neighbour).await["status"], "none");
    assert_eq!(user.post(SUBSCRIBE, json!({"planId": "pro"})).await.code(409), "already_subscribed");

    let invoices = user.get("/api/v1/billing/invoices").await.data(200);
    assert_eq!(invoices.as_array().unwrap().len(), 1);
    let invoice = &invoices[0];
    assert_eq!(
        (&invoice["amountDue"], &invoice["currency"], &invoice["amountText"], &invoice["status"]),
        (&json!(9900), &json!("usd"), &json!("99.00 USD"), &json!("paid"))
    );
    assert_eq!(user.get("/api/v1/billing/invoices?page=2").await.data(200), json!([]));
    assert_eq!(neighbour.get("/api/v1/billing/invoices").await.data(200), json!([]));
    let portal = post_empty(&user, "/api/v1/billing/portal").await.data(200);
    assert!(portal["url"].as_str().unwrap().contains("/portal/cus_"));

    assert_eq!(post_empty(&user, "/api/v1/billing/cancel").await.data(200)["cancelAtPeriodEnd"], true);
    assert_eq!(post_empty(&user, "/api/v1/billing/cancel").await.data(200)["cancelAtPeriodEnd"], true);
    assert_eq!(subscription(&user).await["planId"], "team", "what is paid stays until the period ends");
    assert_eq!(post_empty(&user, "/api/v1/billing/resume").await.data(200)["cancelAtPeriodEnd"], false);
    assert_eq!(post_empty(&neighbour, "/api/v1/billing/cancel").await.code(409), "not_subscribed");
    assert_eq!(post_empty(&neighbour, "/api/v1/billing/portal").await.code(409), "not_subscribed");

    // The next payment fails: the plan stays while it is tried again, and a mail says so, once.
    let (customer, id) = customer(&system, &user).await;
    card(&system, &customer, BAD_CARD).await;
    let renewal = format!("customer={customer}&subscription={id}");
    let invoice = at_stripe(&system, "/v1/invoices", &renewal).await;
    let invoice = invoice["id"].as_str().expect("an invoice").to_owned();
    let payment = at_stripe(&system, &format!("/v1/invoices/{invoice}/pay"), "").await["payment_intent"].clone();
    let payment = payment.as_str().unwrap();
    let secret = read_at_stripe(&system, &format!("/v1/payment_intents/{payment}")).await["client_secret"].clone();
    let answered = format!("client_secret={}&success=true", secret.as_str().unwrap());
    at_stripe(&system, &format!("/v1/payment_intents/{payment}/_authenticate"), &answered).await;
    let late = with_status(&user, "past_due").await;
    assert_eq!(late["planId"], "team");
    eventually(10, "a mail is sent", async || {
        (system.mails(&user.email, "A payment for IntelliMaint failed") == 1).then_some(())
    })
    .await;

    // It is paid after all.
    card(&system, &customer, GOOD_CARD).await;
    at_stripe(&system, &format!("/v1/invoices/{invoice}/pay"), "").await;
    with_status(&user, "active").await;
    assert_eq!(system.mails(&user.email, "A payment for IntelliMaint failed"), 1);
}

#[tokio::test]
async fn a_trial_is_free_until_it_ends_and_comes_once() {
    let Some(system) = TestSystem::start_with_stripe().await else { return };
    let user = system.user().await;
    let page =
        user.post(SUBSCRIBE, json!({"planId": "pro"})).await.data(200)["checkoutUrl"].as_str().unwrap().to_owned();
    pay(&page, GOOD_CARD).await;
    let trial = with_status(&user, "trialing").await;
    assert_eq!((&trial["planId"], &trial["usage"]["messagesPerMonth"]["limit"]), (&json!("pro"), &json!(2000)));
    let moment = |field: &str| trial[field].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert_eq!(moment("trialEnd").as_second() - moment("currentPeriodStart").as_second(), 14 * 86_400);
    assert_eq!(trial["trialEnd"], trial["currentPeriodEnd"]);
    assert_eq!(user.get("/api/v1/billing/invoices").await.data(200), json!([]), "nothing is paid yet");

    assert_eq!(post_empty(&user, "/api/v1/billing/cancel").await.data(200)["cancelAtPeriodEnd"], true);
    assert_eq!(post_empty(&user, "/api/v1/billing/resume").await.data(200)["status"], "trialing");

    // Who had a trial pays at once the next time.
    let (_, id) = customer(&system, &user).await;
    at_stripe_delete(&system, &format!("/v1/subscriptions/{id}")).await;
    assert_eq!(with_status(&user, "canceled").await["planId"], "free");
    let page =
        user.post(SUBSCRIBE, json!({"planId": "pro"})).await.data(200)["checkoutUrl"].as_str().unwrap().to_owned();
    pay(&page, GOOD_CARD).await;
    assert_eq!(with_status(&user, "active").await["trialEnd"], json!(null));
    assert_eq!(user.get("/api/v1/billing/invoices").await.data(200)[0]["amountText"], "19.00 USD");
}

#[tokio::test]
async fn an_account_takes_its_subscription_along() {
    let Some(system) = TestSystem::start_with_stripe().await else { return };
    let user = system.user().await;
    let page =
        user.post(SUBSCRIBE, json!({"planId": "team"})).await.data(200)["checkoutUrl"].as_str().unwrap().to_owned();
    pay(&page, GOOD_CARD).await;
    with_status(&user, "active").await;
    let export = user.get("/api/v1/user/export").await.json();
    assert_eq!(
        (&export["subscriptions"][0]["planId"], &export["subscriptions"][0]["status"]),
        (&json!("team"), &json!("active"))
    );
    let (customer, id) = customer(&system, &user).await;

    let deleted =
        user.send(user.request(Method::DELETE, "/api/v1/user/account").json(&json!({"password": user.password}))).await;
    assert_eq!(deleted.status, 200, "{}", deleted.text);
    assert_eq!(read_at_stripe(&system, &format!("/v1/subscriptions/{id}")).await["status"], "canceled");
    let gone = read_at_stripe(&system, &format!("/v1/customers/{customer}")).await;
    assert!(gone["error"].is_object() || gone["deleted"] == true, "{gone}");
    // What localstripe still tells of it makes nothing anew.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let store = &system.system.context.store;
    assert_eq!(store.subscription(&user.id.parse().unwrap()).await.unwrap(), None);
    assert_eq!(store.customer_user(&customer).await.unwrap(), None);
}

#[tokio::test]
async fn nothing_but_the_plan_comes_from_the_client() {
    let Some(system) = TestSystem::start_with_stripe().await else { return };
    let user = system.user().await;
    for (body, sentence) in [
        (json!({}), "planId is required"),
        (json!({"planId": "free"}), "planId must be a plan that can be paid for"),
        (json!({"planId": "gold"}), "planId must be a plan that can be paid for"),
        (
            json!({"planId": "team", "successUrl": "https://evil.example/"}),
            "successUrl must be an address of the frontend",
        ),
        (json!({"planId": "team", "cancelUrl": "javascript:alert(1)"}), "cancelUrl must be an address"),
    ] {
        let refused = user.post(SUBSCRIBE, body).await;
        assert_eq!(refused.code(400), "validation_failed");
        assert_eq!(refused.json()["data"], json!([sentence]));
    }
    let wish = json!({"planId": "team", "price": 1, "amount": 1, "currency": "jpy", "status": "active", "customer": "cus_x",
        "trialDays": 1000, "successUrl": "http://localhost:3001/done"});
    let long = "x".repeat(256);
    let request = user.request(Method::POST, SUBSCRIBE).json(&wish).header("Idempotency-Key", &long);
    assert_eq!(user.send(request).await.code(400), "invalid_idempotency_key");
    let page = user.post(SUBSCRIBE, wish.clone()).await.data(200)["checkoutUrl"].as_str().unwrap().to_owned();
    let keyed = user.request(Method::POST, SUBSCRIBE).json(&wish).header("Idempotency-Key", "another wish");
    assert_ne!(user.send(keyed).await.data(200)["checkoutUrl"], json!(page));
    assert_eq!(pay(&page, GOOD_CARD).await, "http://localhost:3001/done");
    with_status(&user, "active").await;
    let invoices = user.get("/api/v1/billing/invoices").await.data(200);
    assert_eq!((&invoices[0]["amountPaid"], &invoices[0]["currency"]), (&json!(9900), &json!("usd")));
    assert_eq!(system.visitor().post(SUBSCRIBE, wish).await.code(401), "not_signed_in");
}

#[tokio::test]
async fn without_a_payment_provider_everything_but_paying_works() {
    let system = TestSystem::start().await;
    let user = system.user().await;
    let refused = user.post(SUBSCRIBE, json!({"planId": "pro"})).await;
    assert_eq!(refused.code(503), "billing_not_configured");
    assert!(refused.json()["message"].as_str().unwrap().contains("STRIPE_SECRET_KEY"));
    for path in
        ["/api/v1/billing/portal", "/api/v1/billing/cancel", "/api/v1/billing/resume", "/api/v1/billing/webhook"]
    {
        assert_eq!(post_empty(&user, path).await.code(503), "billing_not_configured", "{path}");
    }
    assert_eq!(user.get("/api/v1/billing/invoices").await.data(200), json!([]));
    assert_eq!(subscription(&user).await["planId"], "free");
}
