//! Counting everything anew: for the data of an older system, which counted nothing, and after a restore.
//!
//! It runs beside the system. A tally is written only if it has not changed since its user's items were read, and the
//! counts of a shard only if they have not changed since the tallies were read; otherwise both are read again.

use std::collections::{BTreeMap, BTreeSet};

use futures::{StreamExt, TryStreamExt, stream};
use serde_json::Value;

use super::{Figure, Figures, Item, SHARDS, lists, month_of, shard_of, shard_partition, signed, tally};
use crate::store::error::StoreError;
use crate::store::expressions::{Condition, Expressive, Placeholders};
use crate::store::item::Key;
use crate::store::{Chat, Document, Listing, Store, StoreResult, Tally, User, Write};
use foundation::ids::UserId;

/// How often it is tried again while the system changes what is counted.
const ROUNDS: usize = 20;
/// Users that are counted at the same time.
const SIDE_BY_SIDE: usize = 8;

/// What the items of a user come to.
#[derive(Default)]
struct Counted {
    figures: Figures,
    messages: u64,
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl Store {
    /// Counts everything of all users anew, and puts users and documents into the lists in which they are missing; how
    /// many users there are. Reads the whole table.
    ///
    /// # Errors
    /// [`StoreError::Busy`] if the system changes faster than it is counted. Nothing is wrong then but figures, and the
    /// next run continues.
    pub async fn recount(&self) -> StoreResult<usize> {
        let profiles = self.everywhere("PROFILE").await?;
        let ids: Vec<UserId> = profiles.iter().filter_map(|(key, _)| lists::owner(key)).collect();
        let counted = stream::iter(ids).map(|id| async move { self.recount_user(&id).await });
        let counted: Vec<bool> = counted.buffer_unordered(SIDE_BY_SIDE).try_collect().await?;
        self.recount_shards().await?;
        Ok(counted.into_iter().filter(|is_user| *is_user).count())
    }

    /// Counts what a user has; whether it is a user with a verified address.
    async fn recount_user(&self, id: &UserId) -> StoreResult<bool> {
        for _ in 0..ROUNDS {
            let Some(user) = self.user(id).await?.filter(|user| user.email_verified) else { return Ok(false) };
            let seen = self.tally(id).await?;
            let Some(counted) = self.counted(&user).await? else { continue };
            let unchanged = match &seen {
                None => Condition::absent(),
                Some(seen) => Condition::equals("version", seen.version),
            };
            match self.put_if(&tally::key(id), &item(&user, &counted, seen.as_ref()), unchanged).await {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                Err(StoreError::AccountDeleted) => return Ok(false),
                Err(error) => return Err(error),
            }
        }
        Err(StoreError::Busy(format!("the figures of user {id} change all the time").into()))
    }

    /// What the items of a user come to; `None` if a session has changed meanwhile.
    async fn counted(&self, user: &User) -> StoreResult<Option<Counted>> {
        let (id, partition) = (&user.id, format!("USER#{}", user.id));
        let mut counted = Counted::default();
        counted.figures.add(user.role.into(), &month_of(user.created_at), 1);
        for document in self.list::<Document>(Listing::new(&partition, "DOC#")).await? {
            if document.counts() {
                self.list_upload(&document).await?;
                let month = month_of(document.uploaded_at);
                counted.figures.add(Figure::Uploads, &month, 1);
                counted.figures.add(Figure::Ready, &month, i64::from(document.was_read()));
            }
        }
        for chat in self.list::<Chat>(Listing::new(&partition, "CHAT#")).await? {
            counted.figures.add(Figure::Sessions, &month_of(chat.created_at), 1);
            let messages = self.messages(id, &chat.id).await?;
            for usage in messages.iter().filter_map(|message| message.token_usage) {
                counted.prompt_tokens += usage.prompt_tokens;
                counted.completion_tokens += usage.completion_tokens;
            }
            counted.messages += messages.len() as u64;
            if !self.note_message_count(id, &chat, signed(messages.len())).await? {
                return Ok(None);
            }
        }
        let usage = self.list::<Item>(Listing::new(&partition, "USAGE#").newest_first().limit(1)).await?;
        if let Some(month) = usage.first().and_then(|usage| usage.get("month")).and_then(Value::as_str) {
            counted.figures.add(Figure::Active, month, 1);
        }
        Ok(Some(counted))
    }

    /// Sets the counts of all users to the sums of their tallies.
    async fn recount_shards(&self) -> StoreResult<()> {
        let mut left: BTreeSet<u32> = (0..SHARDS).collect();
        for _ in 0..ROUNDS {
            // The order matters: what changes between these two makes the write fail.
            let mut seen: BTreeMap<u32, Vec<Item>> = BTreeMap::new();
            for shard in &left {
                seen.insert(*shard, self.shard(*shard).await?);
            }
            let mut sums: BTreeMap<u32, Figures> = BTreeMap::new();
            for (key, found) in self.everywhere(tally::SORT).await? {
                if let Some(user) = lists::owner(&key) {
                    sums.entry(shard_of(&user)).or_default().add_all(&Tally::from(found).figures);
                }
            }
            for (shard, items) in seen {
                let writes = shard_writes(shard, &items, sums.remove(&shard).unwrap_or_default())?;
                if writes.is_empty() || self.transact(writes).await?.is_ok() {
                    left.remove(&shard);
                }
            }
            if left.is_empty() {
                return Ok(());
            }
        }
        Err(StoreError::Busy("the figures change all the time".into()))
    }

    /// All items with this sort key, in whichever partition.
    async fn everywhere(&self, sort: &str) -> StoreResult<Vec<(Key, Item)>> {
        let mut placeholders = Placeholders::default();
        let filter = placeholders.condition(Some(&Condition::equals("SK", sort)));
        let scan = self.client.scan().table_name(&self.table).consistent_read(true).set_filter_expression(filter);
        let mut items = scan.explained(placeholders).into_paginator().items().send();
        let mut found = Vec::new();
        while let Some(item) = items.next().await {
            let item = item?;
            found.push((serde_dynamo::from_item(item.clone())?, serde_dynamo::from_item(item)?));
        }
        Ok(found)
    }
}

/// The tally of a user. Tokens that were noted are kept, since some were spent on what is deleted by now.
fn item(user: &User, counted: &Counted, seen: Option<&Tally>) -> Item {
    let noted = |of: fn(&Tally) -> u64| seen.map_or(0, of);
    let mut item = Item::new();
    for (figure, month, number) in counted.figures.entries() {
        item.insert(super::attribute(figure, month), number.into());
    }
    let numbers = [
        (tally::MESSAGES, counted.messages),
        (tally::PROMPT_TOKENS, counted.prompt_tokens.max(noted(|seen| seen.prompt_tokens))),
        (tally::COMPLETION_TOKENS, counted.completion_tokens.max(noted(|seen| seen.completion_tokens))),
        ("version", noted(|seen| seen.version) + 1),
    ];
    item.extend(numbers.map(|(name, number)| (name.to_owned(), number.into())));
    item.insert("listPartition".to_owned(), lists::USERS.into());
    item.insert("listSort".to_owned(), tally::place(user).into());
    item
}

/// The writes that set the counts of a shard to `sum`, in place of the items that were `seen`; none if they are right.
fn shard_writes(shard: u32, seen: &[Item], mut sum: Figures) -> StoreResult<Vec<Write>> {
    let mut before = Figures::default();
    let mut versions: BTreeMap<&str, &Value> = BTreeMap::new();
    for item in seen {
        before.add_all(&Figures::of_item(item));
        if let (Some(year), Some(version)) = (item.get("SK").and_then(Value::as_str), item.get("version")) {
            versions.insert(year, version);
        }
    }
    // No tally knows who has left.
    for (figure, month, number) in before.entries().filter(|entry| entry.0 == Figure::Left) {
        sum.add(figure, month, number);
    }
    if before.entries().eq(sum.entries()) {
        return Ok(Vec::new());
    }
    let mut years = sum.by_year();
    for year in versions.keys() {
        years.entry(*year).or_default();
    }
    let partition = shard_partition(shard);
    let write = |(year, figures): (&str, Figures)| {
        let version = versions.get(year).copied();
        let unchanged = version.map_or_else(Condition::absent, |version| Condition::equals("version", version));
        let next = version.and_then(Value::as_u64).unwrap_or(0) + 1;
        let mut item = Item::from_iter([("version".to_owned(), next.into())]);
        item.extend(figures.entries().map(|(figure, month, number)| (super::attribute(figure, month), number.into())));
        StoreResult::Ok(Write::put(Key::new(&partition, year), &item)?.when(unchanged))
    };
    years.into_iter().map(write).collect()
}
