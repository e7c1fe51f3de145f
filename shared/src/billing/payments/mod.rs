//! Paying: who takes the money, and what they say of a user's subscription.

mod stripe;
mod subscriptions;
mod webhook;
mod wire;

use jiff::Timestamp;
use serde::Serialize;

pub use subscriptions::{Receipt, Subscriptions, SubscriptionsError};
pub use webhook::{Event, SignatureError, verify};

use super::{Money, PlanId, Status};
use foundation::provider::ProviderError;

/// Who takes the money in the sentences of errors.
const NAME: &str = "The payment provider";

/// What a payment provider gives back.
pub type PaymentResult<T> = Result<T, ProviderError>;

/// A page on which a user pays for a plan, to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkout {
    /// Who pays, as the provider knows them.
    pub customer: String,
    /// What for.
    pub plan: PlanId,
    /// Days before the first payment.
    pub trial_days: Option<u32>,
    /// Where the user comes back to after paying.
    pub success_url: String,
    /// Where the user comes back to without.
    pub cancel_url: String,
    /// The same for the same wish: made twice, it is one page.
    pub key: String,
}

/// A subscription, as the provider knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProvidedSubscription {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: Status,
    /// The plan that its price belongs to; none for a price that no plan has.
    pub plan: Option<PlanId>,
    /// When it was made.
    pub created: Timestamp,
    /// What is paid for, or free, now.
    pub current_period_start: Option<Timestamp>,
    /// Until when.
    pub current_period_end: Option<Timestamp>,
    /// When the free time ends, or ended.
    pub trial_end: Option<Timestamp>,
    /// Whether it ends with the period.
    pub cancel_at_period_end: bool,
}

/// An invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Invoice {
    /// Its id.
    pub id: String,
    /// Its number, once it is final.
    pub number: Option<String>,
    /// What is to be paid, in the currency's smallest unit.
    pub amount_due: i64,
    /// What was paid.
    pub amount_paid: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    /// The amount to be paid, for people: "19.00 USD".
    pub amount_text: String,
    /// `draft`, `open`, `paid`, `uncollectible` or `void`.
    pub status: Option<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// Where it can be seen and paid.
    pub hosted_invoice_url: Option<String>,
    /// Where it can be fetched.
    pub invoice_pdf: Option<String>,
}

impl Invoice {
    fn text(amount: i64, currency: &str) -> String {
        Money { amount, currency: currency.to_owned() }.to_string()
    }
}
