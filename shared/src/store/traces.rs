//! What names a user, anywhere in the table.

use serde::Deserialize;

use super::item::{Key, value};
use super::{Store, StoreResult, Tombstone};
use foundation::ids::UserId;

/// What names a user: the key, or an attribute that says whose the item is. Tombstones stay for some weeks, and
/// counters of requests end by themselves.
const NAMES_USER: &str = "(contains(PK, :id) OR userId = :id OR #owner = :id) AND SK <> :tombstone \
                          AND NOT begins_with(PK, :rate) AND NOT begins_with(PK, :bucket)";

#[derive(Deserialize)]
struct Found {
    #[serde(rename = "PK")]
    partition: String,
    #[serde(rename = "SK")]
    sort: String,
}

impl Store {
    /// The keys of all items that name a user, except for the tombstone and counters of requests. Reads the whole table.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn traces(&self, id: &UserId) -> StoreResult<Vec<Key>> {
        let scan = self.client.scan().table_name(&self.table).consistent_read(true);
        let scan = scan
            .projection_expression("PK, SK")
            .filter_expression(NAMES_USER)
            .expression_attribute_names("#owner", "owner")
            .expression_attribute_values(":id", value(id).0)
            .expression_attribute_values(":tombstone", value(Tombstone::SORT).0)
            .expression_attribute_values(":rate", value("RATE#").0)
            .expression_attribute_values(":bucket", value("BUCKET#").0);
        let mut items = scan.into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(item) = items.next().await {
            let Found { partition, sort } = serde_dynamo::from_item(item?)?;
            keys.push(Key::new(partition, sort));
        }
        Ok(keys)
    }
}
