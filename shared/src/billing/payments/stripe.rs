//! Stripe.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::FutureExt;
use futures::future::BoxFuture;
use secrecy::ExposeSecret;
use serde::Serialize;
use sha2::{Digest, Sha256};
use stripe::{Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError};
use stripe_client_core::{RequestBuilder, StripeMethod};

use super::wire::{Created, InvoiceObject, List, Page, SubscriptionObject};
use super::{Checkout, Invoice, NAME, PaymentResult, Payments, ProvidedSubscription};
use crate::auth::Email;
use crate::billing::PlanId;
use crate::config::StripeConfig;
use crate::ids::UserId;
use crate::provider::{Cause, ProviderError, ProviderFailure};

/// Attempts, the first included.
const ATTEMPTS: u32 = 3;
/// The first pause between two; it doubles.
const PAUSE: Duration = Duration::from_millis(300);
/// How long one attempt may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Subscriptions of one customer that are looked at: whoever subscribed more often than that is
/// judged by the newest.
const SUBSCRIPTIONS: u8 = 100;

/// Stripe, by its HTTP API.
pub struct Stripe {
    client: Client,
    /// What each plan's price is called there.
    prices: BTreeMap<String, String>,
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
        crate::outbound::install_tls();
        let builder = ClientBuilder::new(config.secret_key.expose_secret());
        // The library appends the version of the API to an address that ends so.
        let client =
            builder.url(format!("{}/", config.url.as_str().trim_end_matches('/'))).timeout(PATIENCE).build()?;
        Ok(Self { client, prices: config.prices.clone() })
    }

    fn price_of(&self, plan: &PlanId) -> PaymentResult<&str> {
        self.prices.get(plan.as_str()).map(String::as_str).ok_or_else(|| {
            let advice = format!("The plan {plan} cannot be paid for yet: STRIPE_PRICES names no price of it.");
            ProviderError::new(NAME, ProviderFailure::NotConfigured { code: "billing_not_configured", advice })
        })
    }

    fn plan_of(&self, price: &str) -> Option<PlanId> {
        let found = self.prices.iter().find(|(_, known)| *known == price);
        if found.is_none() {
            tracing::error!(price, "a subscription has a price that STRIPE_PRICES does not name");
        }
        found.map(|(plan, _)| PlanId::new(plan))
    }

    /// Writes something, once, whatever comes in between.
    async fn write<T: miniserde::Deserialize>(
        &self,
        path: String,
        form: &impl Serialize,
        key: &[&str],
    ) -> PaymentResult<T> {
        // What it does and to whom, as one word: two writes that differ must never have the same.
        let digest = Sha256::digest(serde_json::to_vec(&(&path, key)).map_err(|error| failure(error.into()))?);
        let key = IdempotencyKey::new(format!("intellimaint-{}", hex::encode(digest)))
            .map_err(|error| failure(error.into()))?;
        let strategy = RequestStrategy::Idempotent(key);
        self.call(|| RequestBuilder::new(StripeMethod::Post, &path).form(form), &strategy).await
    }

    async fn read<T: miniserde::Deserialize>(&self, path: &str, query: &impl Serialize) -> PaymentResult<T> {
        self.call(|| RequestBuilder::new(StripeMethod::Get, path).query(query), &RequestStrategy::Once).await
    }

    async fn call<T: miniserde::Deserialize>(
        &self,
        request: impl Fn() -> RequestBuilder,
        strategy: &RequestStrategy,
    ) -> PaymentResult<T> {
        let mut pause = PAUSE;
        for _ in 1..ATTEMPTS {
            match request().customize::<T>().request_strategy(strategy.clone()).send(&self.client).await {
                Err(error) if is_passing(&error) => {
                    tracing::warn!(error = summary(&error), "Stripe failed; trying again");
                }
                ended => return ended.map_err(|error| understood(&error)),
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        }
        request()
            .customize::<T>()
            .request_strategy(strategy.clone())
            .send(&self.client)
            .await
            .map_err(|error| understood(&error))
    }
}

fn failure(cause: Cause) -> ProviderError {
    ProviderError::new(NAME, ProviderFailure::Unavailable(cause))
}

fn is_passing(error: &StripeError) -> bool {
    match error {
        StripeError::Stripe(_, status) => matches!(status, 409 | 424 | 429 | 500..),
        StripeError::ClientError(_) | StripeError::Timeout => true,
        StripeError::JSONDeserialize(_) | StripeError::ConfigError(_) => false,
    }
}

/// What happened, for the log: no object of a customer.
fn summary(error: &StripeError) -> String {
    match error {
        StripeError::Stripe(error, status) => {
            let message = error.message.as_deref().unwrap_or_default();
            let parameter = error.param.as_deref().unwrap_or_default();
            format!("status {status}: {message} {parameter}")
        }
        other => other.to_string(),
    }
}

