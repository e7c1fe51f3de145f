//! What is used of a plan: counters of each month, and the version of the library.

use serde::Deserialize;

use super::error::StoreError;
use super::expressions::{Change, Condition};
use super::item::Key;
use super::{Store, StoreResult, Write};
use foundation::ids::UserId;
use foundation::plans::FormerUsage;
use foundation::plans::Month;
use foundation::plans::Subscription;
use foundation::plans::Usage;

pub(super) fn of(user: &UserId, sort: impl Into<String>) -> Key {
    Key::new(format!("USER#{user}"), sort)
}

fn usage_key(user: &UserId, month: &Month) -> Key {
    of(user, format!("USAGE#{month}"))
}

fn former_key(address: &str) -> Key {
    Key::alone(format!("FORMER#{address}"))
}

/// How often it is tried again when other requests were first.
const ROUNDS: usize = 8;

const MESSAGES: &str = "messages";
const VOICE: &str = "voiceMilliseconds";
const EXTRACTION: &str = "extractionPages";

impl Store {
    /// What is known of a user's subscription.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn subscription(&self, user: &UserId) -> StoreResult<Option<Subscription>> {
        self.get(&of(user, "SUBSCRIPTION")).await
    }

    /// What a user has used in a month.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn usage(&self, user: &UserId, month: &Month) -> StoreResult<Usage> {
        Ok(self.get(&usage_key(user, month)).await?.unwrap_or_default())
    }

    /// Counts a question; whether there was room for it.
    pub(crate) async fn count_message(&self, user: &UserId, month: &Month, limit: Option<u64>) -> StoreResult<bool> {
        self.add_to_meter(user, month, MESSAGES, 1, limit).await
    }

    /// Counts milliseconds of speech; whether there was room for them.
    pub(crate) async fn count_voice(
        &self,
        user: &UserId,
        month: &Month,
        milliseconds: u64,
        limit: Option<u64>,
    ) -> StoreResult<bool> {
        self.add_to_meter(user, month, VOICE, milliseconds, limit).await
    }

    /// Counts pages of text extraction; whether there was room for them.
    pub(crate) async fn count_extraction(
        &self,
        user: &UserId,
        month: &Month,
        pages: u64,
        limit: Option<u64>,
    ) -> StoreResult<bool> {
        self.add_to_meter(user, month, EXTRACTION, pages, limit).await
    }

    async fn add_to_meter(
        &self,
        user: &UserId,
        month: &Month,
        counter: &str,
        amount: u64,
        limit: Option<u64>,
    ) -> StoreResult<bool> {
        let room = match limit {
            None => Condition::present(),
            Some(limit) if amount > limit => return Ok(false),
            Some(limit) => {
                Condition::present().and(Condition::missing(counter).or(Condition::at_most(counter, limit - amount)))
            }
        };
        let key = usage_key(user, month);
        let count = || Change::new().add(counter, amount).set("month", month);
        if self.change_if(&key, count(), room.clone()).await? {
            return Ok(true);
        }
        // Either there is no room, or this is the first of the month: then the item is made, which, unlike every
        // further count, has to look whether the account is being deleted.
        Ok(self.begin_month(user, month, count()).await? || self.change_if(&key, count(), room).await?)
    }

    /// Makes the item of a month, which also notes that the user is active in it; whether there was none yet.
    async fn begin_month(&self, user: &UserId, month: &Month, change: Change) -> StoreResult<bool> {
        let first = Write::change(usage_key(user, month), change).when(Condition::absent());
        for _ in 0..ROUNDS {
            let active = self.becoming_active(user, month).await?;
            match self.transact([vec![first.clone()], active].concat()).await? {
                Ok(()) => return Ok(true),
                Err(refused) if refused.failed.contains(&0) => return Ok(false),
                // Other figures of the user have changed meanwhile.
                Err(_) => {}
            }
        }
        Err(StoreError::Busy("the figures of the user are being changed by other requests".into()))
    }

    /// Takes a question back.
    pub(crate) async fn uncount_message(&self, user: &UserId, month: &Month) -> StoreResult<()> {
        self.take_from_meter(user, month, MESSAGES, 1).await
    }

    /// Takes milliseconds of speech back.
    pub(crate) async fn uncount_voice(&self, user: &UserId, month: &Month, milliseconds: u64) -> StoreResult<()> {
        self.take_from_meter(user, month, VOICE, milliseconds).await
    }

    /// Takes pages of text extraction back.
    pub(crate) async fn uncount_extraction(&self, user: &UserId, month: &Month, pages: u64) -> StoreResult<()> {
        self.take_from_meter(user, month, EXTRACTION, pages).await
    }

    async fn take_from_meter(&self, user: &UserId, month: &Month, counter: &str, amount: u64) -> StoreResult<()> {
        // What is gone, as with its account, is not made again.
        let counted = Condition::at_least(counter, amount);
        self.change_if(&usage_key(user, month), Change::new().subtract(counter, amount), counted).await?;
        Ok(())
    }

    /// The same as a part of a transaction.
    pub(super) fn uncounting_message(user: &UserId, month: &Month) -> Write {
        Write::change(usage_key(user, month), Change::new().add(MESSAGES, -1))
    }

    /// Sets what a new account has used already.
    pub(crate) async fn set_usage(&self, user: &UserId, month: &Month, usage: &Usage) -> StoreResult<()> {
        let change = Change::new()
            .set("month", month)
            .set(MESSAGES, usage.messages)
            .set(VOICE, usage.voice_milliseconds)
            .set(EXTRACTION, usage.extraction_pages);
        self.begin_month(user, month, change).await?;
        Ok(())
    }

    /// Notes for a new account that the free days were had.
    pub(crate) async fn note_trial(&self, user: &UserId) -> StoreResult<()> {
        let noted = Subscription { trial_used: true, ..Subscription::default() };
        self.put_if(&of(user, "SUBSCRIPTION"), &noted, Condition::absent()).await?;
        Ok(())
    }

    /// Remembers a deleted account by the keyed hash of its address.
    pub(crate) async fn remember_former(&self, address: &str, former: &FormerUsage) -> StoreResult<()> {
        self.put(&former_key(address), former).await
    }

    /// What is remembered of a deleted account.
    pub(crate) async fn former(&self, address: &str) -> StoreResult<Option<FormerUsage>> {
        let found: Option<FormerUsage> = self.get(&former_key(address)).await?;
        Ok(found.filter(|found| found.expires_at > foundation::time::now().as_second()))
    }

    /// Grows whenever documents are kept.
    pub(crate) async fn library_version(&self, user: &UserId) -> StoreResult<u64> {
        #[derive(Deserialize)]
        struct Library {
            version: u64,
        }
        let found: Option<Library> = self.get(&of(user, "LIBRARY")).await?;
        Ok(found.map_or(0, |library| library.version))
    }

    /// Lets it grow, where it is still as it was seen.
    pub(crate) fn next_library_version(user: &UserId, seen: u64) -> Write {
        let unchanged = match seen {
            0 => Condition::absent(),
            seen => Condition::equals("version", seen),
        };
        Write::change(of(user, "LIBRARY"), Change::new().set("version", seen + 1)).when(unchanged)
    }
}
