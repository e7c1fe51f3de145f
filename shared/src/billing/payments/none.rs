//! Nobody takes money: plans and limits work, paying does not.

use futures::FutureExt;
use futures::future::{BoxFuture, ready};

use super::{Checkout, Invoice, NAME, PaymentResult, Payments, ProvidedSubscription};
use crate::identity::Email;
use foundation::ids::UserId;
use foundation::provider::{ProviderError, ProviderFailure};

/// No payment provider.
#[derive(Debug, Clone, Copy)]
pub struct NoPayments;

fn not_configured<'a, T: Send + 'a>() -> BoxFuture<'a, PaymentResult<T>> {
    let advice = "Paying is not set up on this system. Its operator can set STRIPE_SECRET_KEY.".to_owned();
    let failure = ProviderFailure::NotConfigured { code: "billing_not_configured", advice };
    ready(Err(ProviderError::new(NAME, failure))).boxed()
}

impl Payments for NoPayments {
    fn name(&self) -> &'static str {
        "none"
    }

    fn create_customer<'a>(
        &'a self,
        _: &'a UserId,
        _: &'a Email,
        _: Option<&'a str>,
    ) -> BoxFuture<'a, PaymentResult<String>> {
        not_configured()
    }

    fn has_customer<'a>(&'a self, _: &'a str) -> BoxFuture<'a, PaymentResult<bool>> {
        not_configured()
    }

    fn cancel_now<'a>(&'a self, _: &'a str) -> BoxFuture<'a, PaymentResult<()>> {
        not_configured()
    }

    fn delete_customer<'a>(&'a self, _: &'a str) -> BoxFuture<'a, PaymentResult<()>> {
        not_configured()
    }

    fn checkout(&self, _: Checkout) -> BoxFuture<'_, PaymentResult<String>> {
        not_configured()
    }

    fn portal<'a>(&'a self, _: &'a str, _: &'a str, _: String) -> BoxFuture<'a, PaymentResult<String>> {
        not_configured()
    }

    fn cancel_at_period_end<'a>(&'a self, _: &'a str, _: bool, _: String) -> BoxFuture<'a, PaymentResult<()>> {
        not_configured()
    }

    fn subscriptions<'a>(&'a self, _: &'a str) -> BoxFuture<'a, PaymentResult<Vec<ProvidedSubscription>>> {
        not_configured()
    }

    fn invoices<'a>(&'a self, _: &'a str, _: u8) -> BoxFuture<'a, PaymentResult<Vec<Invoice>>> {
        not_configured()
    }
}
