//! Following events of the payment provider, and the mails that they cause.

use super::super::Event;
use super::{Done, PAUSE, ROUNDS, Subscriptions, SubscriptionsError};
use crate::mail::Message;
use crate::store::{EventRecord, unless_busy};
use foundation::ids::UserId;
use foundation::plans::Plan;
use foundation::plans::Status;
use foundation::plans::Subscription;
use foundation::time;

/// How long one process may take to send the mail of an event.
const MAIL_SECONDS: i64 = 60;

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
            if unless_busy(self.store.apply_event(&event.id, lease, &user, (&known, &found)).await)? {
                tracing::info!(event = event.id, kind = event.kind, user = %user, status = ?found.status, "event");
                if let Some(notice) = notice {
                    self.notify(event, &user, notice, &found).await?;
                }
                return Ok(Receipt::Applied);
            }
            // Another was first, with this event or with the subscription; or the account is gone.
            tokio::time::sleep(PAUSE * round).await;
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
mod tests {
    use super::*;

    #[test]
    fn a_mail_is_only_sent_for_what_is_still_so() {
        let event = |kind: &str| Event { id: "evt_1".to_owned(), kind: kind.to_owned(), customer: None };
        let known = |status| Subscription { status, ..Subscription::default() };
        let (ends, failed) = (event("customer.subscription.trial_will_end"), event("invoice.payment_failed"));
        assert_eq!(Notice::of(&ends, &known(Status::Trialing)), Some(Notice::TrialEnds));
        assert_eq!(Notice::of(&ends, &known(Status::Active)), None);
        assert_eq!(Notice::of(&failed, &known(Status::PastDue)), Some(Notice::PaymentFailed));
        assert_eq!(Notice::of(&failed, &known(Status::Active)), None, "it was paid meanwhile");
        assert_eq!(Notice::of(&event("invoice.paid"), &known(Status::PastDue)), None);
    }
}
