//! Events of Stripe's: signed, in any order, once each.

use foundation::ids::UserId;
use foundation::plans::Status;
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use shared::store::Key;

use super::SUBSCRIPTION;
use crate::harness::{Answer, StripeServer, TestSystem, TestUser, stripe_signature, subscription};

const WEBHOOK: &str = "/api/v1/billing/webhook";

fn event(id: &str, kind: &str, customer: &str) -> String {
    json!({"id": id, "object": "event", "type": kind, "data": {"object": {"id": "x", "customer": customer}}})
        .to_string()
}

async fn deliver_signed(visitor: &TestUser, body: &str, signature: &str) -> Answer {
    let request = visitor.request(Method::POST, WEBHOOK).header("Stripe-Signature", signature);
    visitor.send(request.header("Content-Type", "application/json").body(body.to_owned())).await
}

async fn deliver(visitor: &TestUser, body: &str) -> Answer {
    deliver_signed(visitor, body, &stripe_signature(body, foundation::time::now().as_second())).await
}

/// Makes this user that customer of Stripe's, as a first wish to subscribe does.
async fn known_as(system: &TestSystem, user: &UserId, customer: &str) {
    let store = &system.system.context.store;
    let item = json!({"customer": customer, "status": "none", "version": 0});
    store.put(&Key::new(format!("USER#{user}"), "SUBSCRIPTION"), &item).await.unwrap();
    store.put(&Key::alone(format!("STRIPE#CUSTOMER#{customer}")), &json!({"userId": user})).await.unwrap();
}

async fn status(system: &TestSystem, user: &UserId) -> Status {
    system.system.context.store.subscription(user).await.unwrap().unwrap().status
}

#[tokio::test]
async fn only_what_stripe_signed_a_moment_ago_is_believed() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let (user, visitor) = (UserId::new(), system.visitor());
    known_as(&system, &user, "cus_1").await;
    stripe.set("cus_1", "active");
    let body = event("evt_1", "customer.subscription.created", "cus_1");
    let now = foundation::time::now().as_second();
    let old = stripe_signature(&body, now - 301);
    let other = stripe_signature(&event("evt_2", "customer.subscription.created", "cus_1"), now);
    for signature in ["", "t=1,v1=00", &old, &other, &stripe_signature(&body, now + 330)] {
        assert_eq!(deliver_signed(&visitor, &body, signature).await.code(400), "invalid_signature", "{signature}");
    }
    assert_eq!(status(&system, &user).await, Status::None);
    assert_eq!(stripe.seen(), [], "nobody is asked for anything");

    for body in ["", "{}", "[1]", "\u{0}"] {
        assert_eq!(deliver(&visitor, body).await.code(400), "malformed_event", "{body}");
    }
    assert_eq!(deliver(&visitor, &body).await.data(200)["outcome"], "applied");
    assert_eq!(status(&system, &user).await, Status::Active);
    assert_eq!(deliver(&visitor, &body).await.data(200)["outcome"], "repeated");
    for (id, kind, customer) in
        [("evt_3", "customer.subscription.created", "cus_unknown"), ("evt_4", "charge.refunded", "cus_1")]
    {
        assert_eq!(deliver(&visitor, &event(id, kind, customer)).await.data(200)["outcome"], "ignored");
    }
}

#[tokio::test]
async fn an_event_delivered_twenty_times_at_once_has_its_effect_once() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let (user, visitor) = (system.user().await, system.visitor());
    let id: UserId = user.id.parse().unwrap();
    known_as(&system, &id, "cus_1").await;
    stripe.set("cus_1", "trialing");
    let body = event("evt_1", "customer.subscription.trial_will_end", "cus_1");
    let answers = join_all((0..20).map(|_| deliver(&visitor, &body))).await;
    assert!(answers.iter().all(|answer| matches!(answer.status, 200 | 503)));
    let applied = answers.iter().filter(|answer| answer.text.contains("applied")).count();
    assert_eq!(applied, 1);
    // Whoever was told to come again finds it done.
    assert_eq!(deliver(&visitor, &body).await.data(200)["outcome"], "repeated");
    assert_eq!(system.mails(&user.email, "Your free days of IntelliMaint end soon"), 1);
    let subscription = user.get(SUBSCRIPTION).await.data(200);
    assert_eq!((&subscription["planId"], &subscription["status"]), (&json!("pro"), &json!("trialing")));
    assert_eq!(subscription["currentPeriodEnd"], "2096-10-02T07:06:40Z");
    assert_eq!(system.system.context.store.subscription(&id).await.unwrap().unwrap().version, 1);
}

