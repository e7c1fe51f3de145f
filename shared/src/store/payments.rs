//! What is kept for the payment provider: customers, subscriptions, events.

use serde::Deserialize;

use super::billing::of;
use super::error::held;
use super::expressions::{Change, Condition};
use super::item::Key;
use super::{Store, StoreResult, Write};
use foundation::ids::UserId;
use foundation::plans::Subscription;

/// What is remembered of an event of the payment provider's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRecord {
    /// Until when somebody is sending its mail, in epoch seconds; none where no mail is to be sent any
    /// more.
    pub mail_lease: Option<i64>,
}

/// The attribute of [`EventRecord::mail_lease`].
const MAIL_LEASE: &str = "mailLease";
/// How long events are remembered: they are delivered again for three days.
const EVENT_SECONDS: i64 = 30 * 86_400;

fn event_key(id: &str) -> Key {
    Key::alone(format!("STRIPE#EVENT#{id}"))
}

fn customer_key(customer: &str) -> Key {
    Key::alone(format!("STRIPE#CUSTOMER#{customer}"))
}

impl Store {
    /// Keeps who a user is at the payment provider; not where they are somebody else there already, or the account is
    /// gone.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub(crate) async fn keep_customer(&self, user: &UserId, customer: &str) -> StoreResult<bool> {
        let change =
            Change::new().set("customer", customer).set_if_missing("status", "none").set_if_missing("version", 0);
        let own = no_customer().or(Condition::equals("customer", customer));
        let owner = serde_json::json!({"userId": user});
        let writes = vec![
            Write::change(of(user, "SUBSCRIPTION"), change).when(own),
            Write::put(customer_key(customer), &owner)?,
            // Not for an account that is being deleted.
            Write::check(of(user, "PROFILE"), Condition::present()),
        ];
        Ok(self.transact(writes).await?.is_ok())
    }

    /// Whose customer this is.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn customer_user(&self, customer: &str) -> StoreResult<Option<UserId>> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Owner {
            user_id: UserId,
        }
        let found: Option<Owner> = self.get(&customer_key(customer)).await?;
        Ok(found.map(|owner| owner.user_id))
    }

    /// Keeps what is true of a subscription now; not when something newer is kept, or the account is gone. Where the
    /// customer is gone, both are written or none: nobody keeps a plan that nobody can end.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub(crate) async fn keep_subscription(
        &self,
        user: &UserId,
        known: &Subscription,
        found: &Subscription,
    ) -> StoreResult<bool> {
        Ok(self.transact(keeping(user, known, found)?).await?.is_ok())
    }

    /// Keeps an event and what the provider then says of the subscription, both or none; not when the event is known,
    /// something newer is kept, or the account is gone.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub(crate) async fn apply_event(
        &self,
        id: &str,
        mail_lease: Option<i64>,
        user: &UserId,
        (known, found): (&Subscription, &Subscription),
    ) -> StoreResult<bool> {
        let expires_at = foundation::time::now().as_second() + EVENT_SECONDS;
        let record = serde_json::json!({"mailLease": mail_lease, "expiresAt": expires_at});
        let mut writes = vec![Write::put(event_key(id), &record)?.when(Condition::absent())];
        writes.extend(keeping(user, known, found)?);
        Ok(self.transact(writes).await?.is_ok())
    }

    /// What is remembered of an event.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn event(&self, id: &str) -> StoreResult<Option<EventRecord>> {
        self.get(&event_key(id)).await
    }

    /// Takes over the mail of an event whose lease has ended; whether nobody else was first.
    pub(crate) async fn lease_event_mail(&self, id: &str, ended: i64, until: i64) -> StoreResult<bool> {
        let change = Change::new().set(MAIL_LEASE, until);
        self.change_if(&event_key(id), change, Condition::equals(MAIL_LEASE, ended)).await
    }

    /// Lets the lease of an event's mail end then.
    pub(crate) async fn lease_event_mail_until(&self, id: &str, until: i64) -> StoreResult<()> {
        let change = Change::new().set(MAIL_LEASE, until);
        held(self.change_if(&event_key(id), change, Condition::present()).await?)
    }

    /// The mail of an event has left.
    pub(crate) async fn finish_event_mail(&self, id: &str) -> StoreResult<()> {
        let change = Change::new().remove([MAIL_LEASE]);
        held(self.change_if(&event_key(id), change, Condition::present()).await?)
    }
}

/// The payment provider has no customer of the account. Where it is known that there is none any more, it stands there
/// as null.
pub(super) fn no_customer() -> Condition {
    Condition::missing("customer").or(Condition::is_null("customer"))
}

/// Replaces a subscription that is still as it was known; a customer who is gone is forgotten with it.
fn keeping(user: &UserId, known: &Subscription, found: &Subscription) -> StoreResult<Vec<Write>> {
    let still = Condition::equals("version", known.version).and(Condition::equals("customer", &known.customer));
    let mut writes = vec![Write::put(of(user, "SUBSCRIPTION"), found)?.when(still)];
    let gone = known.customer.as_ref().filter(|_| found.customer.is_none());
    writes.extend(gone.map(|customer| Write::delete(customer_key(customer))));
    Ok(writes)
}
