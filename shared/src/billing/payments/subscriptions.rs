//! Subscribing, ending it, and following what the payment provider says.
//!
//! What is known of a subscription here is a copy of what the provider knows. It is never computed
//! from an event, whose order nobody guarantees: an event only says that there is something new, and
//! then all subscriptions of the customer are read. The copy has a version, noted before the reading
//! and demanded by the writing, so that of two readings the older never replaces the newer.

mod events;

use std::sync::Arc;
use std::time::Duration;

pub use events::Receipt;

use super::stripe::Stripe;
use super::{Checkout, Invoice, NAME, PaymentResult, ProvidedSubscription};
use crate::billing::Billing;
use crate::mail::{MailError, Mailer};
use crate::store::{Store, StoreError, User, unless_busy};
use foundation::ApiError;
use foundation::config::BillingConfig;
use foundation::ids::UserId;
use foundation::plans::PlanId;
use foundation::plans::Status;
use foundation::plans::Subscription;
use foundation::provider::{Cause, ProviderError, ProviderFailure};
use foundation::time;

/// How often a change is tried again while others change the same.
const ROUNDS: u32 = 10;
/// The first pause between two; it grows.
const PAUSE: Duration = Duration::from_millis(10);

/// Everything that can be done with subscriptions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Subscriptions {
    store: Store,
    billing: Billing,
    /// None where paying is not set up.
    stripe: Option<Arc<Stripe>>,
    mailer: Mailer,
}

