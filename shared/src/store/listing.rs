//! Many items of a partition at once.

use async_stream::try_stream;
use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::Select;
use futures::Stream;
use serde::de::DeserializeOwned;

use super::expressions::{Condition, Expressive, Placeholders};
use super::item::Attributes;
use super::{Store, StoreResult};

/// How a partition is listed.
#[derive(Debug, Clone)]
pub struct Listing {
    pub(super) partition: String,
    pub(super) prefix: String,
    pub(super) index: bool,
    pub(super) newest_first: bool,
    pub(super) limit: Option<usize>,
    pub(super) filter: Option<Condition>,
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

    /// Only items for which the condition holds, which says nothing of the key. The others are read all the same.
    #[must_use]
    pub fn filter(mut self, filter: Condition) -> Self {
        self.filter = Some(filter);
        self
    }
}

impl Store {
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

    /// The items of a partition one after the other, read page by page as they are asked for. The limit of `listing` is
    /// that of a page.
    pub fn scan<T: DeserializeOwned + Send + 'static>(
        &self,
        listing: Listing,
    ) -> impl Stream<Item = StoreResult<T>> + Send + use<T> {
        let store = self.clone();
        try_stream! {
            let mut start = None;
            loop {
                let output = store.query(&listing, start).send().await?;
                for item in output.items.unwrap_or_default() {
                    yield serde_dynamo::from_item(item)?;
                }
                start = output.last_evaluated_key;
                if start.is_none() {
                    break;
                }
            }
        }
    }

    /// Counts items of a partition without transferring them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn count(&self, listing: Listing) -> StoreResult<usize> {
        let mut count = 0;
        let mut start = None;
        loop {
            let request = self.query(&listing, start).select(Select::Count);
            let output = request.send().await?;
            count += usize::try_from(output.count).unwrap_or(0);
            start = output.last_evaluated_key;
            if start.is_none() {
                return Ok(count);
            }
        }
    }

    fn query(&self, listing: &Listing, start: Option<Attributes>) -> QueryFluentBuilder {
        let names = if listing.index { ("indexPartition", "indexSort") } else { ("PK", "SK") };
        // What a filter leaves out counts for the limit of a page.
        let limit = listing.limit.filter(|_| listing.filter.is_none());
        let mut placeholders = Placeholders::default();
        self.client
            .query()
            .table_name(&self.table)
            .set_index_name(listing.index.then(|| super::setup::INDEX.to_owned()))
            .scan_index_forward(!listing.newest_first)
            .consistent_read(!listing.index)
            .set_exclusive_start_key(start)
            .set_limit(limit.map(|limit| i32::try_from(limit.clamp(1, 1000)).unwrap_or(1000)))
            .set_key_condition_expression(placeholders.condition(Some(&keys(
                names,
                &listing.partition,
                &listing.prefix,
            ))))
            .set_filter_expression(placeholders.condition(listing.filter.as_ref()))
            .explained(placeholders)
    }
}

/// The key condition of the items of a partition whose sort key begins with `prefix`; `names` are those of the
/// partition key and the sort key.
pub(super) fn keys(names: (&str, &str), partition: &str, prefix: &str) -> Condition {
    let in_partition = Condition::equals(names.0, partition);
    // DynamoDB takes no empty prefix.
    if prefix.is_empty() { in_partition } else { in_partition.and(Condition::begins_with(names.1, prefix)) }
}