#[tokio::test]
async fn a_failure_is_told_so_that_the_event_comes_again() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let (user, visitor) = (UserId::new(), system.visitor());
    known_as(&system, &user, "cus_1").await;
    stripe.set("cus_1", "active");
    let body = event("evt_1", "invoice.paid", "cus_1");
    stripe.fail(&[500, 500, 500]);
    assert_eq!(deliver(&visitor, &body).await.code(503), "provider_unavailable");
    assert_eq!(stripe.seen().len(), 3, "tried again, and not for ever");
    stripe.fail(&[403]);
    assert_eq!(deliver(&visitor, &body).await.code(503), "provider_rejected");
    assert_eq!(status(&system, &user).await, Status::None);
    stripe.fail(&[500, 429]);
    assert_eq!(deliver(&visitor, &body).await.data(200)["outcome"], "applied");
    assert_eq!(status(&system, &user).await, Status::Active);
}

/// The life of a subscription: what Stripe says of it, and the events that go with it.
const LIFE: [(&str, &str); 5] = [
    ("incomplete", "customer.subscription.created"),
    ("active", "checkout.session.completed"),
    ("past_due", "invoice.payment_failed"),
    ("active", "invoice.paid"),
    ("canceled", "customer.subscription.deleted"),
];

/// All orders of the numbers below `count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |order: &Vec<usize>, at: usize| {
        let mut longer = order.clone();
        longer.insert(at, count - 1);
        longer
    };
    orders(count - 1).iter().flat_map(|order| (0..count).map(move |at| insert(order, at))).collect()
}

#[tokio::test]
async fn in_whatever_order_events_come_the_state_is_in_the_end_the_same() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let visitor = system.visitor();
    let all = orders(LIFE.len());
    assert_eq!(all.len(), 120);
    for (last, expected) in [(4, Status::Canceled), (3, Status::Active), (2, Status::PastDue)] {
        let runs = all.iter().enumerate().map(async |(number, order)| {
            let (user, customer) = (UserId::new(), format!("cus_{last}_{number}"));
            known_as(&system, &user, &customer).await;
            // Events come two at a time, some of them twice, while Stripe goes through the life.
            for (step, pair) in order.chunks(2).enumerate() {
                let now = LIFE[..=last].get(step * 2 + 1).map_or(LIFE[last].0, |(status, _)| status);
                stripe.set(&customer, now);
                let bodies: Vec<String> =
                    pair.iter().map(|at| event(&format!("evt_{customer}_{at}"), LIFE[*at].1, &customer)).collect();
                let again = (number + step) % 2;
                let deliveries = bodies.iter().chain(bodies.iter().take(again)).map(|body| deliver(&visitor, body));
                for answer in join_all(deliveries).await {
                    assert!(matches!(answer.status, 200 | 503), "{}", answer.text);
                }
            }
            // What was told to come again does.
            stripe.set(&customer, LIFE[last].0);
            let missed = event(&format!("evt_{customer}_last"), LIFE[last].1, &customer);
            assert_eq!(deliver(&visitor, &missed).await.status, 200);
            assert_eq!(status(&system, &user).await, expected, "{order:?}");
        });
        join_all(runs).await;
    }
}