/// Why something cannot be done with a subscription.
#[derive(Debug, thiserror::Error)]
pub enum SubscriptionsError {
    /// No such plan can be paid for.
    #[error("no such plan")]
    NoSuchPlan,
    /// There is a subscription already; it can be changed where payments are managed.
    #[error("subscribed already")]
    Subscribed,
    /// There is no subscription.
    #[error("not subscribed")]
    NotSubscribed,
    /// The same is being changed too often at once, or the mail of this event is being sent.
    #[error("busy")]
    Busy,
    /// The payment provider.
    #[error(transparent)]
    Payments(#[from] ProviderError),
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A mail did not leave.
    #[error(transparent)]
    Mail(#[from] MailError),
}

impl From<SubscriptionsError> for ApiError {
    fn from(error: SubscriptionsError) -> Self {
        match error {
            SubscriptionsError::NoSuchPlan => {
                Self::validation(vec!["planId must be a plan that can be paid for".to_owned()])
            }
            SubscriptionsError::Subscribed => Self::conflict(
                "already_subscribed",
                "You have a subscription already. You can change it where you manage your payments.",
            ),
            SubscriptionsError::NotSubscribed => Self::conflict("not_subscribed", "You have no subscription."),
            SubscriptionsError::Busy => {
                Self::unavailable("busy", "Your subscription is being changed right now. Please try again in a moment.")
                    .retry_after(5)
            }
            SubscriptionsError::Payments(error) => error.into(),
            SubscriptionsError::Store(error) => error.into(),
            SubscriptionsError::Mail(error) => {
                Self::unavailable("mail_unavailable", "A mail could not be sent. Please try again.").caused_by(error)
            }
        }
    }
}

type Done<T> = Result<T, SubscriptionsError>;

impl Subscriptions {
    /// Paid for as it is configured.
    ///
    /// # Errors
    /// When the client of Stripe cannot be set up: its key cannot stand in a header.
    pub fn new(store: Store, billing: Billing, config: &BillingConfig, mailer: Mailer) -> Result<Self, Cause> {
        let stripe = config.stripe.as_ref().map(Stripe::new).transpose()?.map(Arc::new);
        Ok(Self { store, billing, stripe, mailer })
    }

    fn stripe(&self) -> PaymentResult<&Stripe> {
        self.stripe.as_deref().ok_or_else(|| {
            let advice = "Paying is not set up on this system. Its operator can set STRIPE_SECRET_KEY.".to_owned();
            ProviderError::new(NAME, ProviderFailure::NotConfigured { code: "billing_not_configured", advice })
        })
    }

    /// A page on which the user pays for a plan; its address. `wish` tells wishes apart that are else
    /// the same: an idempotency key of the caller's, or a time.
    ///
    /// # Errors
    /// [`SubscriptionsError::NoSuchPlan`], [`SubscriptionsError::Subscribed`],
    /// [`SubscriptionsError::Payments`].
    pub async fn subscribe(
        &self,
        user: &User,
        plan: &PlanId,
        success_url: String,
        cancel_url: String,
        wish: &str,
    ) -> Done<String> {
        let plan =
            self.billing.plans().get(plan).filter(|plan| !plan.is_free()).ok_or(SubscriptionsError::NoSuchPlan)?;
        let mut known = self.store.subscription(&user.id).await?.unwrap_or_default();
        if known.status.is_entitled() && !known.is_entitled(time::now()) {
            // What happened to it since was not told.
            self.refresh(&user.id).await?;
            known = self.store.subscription(&user.id).await?.unwrap_or_default();
        }
        if known.status.is_entitled() {
            return Err(SubscriptionsError::Subscribed);
        }
        // Free days are for those who have never subscribed.
        let trial_days = plan.trial_days.filter(|_| known.provider_id.is_none() && !known.trial_used);
        let checkout = |customer: String| {
            let key = format!("{customer}/{}/{success_url}/{cancel_url}/{trial_days:?}/{wish}", plan.id);
            let (success_url, cancel_url) = (success_url.clone(), cancel_url.clone());
            Checkout { customer, plan: plan.id.clone(), trial_days, success_url, cancel_url, key }
        };
        let customer = self.customer(user, known.customer, None).await?;
        match self.stripe()?.checkout(checkout(customer.clone())).await {
            Err(error) if self.is_gone(&error, &customer).await? => {
                self.forget(&user.id, &customer).await?;
                let customer = self.customer(user, None, Some(&customer)).await?;
                Ok(self.stripe()?.checkout(checkout(customer)).await?)
            }
            page => Ok(page?),
        }
    }

    /// Whether something was refused because the provider does not know the customer any more.
    async fn is_gone(&self, error: &ProviderError, customer: &str) -> Done<bool> {
        Ok(matches!(error.failure, ProviderFailure::Rejected(_)) && !self.stripe()?.has_customer(customer).await?)
    }

    /// The user's id at the provider, who learns of them now if need be; `former` is who they were there before.
    async fn customer(&self, user: &User, known: Option<String>, former: Option<&str>) -> Done<String> {
        if let Some(customer) = known {
            return Ok(customer);
        }
        let customer = self.stripe()?.create_customer(&user.id, &user.email, former).await?;
        if self.store.keep_customer(&user.id, &customer).await? {
            return Ok(customer);
        }
        // Another request was first, with another address of the user's.
        let known = self.store.subscription(&user.id).await?;
        known.and_then(|known| known.customer).ok_or(SubscriptionsError::Busy)
    }

    /// A page on which the user manages payment and plan; its address.
    ///
    /// # Errors
    /// [`SubscriptionsError::NotSubscribed`] for who never wanted to subscribe.
    pub async fn portal(&self, user: &UserId, return_url: &str, wish: &str) -> Done<String> {
        let customer = self.known_customer(user).await?.ok_or_else(|| self.nobody())?;
        let key = format!("{customer}/{return_url}/{wish}");
        Ok(self.stripe()?.portal(&customer, return_url, key).await?)
    }

    /// Lets the user's subscription end with its period, or go on after all.
    ///
    /// # Errors
    /// [`SubscriptionsError::NotSubscribed`].
    pub async fn cancel_at_period_end(&self, user: &UserId, cancel: bool) -> Done<()> {
        let known = self.store.subscription(user).await?.unwrap_or_default();
        let id = known.provider_id.as_ref().filter(|_| known.status.is_entitled()).ok_or_else(|| self.nobody())?;
        if known.cancel_at_period_end != cancel {
            let key = format!("{id}/{cancel}/{}", known.version);
            self.stripe()?.cancel_at_period_end(id, cancel, key).await?;
        }
        self.refresh(user).await
    }

    /// The user's newest invoices.
    ///
    /// # Errors
    /// [`SubscriptionsError::Payments`].
    pub async fn invoices(&self, user: &UserId, limit: u8) -> Done<Vec<Invoice>> {
        match self.known_customer(user).await? {
            Some(customer) => Ok(self.stripe()?.invoices(&customer, limit).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Ends what the user subscribed to, at once, and lets the provider forget them; before an account
    /// is deleted.
    ///
    /// # Errors
    /// [`SubscriptionsError::Payments`]: then nothing has ended that could not be ended again.
    pub async fn end(&self, user: &UserId) -> Done<()> {
        if let Some(customer) = self.known_customer(user).await? {
            self.stripe()?.delete_customer(&customer).await?;
            self.forget(user, &customer).await?;
        }
        Ok(())
    }

    /// Notes that the provider does not know a customer any more.
    async fn forget(&self, user: &UserId, customer: &str) -> Done<()> {
        for round in 0..ROUNDS {
            let known = self.store.subscription(user).await?.unwrap_or_default();
            if known.customer.as_deref() != Some(customer) {
                return Ok(());
            }
            if unless_busy(self.store.keep_subscription(user, &known, &known.without_customer()).await)? {
                return Ok(());
            }
            tokio::time::sleep(PAUSE * round).await;
        }
        Err(SubscriptionsError::Busy)
    }

    /// What is true of a subscription now. Of several that were paid for, by pages that were open side by side, the
    /// others are ended.
    async fn found(&self, known: &Subscription, customer: &str) -> Done<Subscription> {
        let provided = match self.stripe()?.subscriptions(customer).await {
            Err(error) if self.is_gone(&error, customer).await? => return Ok(known.without_customer()),
            provided => provided?,
        };
        let found = following(known, provided.clone());
        let is_surplus = |one: &&ProvidedSubscription| {
            one.status.is_entitled() && one.plan.is_some() && found.provider_id.as_ref() != Some(&one.id)
        };
        for surplus in provided.iter().filter(is_surplus) {
            tracing::error!(
                customer,
                subscription = surplus.id,
                kept = found.provider_id,
                "a user paid for two subscriptions: this one is ended, its last payment is to be refunded"
            );
            self.stripe()?.cancel_now(&surplus.id).await?;
        }
        Ok(found)
    }

    /// Asks the provider how the user's subscription stands, and keeps it.
    ///
    /// # Errors
    /// [`SubscriptionsError`].
    pub async fn refresh(&self, user: &UserId) -> Done<()> {
        for round in 0..ROUNDS {
            let known = self.store.subscription(user).await?.unwrap_or_default();
            let Some(customer) = &known.customer else { return Ok(()) };
            let found = self.found(&known, customer).await?;
            if unless_busy(self.store.keep_subscription(user, &known, &found).await)? {
                return Ok(());
            }
            tokio::time::sleep(PAUSE * round).await;
        }
        Err(SubscriptionsError::Busy)
    }

    async fn known_customer(&self, user: &UserId) -> Done<Option<String>> {
        Ok(self.store.subscription(user).await?.and_then(|known| known.customer))
    }

    /// There is no subscription; where none can be had, that is the reason.
    fn nobody(&self) -> SubscriptionsError {
        self.stripe().map_or_else(SubscriptionsError::from, |_| SubscriptionsError::NotSubscribed)
    }
}

/// What is known once the provider has said which subscriptions there are: of the newest that
/// gives a right to its plan; else of the newest.
fn following(known: &Subscription, found: Vec<ProvidedSubscription>) -> Subscription {
    let rank = |one: &ProvidedSubscription| {
        (one.status.is_entitled(), one.plan.is_some(), one.status == Status::Canceled, one.created, one.id.clone())
    };
    let begun = |one: &ProvidedSubscription| one.status != Status::None;
    let trial_used = known.trial_used || known.provider_id.is_some() || found.iter().any(begun);
    let (customer, version) = (known.customer.clone(), known.version + 1);
    let known = Subscription { customer, version, trial_used, ..Subscription::default() };
    let Some(best) = found.into_iter().max_by_key(rank) else { return known };
    if best.status == Status::None {
        return known;
    }
    Subscription {
        status: best.status,
        plan_id: best.plan,
        provider_id: Some(best.id),
        current_period_start: best.current_period_start,
        current_period_end: best.current_period_end,
        trial_end: best.trial_end,
        cancel_at_period_end: best.cancel_at_period_end,
        ..known
    }
}

#[cfg(test)]
mod tests;
