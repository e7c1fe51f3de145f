//! Reading and writing single items. With [`super::listing`] and [`super::transaction`], what
//! everything else in the store is made of.

use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::ReturnValue;
use aws_smithy_runtime_api::client::interceptors::SharedInterceptor;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::error::{StoreError, held, unless_refused};
use super::expressions::{Change, Condition, Expressive, Placeholders};
use super::item::{Attributes, Key};
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

    /// Writes a whole item.
    ///
    /// # Errors
    /// [`StoreError::AccountDeleted`].
    pub async fn put<T: Serialize>(&self, key: &Key, item: &T) -> StoreResult<()> {
        held(self.put_item(key, item, None).await?)
    }

    /// Writes a whole item, where the condition holds; whether it did.
    ///
    /// # Errors
    /// [`StoreError::AccountDeleted`].
    pub async fn put_if<T: Serialize>(&self, key: &Key, item: &T, condition: Condition) -> StoreResult<bool> {
        self.put_item(key, item, Some(condition)).await
    }

    /// Writes an item whose key nobody can have taken.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when somebody has; [`StoreError::AccountDeleted`].
    pub(super) async fn create<T: Serialize>(&self, key: &Key, item: &T) -> StoreResult<()> {
        held(self.put_if(key, item, Condition::absent()).await?)
    }

    /// Changes an item and gives it back as it is then.
    ///
    /// # Errors
    /// [`StoreError::AccountDeleted`].
    pub async fn update<T: DeserializeOwned>(&self, key: &Key, change: Change) -> StoreResult<T> {
        self.update_item(key, change, None).await?.ok_or(StoreError::Refused)
    }

    /// Changes an item, where the condition holds, and gives it back as it is then.
    ///
    /// # Errors
    /// [`StoreError::AccountDeleted`].
    pub async fn update_if<T: DeserializeOwned>(
        &self,
        key: &Key,
        change: Change,
        condition: Condition,
    ) -> StoreResult<Option<T>> {
        self.update_item(key, change, Some(condition)).await
    }

    /// Changes an item, where the condition holds; whether it did.
    ///
    /// # Errors
    /// [`StoreError::AccountDeleted`].
    pub async fn change_if(&self, key: &Key, change: Change, condition: Condition) -> StoreResult<bool> {
        Ok(self.update_item::<IgnoredAny>(key, change, Some(condition)).await?.is_some())
    }

    /// Deletes an item; one that is not there is no error.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete(&self, key: &Key) -> StoreResult<()> {
        held(self.delete_item(key, None).await?)
    }

    /// Deletes an item, where the condition holds; whether it did.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_if(&self, key: &Key, condition: Condition) -> StoreResult<bool> {
        self.delete_item(key, Some(condition)).await
    }

    /// Writes a whole item; whether the condition held. One that may be new is written in a transaction that checks the
    /// user's account: see [`super::tombstones`].
    async fn put_item<T: Serialize>(&self, key: &Key, item: &T, condition: Option<Condition>) -> StoreResult<bool> {
        if tombstones::is_checked(key, condition.as_ref()) {
            let write = Write { condition, ..Write::put(key.clone(), item)? };
            return Ok(self.transact(vec![write]).await?.is_ok());
        }
        let mut attributes: Attributes = serde_dynamo::to_item(item)?;
        attributes.extend(key.attributes());
        let mut placeholders = Placeholders::default();
        let request = self.client.put_item().table_name(&self.table).set_item(Some(attributes));
        let request = request.set_condition_expression(placeholders.condition(condition.as_ref()));
        Ok(unless_refused(request.explained(placeholders).send().await)?.is_some())
    }

    /// Changes an item; `None` where the condition did not hold. One that may be new is written in a transaction as
    /// well, and read afterwards; if it is gone by then, so is the account.
    async fn update_item<T: DeserializeOwned>(
        &self,
        key: &Key,
        change: Change,
        condition: Option<Condition>,
    ) -> StoreResult<Option<T>> {
        if tombstones::is_checked(key, condition.as_ref()) {
            let write = Write { condition, ..Write::change(key.clone(), change) };
            let written = self.transact(vec![write]).await?;
            return match written {
                Ok(()) => self.get(key).await?.ok_or(StoreError::AccountDeleted).map(Some),
                Err(_) => Ok(None),
            };
        }
        let mut placeholders = Placeholders::default();
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .update_expression(placeholders.change(&change))
            .set_condition_expression(placeholders.condition(condition.as_ref()))
            .return_values(ReturnValue::AllNew)
            .explained(placeholders);
        let Some(output) = unless_refused(request.send().await)? else { return Ok(None) };
        Ok(Some(serde_dynamo::from_item(output.attributes.unwrap_or_default())?))
    }

    /// Deletes an item; whether the condition held.
    async fn delete_item(&self, key: &Key, condition: Option<Condition>) -> StoreResult<bool> {
        let mut placeholders = Placeholders::default();
        let request = self.client.delete_item().table_name(&self.table).set_key(Some(key.attributes()));
        let request = request.set_condition_expression(placeholders.condition(condition.as_ref()));
        Ok(unless_refused(request.explained(placeholders).send().await)?.is_some())
    }
}