#[tokio::test]
async fn writes_to_stripe_are_what_they_should_be_and_happen_once() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let user = system.user().await;
    let subscribe = async |body: Value| user.post("/api/v1/billing/subscribe", body).await;
    stripe.fail(&[500, 409]);
    assert_eq!(subscribe(json!({"planId": "pro"})).await.data(200)["checkoutUrl"], "https://pay.example/cs_own");
    let seen = stripe.seen();
    let paths: Vec<&str> = seen.iter().map(|(_, path, ..)| path.as_str()).collect();
    assert_eq!(paths, ["/v1/customers", "/v1/customers", "/v1/customers", "/v1/checkout/sessions"]);
    let keys: Vec<&str> = seen.iter().map(|(_, _, key, _)| key.as_deref().unwrap()).collect();
    assert!(keys[0] == keys[1] && keys[1] == keys[2] && keys[2] != keys[3], "{keys:?}");
    let form: std::collections::BTreeMap<String, String> =
        url::form_urlencoded::parse(seen[3].3.as_bytes()).into_owned().collect();
    let field = |name: &str| form.get(name).map(String::as_str);
    assert_eq!(field("mode"), Some("subscription"));
    assert_eq!(field("customer"), Some("cus_own"));
    assert_eq!((field("line_items[0][price]"), field("line_items[0][quantity]")), (Some("price_pro"), Some("1")));
    assert_eq!(field("subscription_data[trial_period_days]"), Some("14"));
    let customer: std::collections::BTreeMap<String, String> =
        url::form_urlencoded::parse(seen[0].3.as_bytes()).into_owned().collect();
    assert_eq!(
        (customer["email"].as_str(), customer["metadata[userId]"].as_str()),
        (user.email.as_str(), user.id.as_str())
    );

    // The customer is known now; the same wish has the same key, another has another.
    let key = async |body: Value| {
        subscribe(body).await.data(200);
        let seen = stripe.seen();
        assert_eq!(seen.len(), 1);
        seen[0].2.clone().unwrap()
    };
    assert_eq!(key(json!({"planId": "pro"})).await, keys[3]);
    assert_ne!(key(json!({"planId": "team"})).await, keys[3]);
    // Whoever has subscribed before pays from the first day.
    stripe.set("cus_own", "canceled");
    let body = event("evt_1", "customer.subscription.deleted", "cus_own");
    assert_eq!(deliver(&system.visitor(), &body).await.data(200)["outcome"], "applied");
    stripe.seen();
    subscribe(json!({"planId": "pro"})).await.data(200);
    assert!(!stripe.seen()[0].3.contains("trial"));
    // Stripe is down: nothing is lost, and it is said.
    stripe.fail(&[500, 500, 500]);
    assert_eq!(subscribe(json!({"planId": "team"})).await.code(503), "provider_unavailable");
    stripe.fail(&[429, 429, 429]);
    assert_eq!(subscribe(json!({"planId": "team"})).await.code(503), "provider_rate_limited");
}

/// A user whom Stripe knows as `customer`, with these subscriptions there.
async fn subscriber(system: &TestSystem, stripe: &StripeServer, customer: &str, found: Vec<Value>) -> TestUser {
    let user = system.user().await;
    let account = user.id.parse().unwrap();
    known_as(system, &account, customer).await;
    stripe.set_all(customer, found);
    let told = event(&format!("evt_{customer}"), "customer.subscription.updated", customer);
    assert_eq!(deliver(&user, &told).await.data(200)["outcome"], "applied");
    user
}

async fn plan(user: &TestUser) -> (String, String) {
    let found = user.get("/api/v1/billing/subscription").await.data(200);
    (found["planId"].as_str().unwrap().to_owned(), found["status"].as_str().unwrap().to_owned())
}

fn is(plan: &str, status: &str) -> (String, String) {
    (plan.to_owned(), status.to_owned())
}

#[tokio::test]
async fn who_was_deleted_at_stripe_has_no_plan_and_can_subscribe_again() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let active = || vec![subscription("sub_1", "active", &["price_pro"])];
    let told = subscriber(&system, &stripe, "cus_told", active()).await;
    assert_eq!(plan(&told).await, is("pro", "active"));
    let object = json!({"id": "cus_told", "object": "customer"});
    let deleted = json!({"id": "evt_gone", "type": "customer.deleted", "data": {"object": object}}).to_string();
    assert_eq!(deliver(&told, &deleted).await.data(200)["outcome"], "applied");
    assert_eq!(plan(&told).await, is("free", "canceled"));
    let late = event("evt_late", "customer.subscription.updated", "cus_told");
    assert_eq!(deliver(&told, &late).await.data(200)["outcome"], "ignored");

    // Nobody told, and paying fails: a new customer is made.
    let untold =
        subscriber(&system, &stripe, "cus_untold", vec![subscription("sub_2", "canceled", &["price_pro"])]).await;
    stripe.remove("cus_untold");
    stripe.seen();
    let page = untold.post("/api/v1/billing/subscribe", json!({"planId": "pro"})).await.data(200);
    assert_eq!(page["checkoutUrl"], "https://pay.example/cs_own");
    let paths: Vec<String> = stripe.seen().into_iter().map(|(_, path, ..)| path).collect();
    let expected = ["/v1/checkout/sessions", "/v1/customers/cus_untold", "/v1/customers", "/v1/checkout/sessions"];
    assert_eq!(paths, expected);
    let store = &system.system.context.store;
    assert_eq!(store.customer_user("cus_untold").await.unwrap(), None);
    assert_eq!(store.customer_user("cus_own").await.unwrap(), Some(untold.id.parse().unwrap()));
}

