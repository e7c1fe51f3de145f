//! A user's subscription.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::PlanId;

/// How long a plan outlives the paid period, because news of a renewal arrives late and may get lost.
const GRACE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The status of a subscription.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// There has never been a subscription, or it never started.
    #[default]
    None,
    /// It is in its free trial.
    Trialing,
    /// It is paid.
    Active,
    /// A payment failed and is being retried.
    PastDue,
    /// It has ended.
    Canceled,
}

impl Status {
    /// Whether the user has the plan. This is still so while a failed payment is retried.
    #[must_use]
    pub fn is_entitled(self) -> bool {
        matches!(self, Self::Trialing | Self::Active | Self::PastDue)
    }
}

/// A user's subscription, as last reported by the payment provider.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    /// Its status.
    pub status: Status,
    /// Its plan; `None` if there has never been a subscription.
    pub plan_id: Option<PlanId>,
    /// The user's id at the payment provider.
    pub customer: Option<String>,
    /// The subscription's id at the payment provider.
    pub provider_id: Option<String>,
    /// Start of the current period, paid or free.
    pub current_period_start: Option<Timestamp>,
    /// End of the current period.
    pub current_period_end: Option<Timestamp>,
    /// When the trial ends or ended.
    pub trial_end: Option<Timestamp>,
    /// Whether the subscription ends with the current period.
    #[serde(default)]
    pub cancel_at_period_end: bool,
    /// Whether the trial was used, by this account or a former one with the same address.
    #[serde(default)]
    pub trial_used: bool,
    /// Increases with every change, so that concurrent changes are detected.
    #[serde(default)]
    pub version: u64,
}

impl Subscription {
    /// Whether the user has the plan at `now`. A paid period ends even if no news of the provider arrives.
    #[must_use]
    pub fn is_entitled(&self, now: Timestamp) -> bool {
        let is_over = |end: Timestamp| end.saturating_add(GRACE).is_ok_and(|end| end < now);
        self.status.is_entitled() && !self.current_period_end.is_some_and(is_over)
    }

    /// What remains if the provider no longer knows the customer: the user can subscribe again.
    #[must_use]
    pub fn without_customer(&self) -> Self {
        let status = if self.provider_id.is_some() { Status::Canceled } else { Status::None };
        Self {
            status,
            customer: None,
            cancel_at_period_end: false,
            trial_used: self.trial_used || self.provider_id.is_some(),
            version: self.version + 1,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paid_until(end: i64, status: Status) -> Subscription {
        Subscription { status, current_period_end: Timestamp::from_second(end).ok(), ..Subscription::default() }
    }

    #[test]
    fn what_was_paid_for_ends_a_week_after_its_period() {
        let day = 86_400;
        let now = Timestamp::from_second(100 * day).unwrap_or_default();
        for status in [Status::Trialing, Status::Active, Status::PastDue] {
            assert!(paid_until(101 * day, status).is_entitled(now));
            assert!(paid_until(94 * day, status).is_entitled(now));
            assert!(!paid_until(92 * day, status).is_entitled(now), "{status:?}");
        }
        assert!(!paid_until(101 * day, Status::Canceled).is_entitled(now));
    }

    #[test]
    fn without_its_customer_a_subscription_is_over() {
        let known = Subscription {
            customer: Some("cus_1".to_owned()),
            provider_id: Some("sub_1".to_owned()),
            version: 3,
            ..paid_until(i64::from(u32::MAX), Status::Active)
        };
        let left = known.without_customer();
        assert_eq!((left.status, left.customer.as_deref(), left.version), (Status::Canceled, None, 4));
        assert!(left.trial_used, "free days come once");
        let never = Subscription { provider_id: None, status: Status::None, ..known };
        assert_eq!((never.without_customer().status, never.without_customer().trial_used), (Status::None, false));
    }
}
