//! Writing an answer under a lease.
//!
//! A session has at most one running generation. Whoever writes into a session takes its lease by a
//! conditional write and extends it while at work; a process that ends without giving it back lets
//! it expire. Every later write of that generation is conditional on the lease being its own, so
//! that one that was given up for dead can change nothing any more.

use std::future::Future;
use std::time::Duration;

use serde::Deserialize;

use super::leases::{Generation, Lease, lease_until};
use super::messages::{self, ChatMessage};
use super::sessions::{self, Chat, Preview};
use crate::store::item::Expression;
use crate::store::{Store, StoreError, StoreResult, Write};
use foundation::ids::{ChatId, MessageId, UserId};
use foundation::time;

/// What goes into a session together with taking its lease.
#[derive(Debug, Default)]
pub struct Opening<'a> {
    /// Messages that are new.
    pub new_messages: Vec<&'a ChatMessage>,
    /// A message that takes the place of the one with its id.
    pub replacement: Option<&'a ChatMessage>,
    /// The session's title, if it has none.
    pub title: Option<String>,
    /// Its last message from now on.
    pub preview: Option<Preview>,
    /// The write that remembers the question by its idempotency key.
    pub repeat: Option<Write>,
}

impl Store {
    /// Makes a session with its first messages and its lease taken, all in one transaction; `repeat`
    /// as in [`Opening`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_new_chat(
        &self,
        user: &UserId,
        chat: &Chat,
        new_messages: &[&ChatMessage],
        repeat: Option<Write>,
    ) -> StoreResult<()> {
        let mut writes = vec![Write::put(sessions::key(user, &chat.id), chat, Some(Expression::absent()))?];
        writes.extend(repeat);
        for message in new_messages {
            writes.push(Write::put(messages::key(user, &chat.id, &message.id), message, Some(Expression::absent()))?);
        }
        retrying(|| self.transact(writes.clone())).await
    }

    /// Takes the lease on a session, as `seen` before, and writes `opening` into it, all in one
    /// transaction. An answer that an ended process left open is finished first.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when the session is gone or leased to another, or a message is
    /// already there (or, for a replacement, is not).
    pub async fn open_chat(
        &self,
        lease: &Lease,
        seen: &Chat,
        answer: Option<&MessageId>,
        opening: Opening<'_>,
    ) -> StoreResult<()> {
        if let Some(old) = seen.generation.as_ref().filter(|old| !old.is_live()) {
            self.finish_interrupted(&lease.user, &lease.chat, old).await?;
        }
        let generation = Generation::new(lease, answer.cloned());
        let now = time::now();
        let mut text = "SET #generation = :generation, #updatedAt = :now, #indexSort = :sort".to_owned();
        let mut update = Expression::default()
            .name("#generation", "generation")
            .value(":generation", &generation)
            .name("#updatedAt", "updatedAt")
            .value(":now", now)
            .name("#indexSort", "indexSort")
            .value(":sort", sessions::index_sort(now, &lease.chat));
        if let Some(title) = opening.title {
            text.push_str(", #title = if_not_exists(#title, :title)");
            update = update.name("#title", "title").value(":title", title);
        }
        if let Some(preview) = opening.preview {
            text.push_str(", #lastMessage = :preview");
            update = update.name("#lastMessage", "lastMessage").value(":preview", preview);
        }
        update.text = text;
        let key = sessions::key(&lease.user, &lease.chat);
        let mut writes = vec![Write::Update { key, update, condition: Some(is_free(seen)) }];
        let message_key = |message: &ChatMessage| messages::key(&lease.user, &lease.chat, &message.id);
        for message in opening.new_messages {
            writes.push(Write::put(message_key(message), message, Some(Expression::absent()))?);
        }
        writes.extend(opening.repeat);
        if let Some(message) = opening.replacement {
            writes.push(Write::put(message_key(message), message, Some(Expression::present()))?);
        }
        retrying(|| self.transact(writes.clone())).await
    }

    /// Takes the lease on a session from whoever has it.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when the session is gone.
    pub async fn seize_chat(&self, lease: &Lease) -> StoreResult<()> {
        let generation = Generation::new(lease, None);
        let update = Expression::new("SET #generation = :generation");
        let update = update.name("#generation", "generation").value(":generation", generation);
        let key = sessions::key(&lease.user, &lease.chat);
        let condition = Some(Expression::present());
        retrying(|| async {
            self.update::<serde::de::IgnoredAny>(&key, update.clone(), condition.clone()).await.map(|_| ())
        })
        .await
    }

    /// The generation that a session has now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn generation(&self, user: &UserId, chat: &ChatId) -> StoreResult<Option<Generation>> {
        #[derive(Deserialize)]
        struct Leased {
            generation: Option<Generation>,
        }
        let found: Option<Leased> = self.get(&sessions::key(user, chat)).await?;
        Ok(found.and_then(|found| found.generation))
    }

    /// Extends a lease.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when it is another's by now.
    pub async fn extend_lease(&self, lease: &Lease) -> StoreResult<()> {
        let update = Expression::new("SET #generation.#until = :until")
            .name("#until", "leaseUntil")
            .value(":until", lease_until());
        let key = sessions::key(&lease.user, &lease.chat);
        self.update::<serde::de::IgnoredAny>(&key, update, Some(lease.is_own())).await?;
        Ok(())
    }

    /// Asks `generation` to stop. One that is no longer running needs nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn request_stop(&self, user: &UserId, chat: &ChatId, generation: &Generation) -> StoreResult<()> {
        let lease = Lease { id: generation.id.clone(), ..Lease::new(user, chat) };
        let key = sessions::key(user, chat);
        let update = Expression::new("SET #generation.#stop = :yes").name("#stop", "stopRequested").value(":yes", true);
        let result = retrying(|| async {
            self.update::<serde::de::IgnoredAny>(&key, update.clone(), Some(lease.is_own())).await
        });
        match result.await {
            Err(error) if !error.is_condition() => Err(error),
            _ => Ok(()),
        }
    }

    /// Saves what has been written of an answer so far.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when the answer is no longer this generation's to write.
    pub async fn save_partial(&self, lease: &Lease, message: &MessageId, content: &str) -> StoreResult<()> {
        let update = Expression::new("SET #content = :content").name("#content", "content").value(":content", content);
        let key = messages::key(&lease.user, &lease.chat, message);
        self.update::<serde::de::IgnoredAny>(&key, update, Some(writes_message(&lease.id))).await?;
        Ok(())
    }

    /// Puts the finished answer in its place and gives the lease back, in one transaction; where the
    /// question shall not count, also that.
    ///
    /// # Errors
    /// [`StoreError::Condition`] when the lease is another's by now or the session is gone.
    pub async fn finish_generation(
        &self,
        lease: &Lease,
        answer: &ChatMessage,
        preview: Option<Preview>,
        counts: bool,
    ) -> StoreResult<()> {
        let key = messages::key(&lease.user, &lease.chat, &answer.id);
        let mut writes = vec![Write::put(key, answer, Some(writes_message(&lease.id)))?];
        writes.extend(lease.refund().filter(|_| !counts));
        self.release(lease, writes, preview.map(Some)).await
    }

    /// Does the last `writes` under a lease and gives it back, in one transaction. `preview` is the
    /// session's last message from now on (`Some(None)`: it has none; `None`: it stays).
    ///
    /// # Errors
    /// [`StoreError::Condition`] when the lease is another's by now or a write's condition fails.
    pub async fn release(
        &self,
        lease: &Lease,
        mut writes: Vec<Write>,
        preview: Option<Option<Preview>>,
    ) -> StoreResult<()> {
        let now = time::now();
        let mut update = Expression::default()
            .name("#updatedAt", "updatedAt")
            .value(":now", now)
            .name("#indexSort", "indexSort")
            .value(":sort", sessions::index_sort(now, &lease.chat));
        let text = "SET #updatedAt = :now, #indexSort = :sort";
        text.clone_into(&mut update.text);
        match preview {
            None => update.text.push_str(" REMOVE #generation"),
            Some(None) => {
                update.text.push_str(" REMOVE #generation, #lastMessage");
                update = update.name("#lastMessage", "lastMessage");
            }
            Some(Some(preview)) => {
                update.text.push_str(", #lastMessage = :preview REMOVE #generation");
                update = update.name("#lastMessage", "lastMessage").value(":preview", preview);
            }
        }
        let key = sessions::key(&lease.user, &lease.chat);
        writes.push(Write::Update { key, update, condition: Some(lease.is_own()) });
        retrying(|| self.transact(writes.clone())).await
    }

    /// Finishes the answer that an ended process left open.
    async fn finish_interrupted(&self, user: &UserId, chat: &ChatId, old: &Generation) -> StoreResult<()> {
        let Some(id) = &old.message_id else { return Ok(()) };
        let Some(message) = self.message(user, chat, id).await? else { return Ok(()) };
        if message.generation.as_ref() != Some(&old.id) {
            return Ok(());
        }
        // Of an answer that had not begun, the question does not count, unless its user had ended it.
        let refund = old.charged.as_ref().filter(|_| message.content.is_empty() && !old.stop_requested);
        let finished = message.into_interrupted();
        let key = messages::key(user, chat, id);
        let mut writes = vec![Write::put(key, &finished, Some(writes_message(&old.id)))?];
        writes.extend(refund.map(|month| Self::uncounting_message(user, month)));
        match retrying(|| self.transact(writes.clone())).await {
            Err(error) if !error.is_condition() => Err(error),
            _ => Ok(()),
        }
    }
}

