//! Several writes, all or none.

use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{ConditionCheck, Delete, Put, TransactWriteItem, Update};
use serde::Serialize;

use super::error::StoreError;
use super::item::{Attributes, Expression, Joined, Key, some};
use super::{Store, StoreResult};

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

impl Store {
    /// All writes or none; at most 100.
    ///
    /// # Errors
    /// [`StoreError::Condition`] with the places of the writes whose condition did not hold.
    pub async fn transact(&self, writes: Vec<Write>) -> StoreResult<()> {
        let items = writes.into_iter().map(|write| self.transaction_item(write)).collect::<StoreResult<Vec<_>>>()?;
        let result = self.client.transact_write_items().set_transact_items(Some(items)).send().await;
        match result {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons().iter().enumerate();
                    let failed: Vec<usize> = reasons
                        .filter(|(_, reason)| reason.code() == Some("ConditionalCheckFailed"))
                        .map(|(place, _)| place)
                        .collect();
                    Err(if failed.is_empty() {
                        StoreError::Busy(Box::new(error))
                    } else {
                        StoreError::Condition { failed }
                    })
                }
                _ => Err(error.into()),
            },
        }
    }

    fn transaction_item(&self, write: Write) -> StoreResult<TransactWriteItem> {
        let failed = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Failed(Box::new(error));
        let item = TransactWriteItem::builder();
        Ok(match write {
            Write::Put { key, mut attributes, condition } => {
                attributes.extend(key.attributes());
                let Expression { text, names, values } = condition.unwrap_or_default();
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
                let Expression { text, names, values } = condition.unwrap_or_default();
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
