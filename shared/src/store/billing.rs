//! Subscriptions, and counters of what is used.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::item::{Expression, Key};
use super::{Store, StoreResult, Write};
use crate::billing::{Month, Subscription, Usage};
use crate::ids::UserId;

fn of(user: &UserId, sort: impl Into<String>) -> Key {
    Key::new(format!("USER#{user}"), sort)
}

fn usage_key(user: &UserId, month: &Month) -> Key {
    of(user, format!("USAGE#{month}"))
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
    (update, Expression::new("#counter >= :amount"))
}

const MESSAGES: &str = "messages";
const VOICE: &str = "voiceMilliseconds";

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

    async fn add_to_meter(
        &self,
        user: &UserId,
        month: &Month,
        counter: &str,
        amount: u64,
        limit: Option<u64>,
    ) -> StoreResult<bool> {
        let condition = match limit {
            None => None,
            Some(limit) if amount > limit => return Ok(false),
            Some(limit) => Some(
                Expression::new("attribute_not_exists(#counter) OR #counter <= :before")
                    .value(":before", limit - amount),
            ),
        };
        let counted = self.update::<IgnoredAny>(&usage_key(user, month), add(counter, amount, month), condition).await;
        match counted {
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
            seen => Expression::new("#version = :seen").value(":seen", seen),
        };
        Write::Update { key: of(user, "LIBRARY"), update, condition: Some(condition) }
    }
}
