//! What a user has subscribed to.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Billing, BillingResult, Plan, PlanId};
use crate::ids::UserId;

/// Where a subscription stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There has never been one, or it never began.
    #[default]
    None,
    /// It is free for now.
    Trialing,
    /// It is paid.
    Active,
    /// A payment failed, and is tried again.
    PastDue,
    /// It has ended.
    Canceled,
}

impl Status {
    /// Whether its plan is the user's. While a failed payment is tried again, it still is.
    #[must_use]
    pub fn is_entitled(self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue)
    }
}

/// What is known of a user's subscription, as the payment provider last said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Where it stands.
    pub status: Status,
    /// The plan; none where there has never been a subscription.
    pub plan_id: Option<PlanId>,
    /// The user's id at the payment provider.
    pub customer: Option<String>,
    /// The subscription's id at the payment provider.
    pub provider_id: Option<String>,
    /// What is paid for, or free, now.
    pub current_period_start: Option<Timestamp>,
    /// Until when.
    pub current_period_end: Option<Timestamp>,
    /// When the free time ends, or ended.
    pub trial_end: Option<Timestamp>,
    /// Whether it ends with the period.
    #[serde(default)]
    pub cancel_at_period_end: bool,
    /// Grows with every change, so that none is lost.
    #[serde(default)]
    pub version: u64,
}

impl Billing {
    /// The plan of a user, with the subscription it comes from.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn plan_of(&self, user: &UserId) -> BillingResult<(&Plan, Subscription)> {
        let subscription = self.store.subscription(user).await?.unwrap_or_default();
        let subscribed = subscription.plan_id.as_ref().filter(|_| subscription.status.is_entitled());
        // A plan that was taken out of the file is nobody's any more.
        let plan = subscribed.and_then(|id| self.plans.get(id)).unwrap_or_else(|| self.plans.default_plan());
        Ok((plan, subscription))
    }
}
