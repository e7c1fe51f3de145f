//! Stripe.

use std::collections::BTreeMap;
use std::time::Duration;

use http::{Method, StatusCode, header};
use reqwest::RequestBuilder;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use super::wire::{Created, Customer, InvoiceObject, List, Page, SubscriptionObject};
use super::{Checkout, Invoice, NAME, PaymentResult, ProvidedSubscription};
use crate::identity::Email;
use foundation::config::StripeConfig;
use foundation::ids::UserId;
use foundation::plans::PlanId;
use foundation::provider::{Cause, HttpProvider, ProviderError, ProviderFailure, Refused};

/// The version of the API whose objects are read here.
const VERSION: &str = "2026-09-30.endive";
/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer: a hundred subscriptions with all that hangs on them.
const LARGEST_ANSWER: usize = 8 * 1024 * 1024;
/// Subscriptions of one customer that are looked at: whoever subscribed more often than that is
/// judged by the newest.
const SUBSCRIPTIONS: u8 = 100;

/// Stripe, by its HTTP API.
pub struct Stripe {
    server: HttpProvider,
    /// What each plan's prices are called there; the first is sold, the others were.
    prices: BTreeMap<String, Vec<String>>,
}

impl std::fmt::Debug for Stripe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stripe").field("prices", &self.prices).finish_non_exhaustive()
    }
}

/// What is sent to make something of a user's.
#[derive(Serialize)]
struct NewCustomer<'a> {
    email: &'a str,
    metadata: BTreeMap<&'static str, &'a str>,
}

#[derive(Serialize)]
struct NewCheckout<'a> {
    mode: &'static str,
    customer: &'a str,
    line_items: [LineItem<'a>; 1],
    success_url: &'a str,
    cancel_url: &'a str,
    allow_promotion_codes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    subscription_data: Option<SubscriptionData>,
}

#[derive(Serialize)]
struct LineItem<'a> {
    price: &'a str,
    quantity: u8,
}

#[derive(Serialize)]
struct SubscriptionData {
    trial_period_days: u32,
}

#[derive(Serialize)]
struct NewPortal<'a> {
    customer: &'a str,
    return_url: &'a str,
}

#[derive(Serialize)]
struct Change {
    cancel_at_period_end: bool,
}

#[derive(Serialize)]
struct Of<'a> {
    customer: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    limit: u8,
}

impl Stripe {
    /// A client with the configured key and address.
    ///
    /// # Errors
    /// When the key cannot stand in a header.
    pub fn new(config: &StripeConfig) -> Result<Self, Cause> {
        let base = Url::parse(&format!("{}/v1", config.url.as_str().trim_end_matches('/')))?;
        let server = HttpProvider::new(NAME, &base, "Bearer", Some(&config.secret_key), TIMEOUT)?;
        Ok(Self { server: server.with_summary(summary), prices: config.prices.clone() })
    }

    fn price_of(&self, plan: &PlanId) -> PaymentResult<&str> {
        self.prices.get(plan.as_str()).and_then(|prices| prices.first()).map(String::as_str).ok_or_else(|| {
            let advice = format!("The plan {plan} cannot be paid for yet: STRIPE_PRICES names no price of it.");
            ProviderError::new(NAME, ProviderFailure::NotConfigured { code: "billing_not_configured", advice })
        })
    }

    fn plan_of(&self, price: &str) -> Option<PlanId> {
        let found = self.prices.iter().find(|(_, known)| known.iter().any(|known| known == price));
        found.map(|(plan, _)| PlanId::new(plan))
    }

