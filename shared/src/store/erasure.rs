//! Deleting much: whole partitions, a page of keys at a time, in batches side by side.

use std::time::Duration;

use aws_sdk_dynamodb::types::{DeleteRequest, WriteRequest};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Deserialize;

use super::documents::MultipartState;
use super::error::StoreError;
use super::expressions::{Expressive, Placeholders};
use super::item::Key;
use super::listing::keys;
use super::{Store, StoreResult};

/// Items of a batch: what `DynamoDB` takes.
const BATCH: usize = 25;
/// Batches at the same time.
const SIDE_BY_SIDE: usize = 8;
/// How often the rest of a batch is sent again, and the first pause before it.
const ROUNDS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(25);
/// Keys of a page.
const PAGE: i32 = 500;

/// What is left of a partition: an item, as far as its deletion needs to know it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Left {
    /// Its sort key.
    #[serde(rename = "SK")]
    pub sort: String,
    /// Of a document, its multipart upload.
    pub upload: Option<MultipartState>,
}

impl Store {
    /// A page of what is left of a partition: at most 500 items with sort keys behind `after`, in their order, and
    /// whether there may be more.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn left_in(&self, partition: &str, prefix: &str, after: Option<&str>) -> StoreResult<(Vec<Left>, bool)> {
        let start = after.map(|sort| Key::new(partition, sort).attributes());
        let mut placeholders = Placeholders::default();
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .set_key_condition_expression(placeholders.condition(Some(&keys(("PK", "SK"), partition, prefix))))
            .projection_expression(placeholders.projection(&["SK", "upload"]))
            .consistent_read(true)
            .limit(PAGE)
            .set_exclusive_start_key(start)
            .explained(placeholders);
        let output = request.send().await?;
        let more = output.last_evaluated_key.is_some();
        Ok((serde_dynamo::from_items(output.items.unwrap_or_default())?, more))
    }

    /// Deletes every item of a partition whose sort key begins with `prefix`; how many there were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn delete_all(&self, partition: &str, prefix: &str) -> StoreResult<usize> {
        let (mut count, mut after) = (0, None);
        loop {
            let (page, more) = self.left_in(partition, prefix, after.as_deref()).await?;
            after = page.last().map(|last| last.sort.clone());
            count += page.len();
            self.delete_items(page.into_iter().map(|left| Key::new(partition, left.sort)).collect()).await?;
            if !more || after.is_none() {
                return Ok(count);
            }
        }
    }

    /// Deletes items; those that are not there are no error.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where storage leaves some undone again and again.
    pub async fn delete_items(&self, keys: Vec<Key>) -> StoreResult<()> {
        let batches: Vec<Vec<Key>> = keys.chunks(BATCH).map(<[Key]>::to_vec).collect();
        let batches = stream::iter(batches).map(|batch| self.delete_batch(batch));
        batches.buffer_unordered(SIDE_BY_SIDE).try_collect().await
    }

    /// `DynamoDB` may leave some writes of a batch undone and asks to send them again.
    async fn delete_batch(&self, keys: Vec<Key>) -> StoreResult<()> {
        let request = |key: Key| {
            let delete = DeleteRequest::builder().set_key(Some(key.attributes())).build();
            let delete = delete.map_err(|error| StoreError::Failed(Box::new(error)))?;
            Ok::<_, StoreError>(WriteRequest::builder().delete_request(delete).build())
        };
        let mut requests = keys.into_iter().map(request).collect::<StoreResult<Vec<_>>>()?;
        for round in 0..ROUNDS {
            let output = self.client.batch_write_item().request_items(&self.table, requests).send().await?;
            requests = output.unprocessed_items.unwrap_or_default().remove(&self.table).unwrap_or_default();
            if requests.is_empty() {
                return Ok(());
            }
            tokio::time::sleep(PAUSE * (1 << round)).await;
        }
        Err(StoreError::Busy("a batch stayed unprocessed".into()))
    }
}
