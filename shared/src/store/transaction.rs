//! Several writes, all or none.

use std::time::Duration;

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};
use serde::Serialize;

use super::error::StoreError;
use super::item::{Attributes, Expression, Joined, Key, some};
use super::{Store, StoreResult, tombstones};
use foundation::ids::UserId;

/// How often a transaction that met another on the same item is tried again, and the first pause before it.
const MEETINGS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(10);

/// One write of a transaction.
#[derive(Debug, Clone)]
pub enum Write {
    /// Puts an item.
    Put {
        /// Its key.
        key: Key,
        /// Its attributes, from [`Write::put`].
        attributes: Attributes,
        /// What must hold.
        condition: Option<Expression>,
    },
    /// Changes an item.
    Update {
        /// Its key.
        key: Key,
        /// The change.
        update: Expression,
        /// What must hold.
        condition: Option<Expression>,
    },
    /// Deletes an item.
    Delete {
        /// Its key.
        key: Key,
        /// What must hold.
        condition: Option<Expression>,
    },
    /// Only demands something of an item.
    Check {
        /// Its key.
        key: Key,
        /// What must hold.
        condition: Expression,
    },
}

impl Write {
    /// Puts `item` under `key`.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] when it cannot be represented.
    pub fn put<T: Serialize>(key: Key, item: &T, condition: Option<Expression>) -> StoreResult<Self> {
        Ok(Self::Put { attributes: serde_dynamo::to_item(item)?, key, condition })
    }
}

/// Why nothing was written.
enum Cancelled {
    /// Another transaction was at one of the items in the same moment.
    Met(StoreError),
    /// Another reason.
    For(StoreError),
}

impl Store {
    /// All writes or none; at most 99. Where one of them may make an item of a user, the user's account must not
    /// be about to be deleted: see [`super::tombstones`].
    ///
    /// # Errors
    /// [`StoreError::Condition`] with the places of the writes whose condition did not hold;
    /// [`StoreError::AccountDeleted`].
    pub async fn transact(&self, writes: Vec<Write>) -> StoreResult<()> {
        let checks = tombstones::checks(&writes);
        self.transact_checked(writes, checks).await
    }

    /// The same for writes that concern `user` in other partitions than the user's own.
    ///
    /// # Errors
    /// As [`Store::transact`].
    pub(super) async fn transact_for(&self, user: &UserId, writes: Vec<Write>) -> StoreResult<()> {
        self.transact_checked(writes, vec![tombstones::check(user)]).await
    }

    async fn transact_checked(&self, mut writes: Vec<Write>, checks: Vec<Write>) -> StoreResult<()> {
        let own = writes.len();
        writes.extend(checks);
        let items = writes.into_iter().map(|write| self.transaction_item(write)).collect::<StoreResult<Vec<_>>>()?;
        let mut meetings = 0;
        loop {
            match Box::pin(self.transact_once(items.clone(), own)).await {
                Err(Cancelled::Met(_)) if meetings < MEETINGS => {
                    tokio::time::sleep(PAUSE * rand::random_range((1 << meetings)..(2 << meetings))).await;
                    meetings += 1;
                }
                Err(Cancelled::Met(error) | Cancelled::For(error)) => return Err(error),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// `own` are the caller's writes; what follows them are checks of accounts.
    async fn transact_once(&self, items: Vec<TransactWriteItem>, own: usize) -> Result<(), Cancelled> {
        let result = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        let Err(error) = result else { return Ok(()) };
        let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) = error.as_service_error() else {
            return Err(Cancelled::For(error.into()));
        };
        let places = |code: &str| -> Vec<usize> {
            let reasons = cancelled.cancellation_reasons().iter().enumerate();
            reasons.filter(|(_, reason)| reason.code() == Some(code)).map(|(place, _)| place).collect()
        };
        let failed = places("ConditionalCheckFailed");
        if failed.iter().any(|place| *place >= own) {
            Err(Cancelled::For(StoreError::AccountDeleted))
        } else if !failed.is_empty() {
            Err(Cancelled::For(StoreError::Condition { failed }))
        } else if places("TransactionConflict").is_empty() {
            Err(Cancelled::For(StoreError::Busy(Box::new(error))))
        } else {
            Err(Cancelled::Met(StoreError::Busy(Box::new(error))))
        }
    }

    fn transaction_item(&self, write: Write) -> StoreResult<TransactWriteItem> {
        let failed = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Failed(Box::new(error));
        let item = TransactWriteItem::builder();
        Ok(match write {
            Write::Put { key, mut attributes, condition } => {
                attributes.extend(key.attributes());
                let Expression { text, names, values, .. } = condition.unwrap_or_default();
                let put = Put::builder()
                    .table_name(&self.table)
                    .set_item(Some(attributes))
                    .set_condition_expression(Some(text).filter(|text| !text.is_empty()))
                    .set_expression_attribute_names(some(names))
                    .set_expression_attribute_values(some(values));
                item.put(put.build().map_err(failed)?)
            }
            Write::Update { key, update, condition } => {
                let joined = Joined::of(update, condition);
                let update = Update::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .set_update_expression(joined.update)
                    .set_condition_expression(joined.condition)
                    .set_expression_attribute_names(some(joined.names))
                    .set_expression_attribute_values(some(joined.values));
                item.update(update.build().map_err(failed)?)
            }
            Write::Delete { key, condition } => {
                let Expression { text, names, values, .. } = condition.unwrap_or_default();
                let delete = Delete::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .set_condition_expression(Some(text).filter(|text| !text.is_empty()))
                    .set_expression_attribute_names(some(names))
                    .set_expression_attribute_values(some(values));
                item.delete(delete.build().map_err(failed)?)
            }
            Write::Check { key, condition } => {
                let check = ConditionCheck::builder()
                    .table_name(&self.table)
                    .set_key(Some(key.attributes()))
                    .condition_expression(condition.text)
                    .set_expression_attribute_names(some(condition.names))
                    .set_expression_attribute_values(some(condition.values));
                item.condition_check(check.build().map_err(failed)?)
            }
        }
        .build())
    }
}
