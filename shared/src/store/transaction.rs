//! Several writes, all or none.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};
use serde::Serialize;

use super::error::{Refused, StoreError};
use super::expressions::{Change, Condition, Expressive, Placeholders};
use super::item::{Attributes, Key};
use super::{Store, StoreResult, tombstones};
use foundation::ids::UserId;

/// How often a transaction that met another on the same item is tried again, and the first pause before it.
const MEETINGS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(10);

/// One write of a transaction.
#[derive(Debug, Clone)]
pub struct Write {
    pub(super) key: Key,
    pub(super) action: Action,
    pub(super) condition: Option<Condition>,
}

/// What is done with an item.
#[derive(Debug, Clone)]
pub(super) enum Action {
    Put(Attributes),
    Change(Change),
    Delete,
    /// Only demands something of it.
    Check,
}

impl Write {
    fn new(key: Key, action: Action) -> Self {
        Self { key, action, condition: None }
    }

    /// Puts `item` under `key`.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] when it cannot be represented.
    pub fn put<T: Serialize>(key: Key, item: &T) -> StoreResult<Self> {
        Ok(Self::new(key, Action::Put(serde_dynamo::to_item(item)?)))
    }

    /// Changes an item.
    #[must_use]
    pub fn change(key: Key, change: Change) -> Self {
        Self::new(key, Action::Change(change))
    }

    /// Deletes an item.
    #[must_use]
    pub fn delete(key: Key) -> Self {
        Self::new(key, Action::Delete)
    }

    /// Only demands something of an item.
    #[must_use]
    pub fn check(key: Key, condition: Condition) -> Self {
        Self::new(key, Action::Check).when(condition)
    }

    /// The same, where the condition holds.
    #[must_use]
    pub fn when(self, condition: Condition) -> Self {
        Self { condition: Some(condition), ..self }
    }
}

/// What came of one attempt.
enum Attempt {
    Over(Result<(), Refused>),
    /// Another transaction was at one of the items in the same moment.
    Met(StoreError),
}

impl Store {
    /// All writes or none; at most 99. Where one of them may make an item of a user, the user's account must not
    /// be about to be deleted: see [`super::tombstones`].
    ///
    /// # Errors
    /// [`StoreError::AccountDeleted`].
    pub async fn transact(&self, writes: Vec<Write>) -> StoreResult<Result<(), Refused>> {
        let checks = tombstones::checks(&writes);
        self.transact_checked(writes, checks).await
    }

    /// The same for writes that concern `user` in other partitions than the user's own.
    ///
    /// # Errors
    /// As [`Store::transact`].
    pub(super) async fn transact_for(&self, user: &UserId, writes: Vec<Write>) -> StoreResult<Result<(), Refused>> {
        self.transact_checked(writes, vec![tombstones::check(user)]).await
    }

    async fn transact_checked(&self, mut writes: Vec<Write>, checks: Vec<Write>) -> StoreResult<Result<(), Refused>> {
        let own = writes.len();
        writes.extend(checks);
        let items = writes.into_iter().map(|write| self.transaction_item(write)).collect::<StoreResult<Vec<_>>>()?;
        let mut meetings = 0;
        loop {
            match Box::pin(self.transact_once(items.clone(), own)).await? {
                Attempt::Over(result) => return Ok(result),
                Attempt::Met(error) if meetings == MEETINGS => return Err(error),
                Attempt::Met(_) => {
                    tokio::time::sleep(PAUSE * rand::random_range((1 << meetings)..(2 << meetings))).await;
                    meetings += 1;
                }
            }
        }
    }

    /// `own` are the caller's writes; what follows them are checks of accounts.
    async fn transact_once(&self, items: Vec<TransactWriteItem>, own: usize) -> StoreResult<Attempt> {
        let result = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        let Err(error) = result else { return Ok(Attempt::Over(Ok(()))) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
            return Err(error.into());
        };
        let places = |code: &str| -> Vec<usize> {
            let reasons = cancelled.cancellation_reasons().iter().enumerate();
            reasons.filter(|(_, reason)| reason.code() == Some(code)).map(|(place, _)| place).collect()
        };
        let failed = places("ConditionalCheckFailed");
        if failed.iter().any(|place| *place >= own) {
            Err(StoreError::AccountDeleted)
        } else if !failed.is_empty() {
            Ok(Attempt::Over(Err(Refused { failed })))
        } else if places("TransactionConflict").is_empty() {
            Err(StoreError::Busy(Box::new(error)))
        } else {
            Ok(Attempt::Met(StoreError::Busy(Box::new(error))))
        }
    }

    fn transaction_item(&self, write: Write) -> StoreResult<TransactWriteItem> {
        let failed = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Failed(Box::new(error));
        let Write { key, action, condition } = write;
        let mut placeholders = Placeholders::default();
        let condition = placeholders.condition(condition.as_ref());
        let (item, table, keys) = (TransactWriteItem::builder(), &self.table, key.attributes());
        let item = match action {
            Action::Put(mut attributes) => {
                attributes.extend(keys);
                let put = Put::builder().table_name(table).set_item(Some(attributes));
                let put = put.set_condition_expression(condition).explained(placeholders);
                item.put(put.build().map_err(failed)?)
            }
            Action::Change(change) => {
                let update = Update::builder().table_name(table).set_key(Some(keys));
                let update = update.update_expression(placeholders.change(&change));
                let update = update.set_condition_expression(condition).explained(placeholders);
                item.update(update.build().map_err(failed)?)
            }
            Action::Delete => {
                let delete = Delete::builder().table_name(table).set_key(Some(keys));
                let delete = delete.set_condition_expression(condition).explained(placeholders);
                item.delete(delete.build().map_err(failed)?)
            }
            Action::Check => {
                let check = ConditionCheck::builder().table_name(table).set_key(Some(keys));
                let check = check.set_condition_expression(condition).explained(placeholders);
                item.condition_check(check.build().map_err(failed)?)
            }
        };
        Ok(item.build())
    }
}
