//! Reading and writing single items. With [`super::listing`] and [`super::transaction`], what
//! everything else in the store is made of.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::error::StoreError;
use super::item::{Attributes, Expression, Joined, Key, some};
use super::{StoreResult, Write, tombstones};
use foundation::aws;
use foundation::config::AwsConfig;

/// How long one attempt of a call may take.
const ATTEMPT: Duration = Duration::from_secs(5);

/// The table. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Store {
    pub(super) client: Client,
    pub(super) table: String,
}

impl Store {
    /// A client for the configured table.
    #[must_use]
    pub fn new(sdk: &SdkConfig, config: &AwsConfig) -> Self {
        let sdk = aws::at(sdk, config.dynamodb_endpoint.as_deref());
        let mut builder = aws_sdk_dynamodb::config::Builder::from(&sdk).retry_classifier(aws::HonourRetryAfter);
        // A call that hangs is given up and repeated while the leases that wait for it still live.
        builder.set_timeout_config(Some(TimeoutConfig::builder().operation_attempt_timeout(ATTEMPT).build()));
        Self { client: Client::from_conf(builder.build()), table: config.table.clone() }
    }

    /// The same, with somebody who sees every request.
    #[must_use]
    pub(crate) fn watched(&self, watcher: SharedInterceptor) -> Self {
        let mut builder = self.client.config().to_builder();
        builder.push_interceptor(watcher);
        Self { client: Client::from_conf(builder.build()), table: self.table.clone() }
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

    /// Writes a whole item. One that may be new is written in a transaction that checks the user's account: see
    /// [`super::tombstones`].
    ///
    /// # Errors
    /// [`StoreError::Condition`] when `condition` does not hold; [`StoreError::AccountDeleted`].
    pub async fn put<T: Serialize>(&self, key: &Key, item: &T, condition: Option<Expression>) -> StoreResult<()> {
        if tombstones::is_checked(key, condition.as_ref()) {
            return self.transact(vec![Write::put(key.clone(), item, condition)?]).await;
        }
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

    /// Changes an item and gives it back as it is then. One that may be new is written in a transaction that checks
    /// the user's account, and read afterwards; if it is gone by then, so is the account.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when `condition` does not hold; [`StoreError::AccountDeleted`].
    pub async fn update<T: DeserializeOwned>(
        &self,
        key: &Key,
        update: Expression,
        condition: Option<Expression>,
    ) -> StoreResult<T> {
        if tombstones::is_checked(key, condition.as_ref()) {
            self.transact(vec![Write::Update { key: key.clone(), update, condition }]).await?;
            return self.get(key).await?.ok_or(StoreError::AccountDeleted);
        }
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
}
