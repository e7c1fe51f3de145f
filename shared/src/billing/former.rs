//! What is remembered of an address whose account was deleted: deleting an account and signing up again gives no
//! second trial, and no second month.

use super::{Billing, BillingResult, FormerUsage, Month, Usage};
use foundation::ids::UserId;

/// How long it is remembered: 400 days, so that yearly offers cannot be had twice either.
const SECONDS: i64 = 400 * 86_400;

impl Billing {
    /// Remembers what an account that is being deleted has used, where it has used anything.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn remember(&self, user: &UserId, address: &str) -> BillingResult<()> {
        let subscription = self.store.subscription(user).await?.unwrap_or_default();
        let usage = self.usage(user).await?;
        let trial_used = subscription.trial_used || subscription.provider_id.is_some();
        if usage == Usage::default() && !trial_used {
            return Ok(());
        }
        let now = (self.clock)();
        let former = FormerUsage { month: Month::of(now), usage, trial_used, expires_at: now.as_second() + SECONDS };
        Ok(self.store.remember_former(address, &former).await?)
    }

    /// Lets a new account go on where the one with the same address stopped. `addresses` are the hashes that the
    /// address may be remembered by.
    ///
    /// # Errors
    /// [`super::BillingError::Store`].
    pub async fn take_up(&self, user: &UserId, addresses: &[String]) -> BillingResult<()> {
        let now = (self.clock)();
        for address in addresses {
            let Some(former) = self.store.former(address).await? else { continue };
            if former.month == Month::of(now) {
                self.store.set_usage(user, &former.month, &former.usage).await?;
            }
            if former.trial_used {
                self.store.note_trial(user).await?;
            }
            return Ok(());
        }
        Ok(())
    }
}
