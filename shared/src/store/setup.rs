//! Making the table, for the local stack, tests and first deployments without a template.

use aws_sdk_dynamodb::error::BuildError;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, CreateGlobalSecondaryIndexAction, GlobalSecondaryIndex,
    GlobalSecondaryIndexUpdate, KeySchemaElement, KeyType, Projection, ProjectionType, ScalarAttributeType,
    TimeToLiveSpecification,
};

use super::StoreResult;
use super::error::StoreError;
use super::table::Store;

/// Lists of a user's objects by time.
pub(super) const INDEX: &str = "byTime";
/// Lists of all users' objects, newest first. It holds keys only, so that it is not written when an object changes.
pub(super) const NEWEST: &str = "newest";

/// The partition key and the sort key of each index.
const INDEX_KEYS: [&str; 2] = ["indexPartition", "indexSort"];
const NEWEST_KEYS: [&str; 2] = ["listPartition", "listSort"];

fn built(error: BuildError) -> StoreError {
    StoreError::Failed(Box::new(error))
}

impl Store {
    /// Makes the table with its indexes and expiry, where it is not there yet. One of an older system, without the index
    /// of all users' objects, is given it; then everything in the table has to be [counted](Store::recount), and this
    /// returns true.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_table(&self) -> StoreResult<bool> {
        if let Ok(found) = self.client.describe_table().table_name(&self.table).send().await {
            let indexes = found.table.and_then(|table| table.global_secondary_indexes).unwrap_or_default();
            let is_old = indexes.iter().all(|index| index.index_name.as_deref() != Some(NEWEST));
            if is_old {
                self.add_newest().await?;
            }
            return Ok(is_old);
        }
        let by_time = GlobalSecondaryIndex::builder()
            .index_name(INDEX)
            .set_key_schema(Some(keys(INDEX_KEYS)?))
            .projection(Projection::builder().projection_type(ProjectionType::All).build())
            .build()
            .map_err(built)?;
        let newest = GlobalSecondaryIndex::builder()
            .index_name(NEWEST)
            .set_key_schema(Some(keys(NEWEST_KEYS)?))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(built)?;
        let mut request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .set_key_schema(Some(keys(["PK", "SK"])?))
            .global_secondary_indexes(by_time)
            .global_secondary_indexes(newest);
        for name in [["PK", "SK"], INDEX_KEYS, NEWEST_KEYS].concat() {
            request = request.attribute_definitions(definition(name)?);
        }
        request.send().await?;
        let expiry = TimeToLiveSpecification::builder().enabled(true).attribute_name("expiresAt");
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(expiry.build().map_err(built)?)
            .send()
            .await?;
        Ok(false)
    }

    async fn add_newest(&self) -> StoreResult<()> {
        let index = CreateGlobalSecondaryIndexAction::builder()
            .index_name(NEWEST)
            .set_key_schema(Some(keys(NEWEST_KEYS)?))
            .projection(Projection::builder().projection_type(ProjectionType::KeysOnly).build())
            .build()
            .map_err(built)?;
        let mut request = self
            .client
            .update_table()
            .table_name(&self.table)
            .global_secondary_index_updates(GlobalSecondaryIndexUpdate::builder().create(index).build());
        for name in NEWEST_KEYS {
            request = request.attribute_definitions(definition(name)?);
        }
        request.send().await?;
        Ok(())
    }
}

/// A key schema: partition key and sort key.
fn keys([partition, sort]: [&str; 2]) -> StoreResult<Vec<KeySchemaElement>> {
    let key = |name: &str, kind| KeySchemaElement::builder().attribute_name(name).key_type(kind).build();
    Ok(vec![key(partition, KeyType::Hash).map_err(built)?, key(sort, KeyType::Range).map_err(built)?])
}

fn definition(name: &str) -> StoreResult<AttributeDefinition> {
    let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
    definition.build().map_err(built)
}