fn understood(error: &StripeError) -> ProviderError {
    let cause = summary(error).into();
    let failure = match error {
        StripeError::Stripe(_, 429) => ProviderFailure::RateLimited { retry_after_seconds: None },
        StripeError::Stripe(_, 400..500) => ProviderFailure::Rejected(cause),
        StripeError::Timeout => ProviderFailure::Timeout,
        _ => ProviderFailure::Unavailable(cause),
    };
    ProviderError::new(NAME, failure)
}

/// Whether it is gone already.
fn is_missing(error: &StripeError) -> bool {
    matches!(error, StripeError::Stripe(_, 404))
}

impl Payments for Stripe {
    fn name(&self) -> &'static str {
        "stripe"
    }

    fn create_customer<'a>(&'a self, user: &'a UserId, email: &'a Email) -> BoxFuture<'a, PaymentResult<String>> {
        async move {
            let id = user.to_string();
            let new = NewCustomer { email: email.as_str(), metadata: BTreeMap::from([("userId", id.as_str())]) };
            // With the address: a key must not come again with another body.
            let created: Created = self.write("/customers".to_owned(), &new, &[&id, email.as_str()]).await?;
            Ok(created.id)
        }
        .boxed()
    }

    fn delete_customer<'a>(&'a self, customer: &'a str) -> BoxFuture<'a, PaymentResult<()>> {
        async move {
            let delete = async |path: String| {
                let request = RequestBuilder::new(StripeMethod::Delete, path).customize::<Created>();
                match request.request_strategy(RequestStrategy::Retry(ATTEMPTS)).send(&self.client).await {
                    Err(error) if !is_missing(&error) => Err(understood(&error)),
                    _ => Ok(()),
                }
            };
            for subscription in self.subscriptions(customer).await.or_else(|error| match error.failure {
                ProviderFailure::Rejected(_) => Ok(Vec::new()),
                _ => Err(error),
            })? {
                if subscription.status.is_entitled() {
                    delete(format!("/subscriptions/{}", subscription.id)).await?;
                }
            }
            delete(format!("/customers/{customer}")).await
        }
        .boxed()
    }

    fn checkout(&self, checkout: Checkout) -> BoxFuture<'_, PaymentResult<String>> {
        async move {
            let new = NewCheckout {
                mode: "subscription",
                customer: &checkout.customer,
                line_items: [LineItem { price: self.price_of(&checkout.plan)?, quantity: 1 }],
                success_url: &checkout.success_url,
                cancel_url: &checkout.cancel_url,
                allow_promotion_codes: true,
                subscription_data: checkout.trial_days.map(|days| SubscriptionData { trial_period_days: days }),
            };
            let page: Page = self.write("/checkout/sessions".to_owned(), &new, &[&checkout.key]).await?;
            page.url.ok_or_else(|| failure("a checkout session without an address".into()))
        }
        .boxed()
    }

    fn portal<'a>(
        &'a self,
        customer: &'a str,
        return_url: &'a str,
        key: String,
    ) -> BoxFuture<'a, PaymentResult<String>> {
        async move {
            let new = NewPortal { customer, return_url };
            let page: Page = self.write("/billing_portal/sessions".to_owned(), &new, &[&key]).await?;
            page.url.ok_or_else(|| failure("a portal session without an address".into()))
        }
        .boxed()
    }

    fn cancel_at_period_end<'a>(
        &'a self,
        subscription: &'a str,
        cancel: bool,
        key: String,
    ) -> BoxFuture<'a, PaymentResult<()>> {
        async move {
            let change = Change { cancel_at_period_end: cancel };
            let _: Created = self.write(format!("/subscriptions/{subscription}"), &change, &[&key]).await?;
            Ok(())
        }
        .boxed()
    }

    fn subscriptions<'a>(&'a self, customer: &'a str) -> BoxFuture<'a, PaymentResult<Vec<ProvidedSubscription>>> {
        async move {
            let query = Of { customer, status: Some("all"), limit: SUBSCRIPTIONS };
            let found: List<SubscriptionObject> = self.read("/subscriptions", &query).await?;
            Ok(found.data.into_iter().map(|object| object.read(|price| self.plan_of(price))).collect())
        }
        .boxed()
    }

    fn invoices<'a>(&'a self, customer: &'a str, limit: u8) -> BoxFuture<'a, PaymentResult<Vec<Invoice>>> {
        async move {
            let found: List<InvoiceObject> = self.read("/invoices", &Of { customer, status: None, limit }).await?;
            Ok(found.data.into_iter().map(Invoice::from).collect())
        }
        .boxed()
    }
}