/// The message is being written by that generation.
fn writes_message(generation: &str) -> Expression {
    Expression::existing("#writer = :writer").name("#writer", "generation").value(":writer", generation)
}

/// The session is there and its lease is free, or still the expired one that was seen.
fn is_free(seen: &Chat) -> Expression {
    let free = "attribute_not_exists(#generation)";
    let named = |text: &str| Expression::existing(text).name("#generation", "generation");
    match seen.generation.as_ref().filter(|old| !old.is_live()) {
        None => named(free),
        Some(old) => {
            named("attribute_not_exists(#generation) OR (#generation.#leaseId = :old AND #generation.#until = :until)")
                .name("#leaseId", "id")
                .name("#until", "leaseUntil")
                .value(":old", &old.id)
                .value(":until", old.lease_until)
        }
    }
}

/// Tries again a few times, within about a second, while storage is busy: two writes to one session
/// may meet.
async fn retrying<T, F: Future<Output = StoreResult<T>>>(mut call: impl FnMut() -> F) -> StoreResult<T> {
    let mut pause = Duration::from_millis(10);
    loop {
        match call().await {
            Err(error @ StoreError::Busy(_)) if pause > Duration::from_millis(500) => return Err(error),
            Err(StoreError::Busy(_)) => tokio::time::sleep(pause).await,
            other => return other,
        }
        pause *= 2;
    }
}
