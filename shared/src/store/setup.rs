//! Making the table, for the local stack, tests and first deployments without a template.

use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, TimeToLiveSpecification,
};

use super::StoreResult;
use super::error::StoreError;
use super::table::Store;

/// The one index: lists of a user's objects by time.
pub(super) const INDEX: &str = "byTime";

impl Store {
    /// Makes the table with its index and expiry, where it is not there yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn create_table(&self) -> StoreResult<()> {
        if self.client.describe_table().table_name(&self.table).send().await.is_ok() {
            return Ok(());
        }
        let built = |error: aws_sdk_dynamodb::error::BuildError| StoreError::Failed(Box::new(error));
        let index = GlobalSecondaryIndex::builder()
            .index_name(INDEX)
            .key_schema(key("indexPartition", KeyType::Hash).map_err(built)?)
            .key_schema(key("indexSort", KeyType::Range).map_err(built)?)
            .projection(Projection::builder().projection_type(ProjectionType::All).build())
            .build()
            .map_err(built)?;
        let mut request = self
            .client
            .create_table()
            .table_name(&self.table)
            .billing_mode(BillingMode::PayPerRequest)
            .key_schema(key("PK", KeyType::Hash).map_err(built)?)
            .key_schema(key("SK", KeyType::Range).map_err(built)?)
            .global_secondary_indexes(index);
        for name in ["PK", "SK", "indexPartition", "indexSort"] {
            let definition = AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S);
            request = request.attribute_definitions(definition.build().map_err(built)?);
        }
        request.send().await?;
        let expiry = TimeToLiveSpecification::builder().enabled(true).attribute_name("expiresAt");
        self.client
            .update_time_to_live()
            .table_name(&self.table)
            .time_to_live_specification(expiry.build().map_err(built)?)
            .send()
            .await?;
        Ok(())
    }
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, aws_sdk_dynamodb::error::BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}
