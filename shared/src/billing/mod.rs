//! What a user may do, has done, and pays for.
//!
//! A user has a [`Plan`]: the one they subscribed to, else the default one. Work that a plan limits is
//! counted where it happens: [`Billing::charge_message`] before an answer is begun,
//! [`Billing::charge_voice`] before or after sound is understood or spoken, and
//! [`Billing::check_documents`] before a document is kept. A month is a calendar month in UTC.

mod former;
mod limit;
mod meter;
pub mod payments;
mod subscription;

pub use limit::{BillingError, BillingResult, Limit, LimitReached};
pub use meter::Kept;

use std::sync::Arc;

use jiff::Timestamp;

use crate::store::Store;
use foundation::config::BillingConfig;
use foundation::plans::{FormerUsage, Money, Month, Plan, PlanId, Plans, Status, Subscription, Usage};
use foundation::time;

/// Plans, and who has used how much of theirs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Billing {
    store: Store,
    plans: Arc<Plans>,
    clock: fn() -> Timestamp,
}

impl Billing {
    /// The configured plans.
    #[must_use]
    pub fn new(store: Store, config: &BillingConfig) -> Self {
        Self { store, plans: config.plans.clone(), clock: time::now }
    }

    /// The same at another time, for tests of what happens when a month ends.
    #[must_use]
    pub fn at(self, clock: fn() -> Timestamp) -> Self {
        Self { clock, ..self }
    }

    /// All plans.
    #[must_use]
    pub fn plans(&self) -> &Plans {
        &self.plans
    }
}