#[tokio::test]
async fn a_subscription_is_judged_by_the_price_that_is_ours_also_by_a_former_one() {
    let stripe = StripeServer::start().await;
    let mut variables = stripe.variables();
    variables[3].1 = "pro=price_new, team=price_team, pro=price_pro";
    let system = TestSystem::start_with(&variables).await;
    for (customer, prices, expected) in [
        ("cus_new", vec!["price_new"], is("pro", "active")),
        ("cus_old", vec!["price_pro"], is("pro", "active")),
        ("cus_more", vec!["price_support", "price_team"], is("team", "active")),
        ("cus_none", vec!["price_support"], is("free", "active")),
    ] {
        let user = subscriber(&system, &stripe, customer, vec![subscription("sub_1", "active", &prices)]).await;
        assert_eq!(plan(&user).await, expected, "{customer}");
    }
    let user = system.user().await;
    user.post("/api/v1/billing/subscribe", json!({"planId": "pro"})).await.data(200);
    let sold = stripe.seen().into_iter().find(|(_, path, ..)| path == "/v1/checkout/sessions").unwrap().3;
    assert!(sold.contains("price_new"), "the first price is sold: {sold}");
}

#[tokio::test]
async fn of_two_subscriptions_that_were_paid_for_one_is_ended() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let mut second = subscription("sub_second", "active", &["price_team"]);
    second["created"] = json!(1_700_000_100);
    let others = subscription("sub_of_others", "active", &["price_support"]);
    let found = vec![subscription("sub_first", "active", &["price_pro"]), second, others];
    let user = subscriber(&system, &stripe, "cus_twice", found).await;
    assert_eq!(plan(&user).await, is("team", "active"));
    let ended = stripe.seen().into_iter().filter(|(method, ..)| method == "DELETE").map(|(_, path, ..)| path);
    assert_eq!(ended.collect::<Vec<_>>(), ["/v1/subscriptions/sub_first"]);
}

#[tokio::test]
async fn deleting_the_account_gives_no_second_trial_and_no_second_month() {
    let stripe = StripeServer::start().await;
    let system = TestSystem::start_with(&stripe.variables()).await;
    let trial = vec![subscription("sub_1", "trialing", &["price_pro"])];
    let mut user = subscriber(&system, &stripe, "cus_trial", trial).await;
    let id = user.id.parse().unwrap();
    system.system.context.billing.charge_message(&id).await.unwrap();
    let deletion = user.request(Method::DELETE, "/api/v1/user/account").json(&json!({"password": user.password}));
    assert_eq!(user.send(deletion).await.status, 200);
    user.token = None;
    user.register(|address| system.code(address)).await;
    assert_eq!(plan(&user).await, is("free", "none"), "no plan comes back");
    let found = user.get("/api/v1/billing/subscription").await.data(200);
    assert_eq!(found["usage"]["messagesPerMonth"]["used"], 1);
    stripe.seen();
    user.post("/api/v1/billing/subscribe", json!({"planId": "pro"})).await.data(200);
    let checkout = stripe.seen().into_iter().find(|(_, path, ..)| path == "/v1/checkout/sessions").unwrap().3;
    assert!(!checkout.contains("trial"), "{checkout}");
    // Somebody else begins anew.
    let other = system.user().await;
    let found = other.get("/api/v1/billing/subscription").await.data(200);
    assert_eq!(found["usage"]["messagesPerMonth"]["used"], 0);
}
