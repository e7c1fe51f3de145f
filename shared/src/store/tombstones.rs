//! Tombstones: a deleted account whose items and objects are still being removed.
//!
//! From the moment that an account is deleted, nothing new is kept for it. Whatever may make an item in a
//! partition of a user (`USER#<id>`, `USER#<id>#CHAT#<id>`) is therefore written in a transaction that demands that
//! there be no tombstone of that user. This is decided here, by the key, for every write that the store does:
//! nobody has to think of it. Only a write whose condition holds of no item but one that is there (as
//! [`Condition::present`] and [`Condition::equals`]) goes without the check.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::error::{StoreError, held, unless_busy};
use super::expressions::{Change, Condition};
use super::figures::leaving;
use super::item::Key;
use super::payments::no_customer;
use super::transaction::Action;
use super::users::{address, google, owned_by, profile, unchanged};
use super::{Store, StoreResult, User, Write, sign_ins};
use foundation::ids::{SignInId, UserId};
use foundation::time;

/// How often it is tried again while other requests change the account.
const ROUNDS: usize = 8;
/// How long a tombstone stays after the last of the account is gone. No token, no presigned address, no running request
/// and no point of recovery of the table (35 days) lives as long.
const KEPT_SECONDS: i64 = 40 * 86_400;

/// Says that an account was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tombstone {
    /// When its owner had it deleted.
    pub deleted_at: Timestamp,
    /// When it may be forgotten, in epoch seconds; none as long as anything of the account may be left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
}

impl Tombstone {
    /// Its sort key, in the partition of the user.
    pub const SORT: &'static str = "TOMBSTONE";
}

fn key(partition: &str) -> Key {
    Key::new(partition, Tombstone::SORT)
}

fn of(id: &UserId) -> Key {
    key(&format!("USER#{id}"))
}

/// The partition that holds the tombstone of the user in whose partition this is.
fn owner(partition: &str) -> Option<String> {
    let id = partition.strip_prefix("USER#")?.split('#').next()?;
    Some(format!("USER#{id}"))
}

/// Whether a write under this condition may make an item of a user.
pub(super) fn is_checked(key: &Key, condition: Option<&Condition>) -> bool {
    let may_create = condition.is_none_or(|condition| !condition.demands_item());
    may_create && owner(&key.partition).is_some()
}

/// The checks that belong to these writes: one for each user of whom they may make an item.
pub(super) fn checks(writes: &[Write]) -> Vec<Write> {
    let made = writes.iter().filter_map(|write| match write.action {
        Action::Put(_) | Action::Change(_) => is_checked(&write.key, write.condition.as_ref()).then_some(&write.key),
        Action::Delete | Action::Check => None,
    });
    // The tombstone itself is no item that it forbids.
    let owners: BTreeSet<String> =
        made.filter(|key| key.sort != Tombstone::SORT).filter_map(|key| owner(&key.partition)).collect();
    owners.iter().map(|owner| Write::check(key(owner), Condition::absent())).collect()
}

/// Demands that the account of `id` is not being deleted.
pub(super) fn check(id: &UserId) -> Write {
    Write::check(of(id), Condition::absent())
}

impl Store {
    /// The tombstone of a user.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn tombstone(&self, id: &UserId) -> StoreResult<Option<Tombstone>> {
        self.get(&of(id)).await
    }

    /// Deletes what says that an account is there, and sets its tombstone, in one transaction: from then on its
    /// address and its Google identity are free, the sign-in that asks is over, and nothing new is kept for it.
    /// What it owned is left, but counts no more; the account as it was is given back, `None` where it was deleted
    /// before.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when other requests change the account all the time, or it has a customer at the payment
    /// provider.
    pub async fn close_account(&self, id: &UserId, sign_in: Option<&SignInId>) -> StoreResult<Option<User>> {
        let tombstone = Tombstone { deleted_at: time::now(), expires_at: None };
        for _ in 0..ROUNDS {
            let Some(user) = self.user(id).await? else { return Ok(None) };
            let tally = self.tally(id).await?;
            let delete_own = |key| Write::delete(key).when(Condition::absent().or(owned_by(id)));
            let mut writes = vec![
                Write::put(of(id), &tombstone)?.when(Condition::absent()),
                Write::delete(profile(id)).when(unchanged(user.version)),
                delete_own(address(&user.email)),
                // Nobody pays for an account that is gone: a customer made meanwhile is ended first.
                Write::check(Key::new(format!("USER#{id}"), "SUBSCRIPTION"), no_customer()),
            ];
            writes.extend(user.google_subject.as_deref().map(|subject| delete_own(google(subject))));
            writes.extend(sign_in.map(|sign_in| Write::delete(sign_ins::key(id, sign_in))));
            writes.extend(leaving(id, tally.as_ref()));
            if unless_busy(self.transact(writes).await.map(|written| written.is_ok()))? {
                return Ok(Some(user));
            }
        }
        Err(StoreError::Busy("the account is being changed by other requests".into()))
    }

    /// Lets a tombstone be forgotten some weeks from now: nothing of the account is left.
    ///
    /// # Errors
    /// [`StoreError::Refused`] where there is none.
    pub async fn let_tombstone_expire(&self, id: &UserId) -> StoreResult<()> {
        let change = Change::new().set("expiresAt", time::now().as_second() + KEPT_SECONDS);
        held(self.change_if(&of(id), change, Condition::present()).await?)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    fn put(partition: &str, sort: &str, condition: Option<Condition>) -> Write {
        Write { condition, ..Write::put(Key::new(partition, sort), &serde_json::json!({})).unwrap() }
    }

    fn checked(writes: &[Write]) -> Vec<String> {
        let keys = checks(writes).into_iter().map(|check| {
            assert!(matches!(check.action, Action::Check));
            assert_eq!((check.key.sort.as_str(), check.condition), ("TOMBSTONE", Some(Condition::absent())));
            check.key.partition
        });
        keys.collect()
    }

    #[test]
    fn whatever_may_make_an_item_of_a_user_is_checked_once() {
        let writes = [
            put("USER#a", "SETTINGS", None),
            put("USER#a#CHAT#c", "MSG#1", Some(Condition::absent())),
            put("USER#b", "CHAT#c", Some(Condition::missing("generation").or(Condition::equals("generation", "g")))),
            put("JOB#j", "JOB#j", None),
        ];
        assert_eq!(checked(&writes), ["USER#a", "USER#b"]);
    }

    #[test]
    fn what_changes_an_item_that_is_there_is_not() {
        let writes = [
            put("USER#a", "PROFILE", Some(unchanged(3))),
            put("USER#a", "CHAT#c", Some(Condition::present())),
            put("USER#a", "DOC#d", Some(Condition::missing("lease").and(Condition::equals("run", "r")))),
            Write::delete(Key::new("USER#a", "DOC#d")),
            put("EMAIL#x", "EMAIL#x", Some(Condition::absent())),
        ];
        assert!(checked(&writes).is_empty());
    }

    #[test]
    fn a_tombstone_forbids_no_tombstone() {
        assert!(checked(&[put("USER#a", Tombstone::SORT, Some(Condition::absent()))]).is_empty());
    }
}
