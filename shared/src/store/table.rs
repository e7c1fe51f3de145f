//! Reading and writing items. Everything else in the store is made of these calls.

use std::collections::HashMap;

use aws_config::SdkConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    AttributeValue, ConditionCheck, Delete, DeleteRequest, Put, ReturnValue, TransactWriteItem, Update, WriteRequest,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreResult;
use super::error::StoreError;
use super::item::{Expression, Key};
use crate::config::AwsConfig;

type Attributes = HashMap<String, AttributeValue>;

/// The table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) client: Client,
    pub(super) table: String,
}

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

/// How a partition is listed.
#[derive(Debug, Clone)]
pub struct Listing {
    pub(super) partition: String,
    pub(super) prefix: String,
    pub(super) index: bool,
    pub(super) newest_first: bool,
    pub(super) limit: Option<usize>,
    pub(super) filter: Option<Expression>,
}

impl Listing {
    /// The items of `partition` whose sort key begins with `prefix`, in the order of their sort keys.
    pub fn new(partition: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self {
            partition: partition.into(),
            prefix: prefix.into(),
            index: false,
            newest_first: false,
            limit: None,
            filter: None,
        }
    }

    /// The same over the index, whose keys are the attributes `indexPartition` and `indexSort`.
    /// The index may lag some milliseconds behind the table.
    pub fn indexed(partition: impl Into<String>, prefix: impl Into<String>) -> Self {
        Self { index: true, ..Self::new(partition, prefix) }
    }

    /// Greatest sort key first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// At most so many items.
    #[must_use]
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Only items for which the expression holds. They are read all the same.
    #[must_use]
    pub fn filter(mut self, filter: Expression) -> Self {
        self.filter = Some(filter);
        self
    }
}

