//! Subscribing, ending it, and following what the payment provider says.
//!
//! What is known of a subscription here is a copy of what the provider knows. It is never computed
//! from an event, whose order nobody guarantees: an event only says that there is something new, and
//! then all subscriptions of the customer are read. The copy has a version, noted before the reading
//! and demanded by the writing, so that of two readings the older never replaces the newer.

use std::sync::Arc;
use std::time::Duration;

use super::{Checkout, Event, Invoice, NAME, Payments, ProvidedSubscription};
use crate::billing::{Billing, Plan, PlanId, Status, Subscription};
use crate::ids::UserId;
use crate::mail::{MailError, Mailer, Message};
use crate::provider::{ProviderError, ProviderFailure};
use crate::store::{EventRecord, Store, StoreError, User};
use crate::time;

/// How often a change is tried again while others change the same.
const ROUNDS: u32 = 10;
/// The first pause between two; it grows.
const PAUSE: Duration = Duration::from_millis(10);
/// How long one process may take to send the mail of an event.
const MAIL_SECONDS: i64 = 60;

/// Everything that can be done with subscriptions. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Subscriptions {
    store: Store,
    billing: Billing,
    payments: Arc<dyn Payments>,
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

type Done<T> = Result<T, SubscriptionsError>;

/// What came of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Receipt {
    /// It had its effect.
    Applied,
    /// It had its effect before.
    Repeated,
    /// It concerns nothing and nobody here.
    Ignored,
}

/// A mail that an event causes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Notice {
    TrialEnds,
    PaymentFailed,
}

impl Subscriptions {
    /// Paid for through `payments`.
    #[must_use]
    pub fn new(store: Store, billing: Billing, payments: Arc<dyn Payments>, mailer: Mailer) -> Self {
        Self { store, billing, payments, mailer }
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
        match self.payments.checkout(checkout(customer.clone())).await {
            Err(error) if self.is_gone(&error, &customer).await? => {
                self.forget(&user.id, &customer).await?;
                let customer = self.customer(user, None, Some(&customer)).await?;
                Ok(self.payments.checkout(checkout(customer)).await?)
            }
            page => Ok(page?),
        }
    }

    /// Whether something was refused because the provider does not know the customer any more.
    async fn is_gone(&self, error: &ProviderError, customer: &str) -> Done<bool> {
        Ok(matches!(error.failure, ProviderFailure::Rejected(_)) && !self.payments.has_customer(customer).await?)
    }

    /// The user's id at the provider, who learns of them now if need be; `former` is who they were there before.
    async fn customer(&self, user: &User, known: Option<String>, former: Option<&str>) -> Done<String> {
        if let Some(customer) = known {
            return Ok(customer);
        }
        let customer = self.payments.create_customer(&user.id, &user.email, former).await?;
        match self.store.keep_customer(&user.id, &customer).await {
            // Another request was first, with another address of the user's.
            Err(error) if error.is_condition() => {
                let known = self.store.subscription(&user.id).await?;
                known.and_then(|known| known.customer).ok_or(SubscriptionsError::Busy)
            }
            other => Ok(other.map(|()| customer)?),
        }
    }

