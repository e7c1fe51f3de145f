//! The plan that a user has.

use super::{Billing, BillingResult, Plan, Subscription};
use foundation::ids::UserId;

impl Billing {
    /// The plan of a user, with the subscription it comes from.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn plan_of(&self, user: &UserId) -> BillingResult<(&Plan, Subscription)> {
        let subscription = self.store.subscription(user).await?.unwrap_or_default();
        Ok((self.plan_under(&subscription), subscription))
    }

    /// The plan that a subscription gives now.
    #[must_use]
    pub fn plan_under(&self, subscription: &Subscription) -> &Plan {
        let subscribed = subscription.plan_id.as_ref().filter(|_| subscription.is_entitled((self.clock)()));
        // A plan that was taken out of the file is nobody's any more.
        subscribed.and_then(|id| self.plans.get(id)).unwrap_or_else(|| self.plans.default_plan())
    }
}
