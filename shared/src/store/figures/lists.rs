//! The newest users and uploads of all, by an index that holds keys only: it is written when something comes and goes,
//! not when it changes, and what it lists is read from the table.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use futures::{StreamExt, TryStreamExt, stream};
use serde::de::DeserializeOwned;

use super::{Item, Tally, tally};
use crate::store::error::StoreError;
use crate::store::expressions::{Expressive, Placeholders};
use crate::store::item::{Attributes, Key};
use crate::store::listing::keys;
use crate::store::setup::NEWEST;
use crate::store::{Document, Store, StoreResult, User, billing, users};
use foundation::ids::UserId;
use foundation::plans::Subscription;

/// The list of all users with a verified address.
pub(super) const USERS: &str = "USERS";
/// The list of all uploads.
pub(in crate::store) const UPLOADS: &str = "UPLOADS";

/// Keys of a batch: what `DynamoDB` takes.
const BATCH: usize = 100;
/// Batches at the same time.
const SIDE_BY_SIDE: usize = 8;
/// How often the rest of a batch is asked for again, and the first pause before it.
const ROUNDS: u32 = 6;
const PAUSE: Duration = Duration::from_millis(25);

/// The newest rows of a list.
#[derive(Debug)]
pub struct Newest<T> {
    /// Newest first.
    pub rows: Vec<T>,
    /// Whether these are all.
    pub is_whole: bool,
}

/// A user with what is counted of them.
#[derive(Debug)]
pub struct UserFigures {
    /// The account.
    pub user: User,
    /// What is counted.
    pub tally: Tally,
    /// What the user pays for.
    pub subscription: Subscription,
}

/// A document with its owner.
#[derive(Debug)]
pub struct Upload {
    /// The document.
    pub document: Document,
    /// Whose it is.
    pub owner: User,
}

impl Store {
    /// The newest users whose address is verified, at most `most`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest_users(&self, most: usize) -> StoreResult<Newest<UserFigures>> {
        let (found, is_whole) = self.newest(USERS, most).await?;
        let ids: Vec<UserId> = found.iter().filter_map(owner).collect();
        let subscription = |id: &UserId| billing::of(id, "SUBSCRIPTION");
        let (mut accounts, mut tallies, mut subscriptions) = tokio::try_join!(
            self.get_all::<User>(ids.iter().map(users::profile).collect()),
            self.get_all::<Item>(ids.iter().map(tally::key).collect()),
            self.get_all::<Subscription>(ids.iter().map(subscription).collect()),
        )?;
        // An account that is deleted meanwhile is left out.
        let rows = ids.iter().filter_map(|id| {
            Some(UserFigures {
                user: accounts.remove(&users::profile(id))?,
                tally: tallies.remove(&tally::key(id))?.into(),
                subscription: subscriptions.remove(&subscription(id)).unwrap_or_default(),
            })
        });
        Ok(Newest { rows: rows.collect(), is_whole })
    }

    /// The newest documents of all users whose file has arrived, at most `most`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn newest_uploads(&self, most: usize) -> StoreResult<Newest<Upload>> {
        let (found, is_whole) = self.newest(UPLOADS, most).await?;
        let owners: BTreeSet<UserId> = found.iter().filter_map(owner).collect();
        let (mut documents, accounts) = tokio::try_join!(
            self.get_all::<Document>(found.clone()),
            self.get_all::<User>(owners.iter().map(users::profile).collect()),
        )?;
        // Those of a deleted account are left out, also while they are still being removed.
        let rows = found.iter().filter_map(|key| {
            let document = documents.remove(key)?;
            let owner = accounts.get(&users::profile(&document.user_id))?.clone();
            Some(Upload { document, owner })
        });
        Ok(Newest { rows: rows.collect(), is_whole })
    }

    /// The keys of the newest items of a list, at most `most`, and whether these are all.
    async fn newest(&self, list: &str, most: usize) -> StoreResult<(Vec<Key>, bool)> {
        let mut found: Vec<Key> = Vec::new();
        let mut start = None;
        // One more tells whether there are more.
        while found.len() <= most {
            let limit = i32::try_from(most + 1 - found.len()).unwrap_or(i32::MAX);
            let mut placeholders = Placeholders::default();
            let condition = placeholders.condition(Some(&keys(("listPartition", "listSort"), list, "")));
            let request = self.client.query().table_name(&self.table).index_name(NEWEST);
            let request = request.set_key_condition_expression(condition).scan_index_forward(false).limit(limit);
            let output = request.set_exclusive_start_key(start).explained(placeholders).send().await?;
            found.extend(serde_dynamo::from_items::<_, Key>(output.items.unwrap_or_default())?);
            start = output.last_evaluated_key;
            if start.is_none() {
                break;
            }
        }
        let is_whole = found.len() <= most;
        found.truncate(most);
        Ok((found, is_whole))
    }

    /// Reads items by their keys, each of which may be named once. Those that are not there are left out.
    async fn get_all<T: DeserializeOwned>(&self, keys: Vec<Key>) -> StoreResult<HashMap<Key, T>> {
        let batches: Vec<Vec<Key>> = keys.chunks(BATCH).map(<[Key]>::to_vec).collect();
        let batches = stream::iter(batches).map(|batch| self.get_batch(batch));
        let batches: Vec<Vec<Attributes>> = batches.buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        let read = |item: Attributes| -> StoreResult<(Key, T)> {
            Ok((serde_dynamo::from_item(item.clone())?, serde_dynamo::from_item(item)?))
        };
        batches.into_iter().flatten().map(read).collect()
    }

    /// `DynamoDB` may leave some keys of a batch unread and asks to send them again.
    async fn get_batch(&self, keys: Vec<Key>) -> StoreResult<Vec<Attributes>> {
        let keys = keys.iter().map(Key::attributes).collect();
        let wanted = KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build();
        let mut wanted = wanted.map_err(|error| StoreError::Failed(Box::new(error)))?;
        let mut items = Vec::new();
        for round in 0..ROUNDS {
            let output = self.client.batch_get_item().request_items(&self.table, wanted).send().await?;
            items.extend(output.responses.unwrap_or_default().remove(&self.table).unwrap_or_default());
            match output.unprocessed_keys.unwrap_or_default().remove(&self.table) {
                None => return Ok(items),
                Some(rest) => wanted = rest,
            }
            tokio::time::sleep(PAUSE * (1 << round)).await;
        }
        Err(StoreError::Busy("a batch stayed unread".into()))
    }
}

/// The user in whose partition an item is.
pub(super) fn owner(key: &Key) -> Option<UserId> {
    key.partition.strip_prefix("USER#")?.parse().ok()
}
