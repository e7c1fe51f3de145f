//! What names a user, anywhere in the table.

use super::expressions::{Condition, Expressive, Placeholders};
use super::item::Key;
use super::{Store, StoreResult, Tombstone};
use foundation::ids::UserId;

/// What names a user: the key, or an attribute that says whose the item is. Tombstones stay for some weeks, and
/// counters of requests end by themselves.
fn names(user: &UserId) -> Condition {
    Condition::contains("PK", user.as_str())
        .or(Condition::equals("userId", user))
        .or(Condition::equals("owner", user))
        .and(Condition::differs("SK", Tombstone::SORT))
        .and(Condition::begins_with("PK", "RATE#").negated())
        .and(Condition::begins_with("PK", "BUCKET#").negated())
}

impl Store {
    /// The keys of all items that name a user, except for the tombstone and counters of requests. Reads the whole table.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn traces(&self, id: &UserId) -> StoreResult<Vec<Key>> {
        let mut placeholders = Placeholders::default();
        let filter = placeholders.condition(Some(&names(id)));
        let projection = placeholders.projection(&["PK", "SK"]);
        let scan = self.client.scan().table_name(&self.table).consistent_read(true);
        let scan = scan.projection_expression(projection).set_filter_expression(filter).explained(placeholders);
        let mut items = scan.into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(item) = items.next().await {
            keys.push(serde_dynamo::from_item(item?)?);
        }
        Ok(keys)
    }
}