impl Store {
    /// A client for the configured table.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: &AwsConfig) -> Self {
        let mut builder = aws_sdk_dynamodb::config::Builder::from(sdk);
        builder.set_endpoint_url(config.dynamodb_endpoint.clone());
        Self { client: Client::from_conf(builder.build()), table: config.table.clone() }
    }

    /// Reads an item, strongly consistent.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn get<T: DeserializeOwned>(&self, key: &Key) -> StoreResult<Option<T>> {
        let request = self.client.get_item().table_name(&self.table).set_key(Some(key.attributes()));
        let item = request.consistent_read(true).send().await?.item;
        Ok(item.map(serde_dynamo::from_item).transpose()?)
    }

    /// Writes a whole item.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when `condition` does not hold.
    pub async fn put<T: Serialize>(&self, key: &Key, item: &T, condition: Option<Expression>) -> StoreResult<()> {
        let mut attributes: Attributes = serde_dynamo::to_item(item)?;
        attributes.extend(key.attributes());
        let mut request = self.client.put_item().table_name(&self.table).set_item(Some(attributes));
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition.text)
                .set_expression_attribute_names(some(condition.names))
                .set_expression_attribute_values(some(condition.values));
        }
        request.send().await?;
        Ok(())
    }

    /// Changes an item and gives it back as it is then.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when `condition` does not hold.
    pub async fn update<T: DeserializeOwned>(
        &self,
        key: &Key,
        update: Expression,
        condition: Option<Expression>,
    ) -> StoreResult<T> {
        let joined = Joined::of(update, condition);
        let output = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .set_update_expression(joined.update)
            .set_condition_expression(joined.condition)
            .set_expression_attribute_names(some(joined.names))
            .set_expression_attribute_values(some(joined.values))
            .return_values(ReturnValue::AllNew)
            .send()
            .await?;
        Ok(serde_dynamo::from_item(output.attributes.unwrap_or_default())?)
    }

    /// Deletes an item; one that is not there is no error, unless `condition` says so.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when `condition` does not hold.
    pub async fn delete(&self, key: &Key, condition: Option<Expression>) -> StoreResult<()> {
        let mut request = self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes()));
        if let Some(condition) = condition {
            request = request
                .condition_expression(condition.text)
                .set_expression_attribute_names(some(condition.names))
                .set_expression_attribute_values(some(condition.values));
        }
        request.send().await?;
        Ok(())
    }

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

    /// Lists items of a partition.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn list<T: DeserializeOwned>(&self, listing: Listing) -> StoreResult<Vec<T>> {
        let limit = listing.limit.unwrap_or(usize::MAX);
        let mut items = Vec::new();
        let mut start = None;
        loop {
            let output = self.query(&listing, start).send().await?;
            items.extend(output.items.unwrap_or_default());
            start = output.last_evaluated_key;
            if start.is_none() || items.len() >= limit {
                break;
            }
        }
        items.truncate(limit);
        Ok(serde_dynamo::from_items(items)?)
    }

    /// Counts items of a partition without transferring them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count(&self, listing: Listing) -> StoreResult<usize> {
        let mut count = 0;
        let mut start = None;
        loop {
            let request = self.query(&listing, start).select(aws_sdk_dynamodb::types::Select::Count);
            let output = request.send().await?;
            count += usize::try_from(output.count).unwrap_or(0);
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    fn query(
        &self,
        listing: &Listing,
        start: Option<Attributes>,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        let (partition, sort) = if listing.index { ("indexPartition", "indexSort") } else { ("PK", "SK") };
        let mut request = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(listing.index.then(|| super::setup::INDEX.to_owned()))
            .expression_attribute_names("#partition", partition)
            .expression_attribute_values(":partition", AttributeValue::S(listing.partition.clone()))
            .scan_index_forward(!listing.newest_first)
            .consistent_read(!listing.index)
            .set_exclusive_start_key(start);
        let mut condition = "#partition = :partition".to_owned();
        if !listing.prefix.is_empty() {
            condition.push_str(" AND begins_with(#sort, :prefix)");
            request = request
                .expression_attribute_names("#sort", sort)
                .expression_attribute_values(":prefix", AttributeValue::S(listing.prefix.clone()));
        }
        if let Some(filter) = &listing.filter {
            for (placeholder, name) in &filter.names {
                request = request.expression_attribute_names(placeholder, name);
            }
            for (placeholder, value) in &filter.values {
                request = request.expression_attribute_values(placeholder, value.clone());
            }
            request = request.filter_expression(&filter.text);
        } else if let Some(limit) = listing.limit {
            request = request.limit(i32::try_from(limit.clamp(1, 1000)).unwrap_or(1000));
        }
        request.key_condition_expression(condition)
    }

    /// Deletes every item of a partition whose sort key begins with `prefix`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_all(&self, partition: &str, prefix: &str) -> StoreResult<()> {
        #[derive(serde::Deserialize)]
        struct Sort {
            #[serde(rename = "SK")]
            sort: String,
        }
        let items: Vec<Sort> = self.list(Listing::new(partition, prefix)).await?;
        for batch in items.chunks(25) {
            let mut requests = Vec::with_capacity(batch.len());
            for item in batch {
                let delete =
                    DeleteRequest::builder().set_key(Some(Key::new(partition, &item.sort).attributes())).build();
                let delete = delete.map_err(|error| StoreError::Failed(Box::new(error)))?;
                requests.push(WriteRequest::builder().delete_request(delete).build());
            }
            self.write_batch(requests).await?;
        }
        Ok(())
    }

    /// `DynamoDB` may leave some writes of a batch undone and asks to send them again.
    async fn write_batch(&self, mut requests: Vec<WriteRequest>) -> StoreResult<()> {
        for attempt in 0..8_u32 {
            let output = self.client.batch_write_item().request_items(&self.table, requests).send().await?;
            requests = output.unprocessed_items.unwrap_or_default().remove(&self.table).unwrap_or_default();
            if requests.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(std::time::Duration::from_millis(25 << attempt)).await;
        }
        Err(StoreError::Busy("a batch stayed unprocessed".into()))
    }
}

/// An update and its condition share their names and values.
struct Joined {
    update: Option<String>,
    condition: Option<String>,
    names: HashMap<String, String>,
    values: Attributes,
}

impl Joined {
    fn of(update: Expression, condition: Option<Expression>) -> Self {
        let condition = condition.unwrap_or_default();
        let (mut names, mut values) = (update.names, update.values);
        names.extend(condition.names);
        values.extend(condition.values);
        Self {
            update: Some(update.text),
            condition: Some(condition.text).filter(|text| !text.is_empty()),
            names,
            values,
        }
    }
}

/// The SDK takes no empty maps.
fn some<V>(map: HashMap<String, V>) -> Option<HashMap<String, V>> {
    Some(map).filter(|map| !map.is_empty())
}
