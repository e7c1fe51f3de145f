//! Places: how many files of one user are read at the same time.
//!
//! An item per user has two places. A worker takes one by a conditional write before it claims what it works on, and
//! extends it as it does its claim; one whose process has died is free again when its lease has ended.

use serde::de::IgnoredAny;

use super::item::{Expression, Key};
use super::runs::lease_end;
use super::{Store, StoreResult};
use foundation::ids::{UserId, new_ulid};
use foundation::time;

/// Attributes of the item, one for each file that may be read at the same time.
const PLACES: [&str; 2] = ["first", "second"];
/// An item that nobody has changed for so long may go.
const FORGOTTEN_SECONDS: i64 = 86_400;

/// A place that this worker has.
#[derive(Debug, Clone)]
pub struct Place {
    key: Key,
    attribute: &'static str,
    id: String,
}

impl Place {
    fn is_own(&self) -> Expression {
        Expression::existing("#place.#id = :id").name("#id", "id").name("#place", self.attribute).value(":id", &self.id)
    }

    /// Takes the place until the end of a lease from now.
    fn lease(&self) -> Expression {
        let lease = serde_json::json!({"id": self.id, "until": lease_end()});
        Expression::new("SET #place = :lease, #expires = :expires")
            .name("#place", self.attribute)
            .name("#expires", "expiresAt")
            .value(":lease", lease)
            .value(":expires", time::now().as_second() + FORGOTTEN_SECONDS)
    }
}

impl Store {
    /// Takes a place of the user's; none where as many of their files are being read as may be.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn take_place(&self, user: &UserId) -> StoreResult<Option<Place>> {
        let key = Key::new(format!("USER#{user}"), "PLACES");
        for attribute in PLACES {
            let place = Place { key: key.clone(), attribute, id: new_ulid() };
            // A call whose answer got lost is repeated, and finds its own lease.
            let is_free = Expression::new("attribute_not_exists(#place) OR #place.#until < :now OR #place.#id = :id")
                .name("#until", "until")
                .name("#id", "id")
                .value(":id", &place.id)
                .value(":now", time::now().as_millisecond());
            match self.update::<IgnoredAny>(&place.key, place.lease(), Some(is_free)).await {
                Ok(_) => return Ok(Some(place)),
                Err(error) if error.is_condition() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    /// Extends the lease on a place.
    ///
    /// # Errors
    /// [`super::StoreError::Condition`] when another has it by now.
    pub async fn extend_place(&self, place: &Place) -> StoreResult<()> {
        self.update::<IgnoredAny>(&place.key, place.lease(), Some(place.is_own())).await.map(|_| ())
    }

    /// Makes a place free for the next file; one that is another's by now stays as it is.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn leave_place(&self, place: &Place) -> StoreResult<()> {
        let update = Expression::new("REMOVE #place");
        match self.update::<IgnoredAny>(&place.key, update, Some(place.is_own())).await {
            Err(error) if !error.is_condition() => Err(error),
            _ => Ok(()),
        }
    }
}
