//! What is used of a plan: counters of each month, and the version of the library.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::item::{Expression, Key};
use super::{Store, StoreResult, Write};
use foundation::ids::UserId;
use foundation::plans::Former;
use foundation::plans::Month;
use foundation::plans::Subscription;
use foundation::plans::Usage;

pub(super) fn of(user: &UserId, sort: impl Into<String>) -> Key {
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
        Ok(found.filter(|found| found.expires_at > foundation::time::now().as_second()))
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
