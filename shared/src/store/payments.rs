//! What is kept for the payment provider: customers, subscriptions, events.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::billing::of;
use super::item::{Expression, Key};
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

/// How long events are remembered: they are delivered again for three days.
const EVENT_SECONDS: i64 = 30 * 86_400;

fn event_key(id: &str) -> Key {
    Key::alone(format!("STRIPE#EVENT#{id}"))
}

fn customer_key(customer: &str) -> Key {
    Key::alone(format!("STRIPE#CUSTOMER#{customer}"))
}

impl Store {
    /// Keeps who a user is at the payment provider.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when they are somebody else there already.
    pub(crate) async fn keep_customer(&self, user: &UserId, customer: &str) -> StoreResult<()> {
        let text = "SET #customer = :customer, #status = if_not_exists(#status, :none), #version = if_not_exists(#version, :zero)";
        let update = Expression::new(text)
            .name("#customer", "customer")
            .name("#status", "status")
            .name("#version", "version")
            .value(":customer", customer)
            .value(":none", "none")
            .value(":zero", 0);
        // Where it is known that there is none any more, it stands there as null.
        let condition = Expression::new(
            "attribute_not_exists(#customer) OR #customer = :customer OR attribute_type(#customer, :null)",
        )
        .value(":null", "NULL");
        let owner = serde_json::json!({"userId": user});
        self.transact(vec![
            Write::Update { key: of(user, "SUBSCRIPTION"), update, condition: Some(condition) },
            Write::put(customer_key(customer), &owner, None)?,
            // Not for an account that is being deleted.
            Write::Check { key: of(user, "PROFILE"), condition: Expression::present() },
        ])
        .await
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

    /// Keeps what is true of a subscription now. Where the customer is gone, both are written or none: nobody keeps
    /// a plan that nobody can end.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when something newer is kept, or the account is gone.
    pub(crate) async fn keep_subscription(
        &self,
        user: &UserId,
        known: &Subscription,
        found: &Subscription,
    ) -> StoreResult<()> {
        self.transact(keeping(user, known, found)?).await
    }

    /// Keeps an event and what the provider then says of the subscription, both or none.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when the event is known, something newer is kept, or the
    /// account is gone.
    pub(crate) async fn apply_event(
        &self,
        id: &str,
        mail_lease: Option<i64>,
        user: &UserId,
        (known, found): (&Subscription, &Subscription),
    ) -> StoreResult<()> {
        let expires_at = foundation::time::now().as_second() + EVENT_SECONDS;
        let record = serde_json::json!({"mailLease": mail_lease, "expiresAt": expires_at});
        let mut writes = vec![Write::put(event_key(id), &record, Some(Expression::absent()))?];
        writes.extend(keeping(user, known, found)?);
        self.transact(writes).await
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
        let update = Expression::new("SET #lease = :until").name("#lease", "mailLease").value(":until", until);
        let condition = Expression::new("#lease = :ended").value(":ended", ended);
        match self.update::<IgnoredAny>(&event_key(id), update, Some(condition)).await {
            Err(error) if error.is_condition() => Ok(false),
            other => other.map(|_| true),
        }
    }

    /// Lets the lease of an event's mail end then.
    pub(crate) async fn lease_event_mail_until(&self, id: &str, until: i64) -> StoreResult<()> {
        let update = Expression::new("SET #lease = :until").name("#lease", "mailLease").value(":until", until);
        self.update::<IgnoredAny>(&event_key(id), update, Some(Expression::present())).await.map(|_| ())
    }

    /// The mail of an event has left.
    pub(crate) async fn finish_event_mail(&self, id: &str) -> StoreResult<()> {
        let update = Expression::new("REMOVE #lease").name("#lease", "mailLease");
        self.update::<IgnoredAny>(&event_key(id), update, Some(Expression::present())).await.map(|_| ())
    }
}

/// Replaces a subscription that is still as it was known; a customer who is gone is forgotten with it.
fn keeping(user: &UserId, known: &Subscription, found: &Subscription) -> StoreResult<Vec<Write>> {
    let still = Expression::existing("#version = :seen AND #customer = :customer")
        .name("#version", "version")
        .name("#customer", "customer")
        .value(":seen", known.version)
        .value(":customer", &known.customer);
    let mut writes = vec![Write::put(of(user, "SUBSCRIPTION"), found, Some(still))?];
    let gone = known.customer.as_ref().filter(|_| found.customer.is_none());
    writes.extend(gone.map(|customer| Write::Delete { key: customer_key(customer), condition: None }));
    Ok(writes)
}