    /// A page on which the user manages payment and plan; its address.
    ///
    /// # Errors
    /// [`SubscriptionsError::NotSubscribed`] for who never wanted to subscribe.
    pub async fn portal(&self, user: &UserId, return_url: &str, wish: &str) -> Done<String> {
        let customer = self.known_customer(user).await?.ok_or_else(|| self.nobody())?;
        let key = format!("{customer}/{return_url}/{wish}");
        Ok(self.payments.portal(&customer, return_url, key).await?)
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
            self.payments.cancel_at_period_end(id, cancel, key).await?;
        }
        self.refresh(user).await
    }

    /// The user's newest invoices.
    ///
    /// # Errors
    /// [`SubscriptionsError::Payments`].
    pub async fn invoices(&self, user: &UserId, limit: u8) -> Done<Vec<Invoice>> {
        match self.known_customer(user).await? {
            Some(customer) => Ok(self.payments.invoices(&customer, limit).await?),
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
            self.payments.delete_customer(&customer).await?;
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
            match self.store.keep_subscription(user, &known, &known.without_customer()).await {
                Err(error) if error.is_condition() || error.is_passing() => tokio::time::sleep(PAUSE * round).await,
                other => return Ok(other?),
            }
        }
        Err(SubscriptionsError::Busy)
    }

    /// What is true of a subscription now. Of several that were paid for, by pages that were open side by side, the
    /// others are ended.
    async fn found(&self, known: &Subscription, customer: &str) -> Done<Subscription> {
        let provided = match self.payments.subscriptions(customer).await {
            Err(error) if self.is_gone(&error, customer).await? => return Ok(known.without_customer()),
            provided => provided?,
        };
        let found = known.following(provided.clone());
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
            self.payments.cancel_now(&surplus.id).await?;
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
            match self.store.keep_subscription(user, &known, &found).await {
                Err(error) if error.is_condition() || error.is_passing() => tokio::time::sleep(PAUSE * round).await,
                other => return Ok(other?),
            }
        }
        Err(SubscriptionsError::Busy)
    }

    /// Follows an event whose signature was checked. Delivered again, in any order and at the same
    /// time, it has its effect once.
    ///
    /// # Errors
    /// [`SubscriptionsError`]: then it must be delivered again.
    pub async fn receive(&self, event: &Event) -> Done<Receipt> {
        let Some(customer) = event.customer.as_ref().filter(|_| event.concerns_subscriptions()) else {
            return Ok(Receipt::Ignored);
        };
        let Some(user) = self.store.customer_user(customer).await? else {
            tracing::warn!(event = event.id, kind = event.kind, "an event of a customer who is not known");
            return Ok(Receipt::Ignored);
        };
        for round in 0..ROUNDS {
            if let Some(record) = self.store.event(&event.id).await? {
                return self.receive_again(event, &user, &record).await;
            }
            // What is known now, then what is true: in this order.
            let known = self.store.subscription(&user).await?.unwrap_or_default();
            let is_deleted = event.kind == "customer.deleted";
            let found = if is_deleted { known.without_customer() } else { self.found(&known, customer).await? };
            let notice = Notice::of(event, &found);
            let lease = notice.map(|_| time::now().as_second() + MAIL_SECONDS);
            match self.store.apply_event(&event.id, lease, &user, (&known, &found)).await {
                Ok(()) => {
                    tracing::info!(event = event.id, kind = event.kind, user = %user, status = ?found.status, "event");
                    if let Some(notice) = notice {
                        self.notify(event, &user, notice, &found).await?;
                    }
                    return Ok(Receipt::Applied);
                }
                // Another was first, with this event or with the subscription; or the account is gone.
                Err(error) if error.is_condition() || error.is_passing() => tokio::time::sleep(PAUSE * round).await,
                Err(error) => return Err(error.into()),
            }
        }
        Err(SubscriptionsError::Busy)
    }

    /// The event is known; its mail may not have left.
    async fn receive_again(&self, event: &Event, user: &UserId, record: &EventRecord) -> Done<Receipt> {
        let Some(lease) = record.mail_lease else { return Ok(Receipt::Repeated) };
        let now = time::now().as_second();
        if lease > now || !self.store.lease_event_mail(&event.id, lease, now + MAIL_SECONDS).await? {
            return Err(SubscriptionsError::Busy);
        }
        let known = self.store.subscription(user).await?.unwrap_or_default();
        match Notice::of(event, &known) {
            Some(notice) => self.notify(event, user, notice, &known).await?,
            None => self.store.finish_event_mail(&event.id).await?,
        }
        Ok(Receipt::Applied)
    }

    async fn notify(&self, event: &Event, user: &UserId, notice: Notice, known: &Subscription) -> Done<()> {
        let sent = match self.store.user(user).await? {
            Some(account) => {
                let plan = known.plan_id.as_ref().and_then(|id| self.billing.plans().get(id));
                self.mailer.send(&account.email, &notice.message(plan, known)).await
            }
            None => Ok(()),
        };
        if let Err(error) = sent {
            // The next delivery tries again at once.
            self.store.lease_event_mail_until(&event.id, 0).await?;
            return Err(error.into());
        }
        Ok(self.store.finish_event_mail(&event.id).await?)
    }

    async fn known_customer(&self, user: &UserId) -> Done<Option<String>> {
        Ok(self.store.subscription(user).await?.and_then(|known| known.customer))
    }

    /// There is no subscription; where none can be had, that is the reason.
    fn nobody(&self) -> SubscriptionsError {
        if self.payments.name() == "none" {
            let advice = "Paying is not set up on this system. Its operator can set STRIPE_SECRET_KEY.".to_owned();
            let failure = ProviderFailure::NotConfigured { code: "billing_not_configured", advice };
            return ProviderError::new(NAME, failure).into();
        }
        SubscriptionsError::NotSubscribed
    }
}

impl Subscription {
    /// What is known once the provider has said which subscriptions there are: of the newest that
    /// gives a right to its plan; else of the newest.
    #[must_use]
    pub fn following(&self, found: Vec<ProvidedSubscription>) -> Self {
        let rank = |one: &ProvidedSubscription| {
            (one.status.is_entitled(), one.plan.is_some(), one.status == Status::Canceled, one.created, one.id.clone())
        };
        let begun = |one: &ProvidedSubscription| one.status != Status::None;
        let trial_used = self.trial_used || self.provider_id.is_some() || found.iter().any(begun);
        let known = Self { customer: self.customer.clone(), version: self.version + 1, trial_used, ..Self::default() };
        let Some(best) = found.into_iter().max_by_key(rank) else { return known };
        if best.status == Status::None {
            return known;
        }
        Self {
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
}

impl Notice {
    /// The mail that an event causes, as things are now: what has passed in the meantime is not told.
    fn of(event: &Event, found: &Subscription) -> Option<Self> {
        match (event.kind.as_str(), found.status) {
            ("customer.subscription.trial_will_end", Status::Trialing) => Some(Self::TrialEnds),
            ("invoice.payment_failed", Status::PastDue) => Some(Self::PaymentFailed),
            _ => None,
        }
    }

    fn message(self, plan: Option<&Plan>, known: &Subscription) -> Message {
        let name = plan.map_or("IntelliMaint", |plan| plan.name.as_str());
        match self {
            Self::TrialEnds => Message::trial_ends(name, known.trial_end, plan.map(|plan| &plan.price)),
            Self::PaymentFailed => Message::payment_failed(name),
        }
    }
}

#[cfg(test)]
mod tests;
