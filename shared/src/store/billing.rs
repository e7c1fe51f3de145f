//! Subscriptions, and counters of what is used.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::item::{Expression, Key};
use super::{Store, StoreResult, Write};
use crate::billing::{Former, Month, Subscription, Usage};
use crate::ids::UserId;

fn of(user: &UserId, sort: impl Into<String>) -> Key {
    Key::new(format!("USER#{user}"), sort)
}

fn usage_key(user: &UserId, month: &Month) -> Key {
    of(user, format!("USAGE#{month}"))
}

fn former_key(address: &str) -> Key {
    Key::alone(format!("FORMER#{address}"))
}

/// Adds to a counter, where it then is at most the limit.
fn add(counter: &str, amount: u64, month: &Month) -> Expression {
    Expression::new("SET #month = :month ADD #counter :amount")
        .name("#counter", counter)
        .name("#month", "month")
        .value(":amount", amount)
        .value(":month", month)
}

/// Takes away from a counter what was added to it.
fn take(counter: &str, amount: u64) -> (Expression, Expression) {
    let update =
        Expression::new("SET #counter = #counter - :amount").name("#counter", counter).value(":amount", amount);
    // What is gone, as with its account, is not made again.
    (update, Expression::existing("#counter >= :amount"))
}

const MESSAGES: &str = "messages";
const VOICE: &str = "voiceMilliseconds";
const EXTRACTION: &str = "extractionPages";

