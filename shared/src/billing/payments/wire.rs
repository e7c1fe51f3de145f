//! Stripe's objects, as far as they are read (docs.stripe.com/api).

use jiff::Timestamp;
use serde::Deserialize;

use super::{Invoice, ProvidedSubscription};
use foundation::plans::PlanId;
use foundation::plans::Status;

#[derive(Debug, Deserialize)]
pub(super) struct Created {
    pub(super) id: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Customer {
    pub(super) deleted: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Page {
    pub(super) url: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct List<T> {
    pub(super) data: Vec<T>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SubscriptionObject {
    id: String,
    status: String,
    created: Option<i64>,
    cancel_at_period_end: Option<bool>,
    cancel_at: Option<i64>,
    /// Until 2025; since then, of the items.
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
    trial_end: Option<i64>,
    items: List<Item>,
}

#[derive(Debug, Deserialize)]
struct Item {
    current_period_start: Option<i64>,
    current_period_end: Option<i64>,
    price: Option<Created>,
    /// What prices were called before 2020, and still are by some servers.
    plan: Option<Created>,
}

impl SubscriptionObject {
    /// `plan_of` knows which plan a price belongs to. The item whose price is one of ours counts, wherever it stands
    /// among others.
    pub(super) fn read(self, plan_of: impl Fn(&str) -> Option<PlanId>) -> ProvidedSubscription {
        let plan = |item: &Item| item.price.as_ref().or(item.plan.as_ref()).and_then(|price| plan_of(&price.id));
        let ours = self.items.data.iter().find_map(|item| plan(item).map(|plan| (item, plan)));
        if ours.is_none() {
            tracing::error!(subscription = self.id, "a subscription has no price that STRIPE_PRICES names");
        }
        let item = ours.as_ref().map(|(item, _)| *item).or(self.items.data.first());
        let (start, end) = item.map_or((None, None), |item| (item.current_period_start, item.current_period_end));
        ProvidedSubscription {
            plan: ours.map(|(_, plan)| plan),
            status: status(&self.status),
            created: time(self.created).unwrap_or(Timestamp::UNIX_EPOCH),
            current_period_start: time(start.or(self.current_period_start)),
            current_period_end: time(end.or(self.current_period_end)),
            trial_end: time(self.trial_end),
            cancel_at_period_end: self.cancel_at_period_end == Some(true) || self.cancel_at.is_some(),
            id: self.id,
        }
    }
}

/// What Stripe's words for it mean here. What was never paid has not begun; what is given up has
/// ended, whatever it is called.
fn status(word: &str) -> Status {
    match word {
        "trialing" => Status::Trialing,
        "active" => Status::Active,
        "past_due" => Status::PastDue,
        "incomplete" | "incomplete_expired" => Status::None,
        _ => Status::Canceled,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct InvoiceObject {
    id: String,
    number: Option<String>,
    amount_due: i64,
    amount_paid: Option<i64>,
    currency: String,
    status: Option<String>,
    created: i64,
    hosted_invoice_url: Option<String>,
    invoice_pdf: Option<String>,
}

impl From<InvoiceObject> for Invoice {
    fn from(object: InvoiceObject) -> Self {
        Self {
            amount_text: Self::text(object.amount_due, &object.currency),
            id: object.id,
            number: object.number,
            amount_due: object.amount_due,
            amount_paid: object.amount_paid.unwrap_or(0),
            currency: object.currency,
            status: object.status,
            created_at: time(Some(object.created)).unwrap_or(Timestamp::UNIX_EPOCH),
            hosted_invoice_url: object.hosted_invoice_url,
            invoice_pdf: object.invoice_pdf,
        }
    }
}

fn time(seconds: Option<i64>) -> Option<Timestamp> {
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok())
}