    /// Writes something, once, whatever comes in between.
    async fn write<T: DeserializeOwned>(&self, path: String, form: &impl Serialize, key: &[&str]) -> PaymentResult<T> {
        // What it does and to whom, as one word: two writes that differ must never have the same.
        let digest = Sha256::digest(serde_json::to_vec(&(&path, key)).map_err(|error| failure(error.into()))?);
        let key = format!("intellimaint-{}", hex::encode(digest));
        let form = encoded(form)?;
        self.call(Method::POST, &path, |request| {
            let request = request.header("idempotency-key", &key);
            request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form.clone())
        })
        .await
    }

    async fn read<T: DeserializeOwned>(&self, path: &str, query: &impl Serialize) -> PaymentResult<T> {
        self.call(Method::GET, &format!("{path}?{}", encoded(query)?), |request| request).await
    }

    /// Deletes what may be gone already.
    async fn delete(&self, path: &str) -> PaymentResult<()> {
        match self.call::<IgnoredAny>(Method::DELETE, path, |request| request).await {
            Err(error) if !is_missing(&error) => Err(error),
            _ => Ok(()),
        }
    }

    async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        make: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> PaymentResult<T> {
        let make = |request: RequestBuilder| make(request.header("stripe-version", VERSION));
        let response = self.server.send(method, path, make).await?;
        let body = self.server.body(response, LARGEST_ANSWER).await?;
        serde_json::from_slice(&body).map_err(|error| failure(error.into()))
    }
}

/// As Stripe wants forms and queries: `line_items[0][price]=…`.
fn encoded(value: &impl Serialize) -> PaymentResult<String> {
    serde_qs::to_string(value).map_err(|error| failure(error.into()))
}

fn failure(cause: Cause) -> ProviderError {
    ProviderError::new(NAME, ProviderFailure::Unavailable(cause))
}

/// What went wrong, for the log: no object of a customer.
fn summary(body: &str) -> String {
    #[derive(Deserialize)]
    struct Body {
        error: Fault,
    }
    #[derive(Deserialize)]
    struct Fault {
        message: Option<String>,
        param: Option<String>,
    }
    let Ok(Body { error }) = serde_json::from_str(body) else { return "no error of Stripe's".to_owned() };
    format!("{} {}", error.message.unwrap_or_default(), error.param.unwrap_or_default())
}

/// Whether it is gone already.
fn is_missing(error: &ProviderError) -> bool {
    match &error.failure {
        ProviderFailure::Rejected(cause) => {
            cause.downcast_ref::<Refused>().is_some_and(|refused| refused.status == StatusCode::NOT_FOUND)
        }
        _ => false,
    }
}

/// Every write can be repeated: Stripe does it once.
impl Stripe {
    /// Makes the user known; their id at Stripe. `former` is what they were called there before.
    pub(super) async fn create_customer(
        &self,
        user: &UserId,
        email: &Email,
        former: Option<&str>,
    ) -> PaymentResult<String> {
        let id = user.to_string();
        let new = NewCustomer { email: email.as_str(), metadata: BTreeMap::from([("userId", id.as_str())]) };
        // With the address: a key must not come again with another body. With who they were: what was made by
        // the same key may be gone.
        let key = [&id, email.as_str(), former.unwrap_or_default()];
        let created: Created = self.write("customers".to_owned(), &new, &key).await?;
        Ok(created.id)
    }

