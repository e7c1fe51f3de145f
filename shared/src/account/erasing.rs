//! The second step of a deletion: removing what a closed account has left.

use std::time::Duration;

use futures::{StreamExt, TryStreamExt, stream};
use tokio::time::Instant;

use super::EraseError;
use super::closing::Marker;
use crate::Context;
use crate::objects::{ObjectError, ObjectKey};
use crate::store::{Key, Left, Tombstone};
use foundation::ids::{DocumentId, JobId, UserId};
use foundation::time;

/// How long a deletion that was announced may take to be done: longer than any request lives.
const PATIENCE_SECONDS: i64 = 60;
/// How often it is looked whether it was.
const LOOK: Duration = Duration::from_millis(500);
/// Requests that were under way when the account was closed may put objects for so long. The last scan comes after it.
const UNDER_WAY_SECONDS: i64 = 35;
/// Sessions, documents and jobs whose belongings are removed at the same time.
const SIDE_BY_SIDE: usize = 8;
/// So many of them are removed before it is looked whether the time is up.
const STRETCH: usize = 100;
/// The largest marker.
const MARKER: u64 = 4096;

/// What came of one run of the job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erased {
    /// Nothing is left of the account.
    Whole,
    /// The time was up. The job was asked to go on.
    Partly,
    /// The account was never closed: the request that announced it has failed.
    NotClosed,
}

/// Removes everything that a closed account has left: items, objects, uploads that were begun. Whatever was removed stays
/// so, so that it can be stopped at any time; it ends when a scan of the account finds nothing.
///
/// It works for about `budget`, then has itself started again by another event, unless it is done.
///
/// # Errors
/// [`EraseError`]: the event is to be delivered again.
pub async fn erase(context: &Context, id: &UserId, budget: Duration) -> Result<Erased, EraseError> {
    let until = Instant::now() + budget;
    let marker = ObjectKey::Deletion(id.clone());
    let Some(tombstone) = closed(context, id).await? else {
        context.objects.delete(&marker).await?;
        return Ok(Erased::NotClosed);
    };
    let run = Run { context, id, partition: format!("USER#{id}"), until };
    loop {
        let Some(found) = run.pass().await? else {
            Marker::put(&context.objects, id).await?;
            return Ok(Erased::Partly);
        };
        if found > 0 {
            continue;
        }
        let rest = tombstone.deleted_at.as_second() + UNDER_WAY_SECONDS - time::now().as_second();
        match u64::try_from(rest) {
            Ok(seconds @ 1..) => tokio::time::sleep(Duration::from_secs(seconds)).await,
            _ => break,
        }
    }
    context.store.let_tombstone_expire(id).await?;
    context.objects.delete(&marker).await?;
    Ok(Erased::Whole)
}

/// The tombstone of an account, once it is closed; `None` where that is not to be expected any more. A marker that is
/// missing was taken away by another run: it may have been that of a request which is still at work.
async fn closed(context: &Context, id: &UserId) -> Result<Option<Tombstone>, EraseError> {
    let begun = time::now();
    loop {
        if let Some(tombstone) = context.store.tombstone(id).await? {
            return Ok(Some(tombstone));
        }
        let marker = match context.objects.get(&ObjectKey::Deletion(id.clone()), MARKER).await {
            Ok(bytes) => serde_json::from_slice::<Marker>(&bytes).ok(),
            Err(ObjectError::NotFound) => None,
            Err(error) => return Err(error.into()),
        };
        let asked_at = marker.map_or(begun, |marker| marker.asked_at);
        if asked_at.as_second() + PATIENCE_SECONDS <= time::now().as_second() {
            return Ok(None);
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// One run.
struct Run<'a> {
    context: &'a Context,
    id: &'a UserId,
    partition: String,
    until: Instant,
}

impl Run<'_> {
    fn is_late(&self) -> bool {
        Instant::now() >= self.until
    }

    /// Looks through everything once and removes what it finds; how much that was, `None` where the time was up before
    /// the end. However late it is, something is removed where anything is left.
    async fn pass(&self) -> Result<Option<usize>, EraseError> {
        // Sign-ins first: where the request that closed the account could not end them all, they end now.
        let sign_ins = self.context.store.delete_all(&self.partition, "SESSION#").await?;
        let Some(items) = self.items().await? else { return Ok(None) };
        let Some(objects) = self.objects().await? else { return Ok(None) };
        tracing::info!(user = %self.id, sign_ins, items, objects, "what a deleted account had left was removed");
        Ok(Some(sign_ins + items + objects))
    }

    async fn items(&self) -> Result<Option<usize>, EraseError> {
        let store = &self.context.store;
        let (mut count, mut after) = (0, None);
        loop {
            let (mut page, more) = store.left_in(&self.partition, "", after.as_deref()).await?;
            after = page.last().map(|last| last.sort.clone());
            page.retain(|left| left.sort != Tombstone::SORT);
            for stretch in page.chunks(STRETCH) {
                let belongings = stream::iter(stretch.to_vec()).map(|left| self.belongings(left));
                belongings.buffer_unordered(SIDE_BY_SIDE).try_collect::<()>().await?;
                let keys = stretch.iter().map(|left| Key::new(&self.partition, &left.sort));
                store.delete_items(keys.collect()).await?;
                count += stretch.len();
                if self.is_late() {
                    return Ok(None);
                }
            }
            if !more || after.is_none() {
                return Ok(Some(count));
            }
        }
    }

    /// Removes what an item leads to, before the item itself goes.
    async fn belongings(&self, left: Left) -> Result<(), EraseError> {
        let (store, objects) = (&self.context.store, &self.context.objects);
        match left.sort.split_once('#') {
            Some(("CHAT", _)) => {
                store.delete_all(&format!("{}#{}", self.partition, left.sort), "").await?;
            }
            Some(("DOC", document)) => {
                let unfinished = left.upload.as_ref().filter(|upload| !upload.completed);
                if let (Some(upload), Ok(document)) = (unfinished, document.parse::<DocumentId>()) {
                    let key = ObjectKey::Source(self.id.clone(), document);
                    objects.abort_multipart(&key, &upload.upload_id).await?;
                }
            }
            Some(("JOB", job)) => {
                if let Ok(job) = job.parse::<JobId>() {
                    store.delete_items(vec![Key::alone(&left.sort)]).await?;
                    objects.delete(&ObjectKey::ExtractSource(job.clone())).await?;
                    objects.delete(&ObjectKey::ExtractText(job)).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    async fn objects(&self) -> Result<Option<usize>, EraseError> {
        let mut count = 0;
        for prefix in ObjectKey::prefixes_of(self.id) {
            loop {
                let deleted = self.context.objects.delete_some(&prefix).await?;
                if deleted == 0 {
                    break;
                }
                count += deleted;
                if self.is_late() {
                    return Ok(None);
                }
            }
        }
        Ok(Some(count))
    }
}