impl Store {
    /// What is known of a user's subscription.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn subscription(&self, user: &UserId) -> StoreResult<Option<Subscription>> {
        self.get(&of(user, "SUBSCRIPTION")).await
    }

    /// What a user has used in a month.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn usage(&self, user: &UserId, month: &Month) -> StoreResult<Usage> {
        Ok(self.get(&usage_key(user, month)).await?.unwrap_or_default())
    }

    /// Counts a question; whether there was room for it.
    pub(crate) async fn count_message(&self, user: &UserId, month: &Month, limit: Option<u64>) -> StoreResult<bool> {
        self.add_to_meter(user, month, MESSAGES, 1, limit).await
    }

    /// Counts milliseconds of speech; whether there was room for them.
    pub(crate) async fn count_voice(
        &self,
        user: &UserId,
        month: &Month,
        milliseconds: u64,
        limit: Option<u64>,
    ) -> StoreResult<bool> {
        self.add_to_meter(user, month, VOICE, milliseconds, limit).await
    }

    /// Counts pages of text extraction; whether there was room for them.
    pub(crate) async fn count_extraction(
        &self,
        user: &UserId,
        month: &Month,
        pages: u64,
        limit: Option<u64>,
    ) -> StoreResult<bool> {
        self.add_to_meter(user, month, EXTRACTION, pages, limit).await
    }

    async fn add_to_meter(
        &self,
        user: &UserId,
        month: &Month,
        counter: &str,
        amount: u64,
        limit: Option<u64>,
    ) -> StoreResult<bool> {
        let room = match limit {
            None => Expression::present(),
            Some(limit) if amount > limit => return Ok(false),
            Some(limit) => Expression::existing("attribute_not_exists(#counter) OR #counter <= :before")
                .value(":before", limit - amount),
        };
        let key = usage_key(user, month);
        if self.add_where_room(&key, add(counter, amount, month), room.clone()).await? {
            return Ok(true);
        }
        // Either there is no room, or this is the first of the month: then the item is made, which, unlike every
        // further count, has to look whether the account is being deleted.
        let update = add(counter, amount, month);
        let first = Write::Update { key: key.clone(), update, condition: Some(Expression::absent()) };
        match self.transact(vec![first]).await {
            Err(error) if error.is_condition() => self.add_where_room(&key, add(counter, amount, month), room).await,
            other => other.map(|()| true),
        }
    }

    /// Changes a counter that is there; whether there was room.
    async fn add_where_room(&self, key: &Key, update: Expression, room: Expression) -> StoreResult<bool> {
        match self.update::<IgnoredAny>(key, update, Some(room)).await {
            Err(error) if error.is_condition() => Ok(false),
            other => other.map(|_| true),
        }
    }

    /// Takes a question back.
    pub(crate) async fn uncount_message(&self, user: &UserId, month: &Month) -> StoreResult<()> {
        self.take_from_meter(user, month, MESSAGES, 1).await
    }

    /// Takes milliseconds of speech back.
    pub(crate) async fn uncount_voice(&self, user: &UserId, month: &Month, milliseconds: u64) -> StoreResult<()> {
        self.take_from_meter(user, month, VOICE, milliseconds).await
    }

    /// Takes pages of text extraction back.
    pub(crate) async fn uncount_extraction(&self, user: &UserId, month: &Month, pages: u64) -> StoreResult<()> {
        self.take_from_meter(user, month, EXTRACTION, pages).await
    }

    async fn take_from_meter(&self, user: &UserId, month: &Month, counter: &str, amount: u64) -> StoreResult<()> {
        let (update, condition) = take(counter, amount);
        match self.update::<IgnoredAny>(&usage_key(user, month), update, Some(condition)).await {
            Err(error) if !error.is_condition() => Err(error),
            _ => Ok(()),
        }
    }

    /// The same as a part of a transaction.
    pub(super) fn uncounting_message(user: &UserId, month: &Month) -> Write {
        let update = Expression::new("ADD #counter :amount").name("#counter", MESSAGES).value(":amount", -1);
        Write::Update { key: usage_key(user, month), update, condition: None }
    }

    /// Sets what a new account has used already.
    pub(crate) async fn set_usage(&self, user: &UserId, month: &Month, usage: &Usage) -> StoreResult<()> {
        let update = Expression::new("SET #month = :month, #messages = :messages, #voice = :voice, #pages = :pages")
            .name("#month", "month")
            .name("#messages", MESSAGES)
            .name("#voice", VOICE)
            .name("#pages", EXTRACTION)
            .value(":month", month)
            .value(":messages", usage.messages)
            .value(":voice", usage.voice_milliseconds)
            .value(":pages", usage.extraction_pages);
        let counted = self.update::<IgnoredAny>(&usage_key(user, month), update, Some(Expression::absent())).await;
        match counted {
            Err(error) if !error.is_condition() => Err(error),
            _ => Ok(()),
        }
    }

    /// Notes for a new account that the free days were had.
    pub(crate) async fn note_trial(&self, user: &UserId) -> StoreResult<()> {
        let noted = Subscription { trial_used: true, ..Subscription::default() };
        match self.put(&of(user, "SUBSCRIPTION"), &noted, Some(Expression::absent())).await {
            Err(error) if !error.is_condition() => Err(error),
            _ => Ok(()),
        }
    }

    /// Remembers a deleted account by the keyed hash of its address.
    pub(crate) async fn remember_former(&self, address: &str, former: &Former) -> StoreResult<()> {
        self.put(&former_key(address), former, None).await
    }

    /// What is remembered of a deleted account.
    pub(crate) async fn former(&self, address: &str) -> StoreResult<Option<Former>> {
        let found: Option<Former> = self.get(&former_key(address)).await?;
        Ok(found.filter(|found| found.expires_at > crate::time::now().as_second()))
    }

    /// Grows whenever documents are kept.
    pub(crate) async fn library_version(&self, user: &UserId) -> StoreResult<u64> {
        #[derive(Deserialize)]
        struct Library {
            version: u64,
        }
        let found: Option<Library> = self.get(&of(user, "LIBRARY")).await?;
        Ok(found.map_or(0, |library| library.version))
    }

    /// Lets it grow, where it is still as it was seen.
    pub(crate) fn next_library_version(user: &UserId, seen: u64) -> Write {
        let update = Expression::new("SET #version = :next").name("#version", "version").value(":next", seen + 1);
        let condition = match seen {
            0 => Expression::absent(),
            seen => Expression::existing("#version = :seen").value(":seen", seen),
        };
        Write::Update { key: of(user, "LIBRARY"), update, condition: Some(condition) }
    }
}

/// What is remembered of an event of the payment provider's.
#[cfg(feature = "payments")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EventRecord {
    /// Until when somebody is sending its mail, in epoch seconds; none where no mail is to be sent any
    /// more.
    pub mail_lease: Option<i64>,
}

/// How long events are remembered: they are delivered again for three days.
#[cfg(feature = "payments")]
const EVENT_SECONDS: i64 = 30 * 86_400;

#[cfg(feature = "payments")]
fn event_key(id: &str) -> Key {
    Key::alone(format!("STRIPE#EVENT#{id}"))
}

#[cfg(feature = "payments")]
fn customer_key(customer: &str) -> Key {
    Key::alone(format!("STRIPE#CUSTOMER#{customer}"))
}

#[cfg(feature = "payments")]
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
        let expires_at = crate::time::now().as_second() + EVENT_SECONDS;
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
#[cfg(feature = "payments")]
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