    /// Whether Stripe knows a customer; one who was deleted there is not known any more.
    pub(super) async fn has_customer(&self, customer: &str) -> PaymentResult<bool> {
        let found: PaymentResult<Customer> =
            self.call(Method::GET, &format!("customers/{customer}"), |request| request).await;
        match found {
            Ok(found) => Ok(found.deleted != Some(true)),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Ends a subscription at once. One that is gone already is no error.
    pub(super) async fn cancel_now(&self, subscription: &str) -> PaymentResult<()> {
        self.delete(&format!("subscriptions/{subscription}")).await
    }

    /// Forgets a customer, and ends what they subscribed to, at once. One that is gone already is no
    /// error.
    pub(super) async fn delete_customer(&self, customer: &str) -> PaymentResult<()> {
        for subscription in self.subscriptions(customer).await.or_else(|error| match error.failure {
            ProviderFailure::Rejected(_) => Ok(Vec::new()),
            _ => Err(error),
        })? {
            if subscription.status.is_entitled() {
                self.cancel_now(&subscription.id).await?;
            }
        }
        self.delete(&format!("customers/{customer}")).await
    }

    /// Makes a page for paying; its address.
    pub(super) async fn checkout(&self, checkout: Checkout) -> PaymentResult<String> {
        let new = NewCheckout {
            mode: "subscription",
            customer: &checkout.customer,
            line_items: [LineItem { price: self.price_of(&checkout.plan)?, quantity: 1 }],
            success_url: &checkout.success_url,
            cancel_url: &checkout.cancel_url,
            allow_promotion_codes: true,
            subscription_data: checkout.trial_days.map(|days| SubscriptionData { trial_period_days: days }),
        };
        let page: Page = self.write("checkout/sessions".to_owned(), &new, &[&checkout.key]).await?;
        page.url.ok_or_else(|| failure("a checkout session without an address".into()))
    }

    /// Makes a page on which a customer manages payment and plan; its address. `key` as in
    /// [`Checkout`].
    pub(super) async fn portal(&self, customer: &str, return_url: &str, key: String) -> PaymentResult<String> {
        let new = NewPortal { customer, return_url };
        let page: Page = self.write("billing_portal/sessions".to_owned(), &new, &[&key]).await?;
        page.url.ok_or_else(|| failure("a portal session without an address".into()))
    }

    /// Lets a subscription end with its period, or go on. `key` as in [`Checkout`].
    pub(super) async fn cancel_at_period_end(
        &self,
        subscription: &str,
        cancel: bool,
        key: String,
    ) -> PaymentResult<()> {
        let change = Change { cancel_at_period_end: cancel };
        let _: Created = self.write(format!("subscriptions/{subscription}"), &change, &[&key]).await?;
        Ok(())
    }

    /// All subscriptions of a customer, also those that have ended.
    pub(super) async fn subscriptions(&self, customer: &str) -> PaymentResult<Vec<ProvidedSubscription>> {
        let query = Of { customer, status: Some("all"), limit: SUBSCRIPTIONS };
        let found: List<SubscriptionObject> = self.read("subscriptions", &query).await?;
        Ok(found.data.into_iter().map(|object| object.read(|price| self.plan_of(price))).collect())
    }

    /// The newest invoices of a customer, at most `limit` (1 to 100), newest first.
    pub(super) async fn invoices(&self, customer: &str, limit: u8) -> PaymentResult<Vec<Invoice>> {
        let found: List<InvoiceObject> = self.read("invoices", &Of { customer, status: None, limit }).await?;
        Ok(found.data.into_iter().map(Invoice::from).collect())
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn the_log_holds_no_object_of_a_customer() {
        let body = r#"{"error": {"type": "card_error", "message": "Your card was declined.", "param": "source",
            "payment_intent": {"customer": "cus_1", "receipt_email": "ada@example.com"}}}"#;
        assert_eq!(summary(body), "Your card was declined. source");
        assert_eq!(summary("<html>ada@example.com</html>"), "no error of Stripe's");
    }

    #[test]
    fn forms_are_as_stripe_wants_them() {
        let new = NewCheckout {
            mode: "subscription",
            customer: "cus_1",
            line_items: [LineItem { price: "price_1", quantity: 1 }],
            success_url: "https://app.example.com/?a=b&c",
            cancel_url: "https://app.example.com/",
            allow_promotion_codes: true,
            subscription_data: Some(SubscriptionData { trial_period_days: 14 }),
        };
        let form = encoded(&new).unwrap();
        let pairs: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
        for (name, value) in [
            ("customer", "cus_1"),
            ("line_items[0][price]", "price_1"),
            ("line_items[0][quantity]", "1"),
            ("success_url", "https://app.example.com/?a=b&c"),
            ("allow_promotion_codes", "true"),
            ("subscription_data[trial_period_days]", "14"),
        ] {
            assert!(pairs.contains(&(name.to_owned(), value.to_owned())), "{name}: {pairs:?}");
        }
    }
}
