//! Places: how many files of one user are read at the same time.
//!
//! An item per user has two places. A worker takes one by a conditional write before it claims what it works on, and
//! extends it as it does its claim; one whose process has died is free again when its lease has ended.

use super::expressions::{Change, Condition};
use super::item::Key;
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
    fn is_own(&self) -> Condition {
        Condition::equals(&format!("{}.id", self.attribute), &self.id)
    }

    fn is_over(&self) -> Condition {
        Condition::below(&format!("{}.until", self.attribute), time::now().as_millisecond())
    }

    /// Takes the place until the end of a lease from now.
    fn lease(&self) -> Change {
        let lease = serde_json::json!({"id": self.id, "until": lease_end()});
        Change::new().set(self.attribute, lease).set("expiresAt", time::now().as_second() + FORGOTTEN_SECONDS)
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
            let is_free = Condition::missing(attribute).or(place.is_over()).or(place.is_own());
            if self.change_if(&place.key, place.lease(), is_free).await? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    /// Extends the lease on a place. False when another has it by now.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn extend_place(&self, place: &Place) -> StoreResult<bool> {
        self.change_if(&place.key, place.lease(), place.is_own()).await
    }

    /// Makes a place free for the next file; one that is another's by now stays as it is.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn leave_place(&self, place: &Place) -> StoreResult<()> {
        self.change_if(&place.key, Change::new().remove([place.attribute]), place.is_own()).await?;
        Ok(())
    }
}
