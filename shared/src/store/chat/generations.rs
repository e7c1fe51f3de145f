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
use crate::store::expressions::{Change, Condition};
use crate::store::figures::{Difference, Figure, signed};
use crate::store::transaction::Action;
use crate::store::{Store, StoreError, StoreResult, Write};
use foundation::ids::{ChatId, MessageId, UserId};

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
    /// as in [`Opening`]. False when a question was asked with its idempotency key already.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_new_chat(
        &self,
        user: &UserId,
        chat: &Chat,
        new_messages: &[&ChatMessage],
        repeat: Option<Write>,
    ) -> StoreResult<bool> {
        let mut chat = chat.clone();
        chat.message_count = Some(signed(new_messages.len()));
        let mut writes = vec![Write::put(sessions::key(user, &chat.id), &chat)?.when(Condition::absent())];
        writes.extend(repeat);
        for message in new_messages {
            writes.push(Write::put(messages::key(user, &chat.id, &message.id), message)?.when(Condition::absent()));
        }
        let difference = Difference::of(Figure::Sessions, chat.created_at, 1).messages(signed(new_messages.len()));
        writes.extend(difference.writes(user));
        self.transact_patiently(&writes).await
    }

    /// Takes the lease on a session, as `seen` before, and writes `opening` into it, all in one
    /// transaction. An answer that an ended process left open is finished first. False when the session is gone or
    /// leased to another, or a message is already there (or, for a replacement, is not).
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn open_chat(
        &self,
        lease: &Lease,
        seen: &Chat,
        answer: Option<&MessageId>,
        opening: Opening<'_>,
    ) -> StoreResult<bool> {
        if let Some(old) = seen.generation.as_ref().filter(|old| !old.is_live()) {
            self.finish_interrupted(&lease.user, &lease.chat, old).await?;
        }
        let mut change = sessions::touch(&lease.chat).set("generation", Generation::new(lease, answer.cloned()));
        if let Some(title) = opening.title {
            change = change.set_if_missing("title", title);
        }
        if let Some(preview) = opening.preview {
            change = change.set("lastMessage", preview);
        }
        let put = |message: &ChatMessage, condition| {
            let put = Write::put(messages::key(&lease.user, &lease.chat, &message.id), message)?;
            StoreResult::Ok(put.when(condition))
        };
        let added = signed(opening.new_messages.len());
        if added > 0 {
            change = change.add("messageCount", added);
        }
        let mut writes = vec![Write::change(sessions::key(&lease.user, &lease.chat), change).when(is_free(seen))];
        for message in opening.new_messages {
            writes.push(put(message, Condition::absent())?);
        }
        writes.extend(opening.repeat);
        if let Some(message) = opening.replacement {
            writes.push(put(message, Condition::present())?);
        }
        writes.extend(Difference::default().messages(added).writes(&lease.user));
        self.transact_patiently(&writes).await
    }

    /// Takes the lease on a session from whoever has it. False when the session is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn seize_chat(&self, lease: &Lease) -> StoreResult<bool> {
        let key = sessions::key(&lease.user, &lease.chat);
        let change = Change::new().set("generation", Generation::new(lease, None));
        retrying(|| self.change_if(&key, change.clone(), Condition::present())).await
    }

    /// Keeps a refused question and its answer at the end of a session, whether or not another answer is being written
    /// there. `title` is the session's, if it has none. False when the session is gone, or messages are being removed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn keep_refused(
        &self,
        user: &UserId,
        chat: &ChatId,
        [question, answer]: [&ChatMessage; 2],
        title: Option<String>,
    ) -> StoreResult<bool> {
        let mut change = sessions::touch(chat).set("lastMessage", Preview::from(answer)).add("messageCount", 2);
        if let Some(title) = title {
            change = change.set_if_missing("title", title);
        }
        // Whoever removes messages holds a lease without an answer.
        let is_kept = Condition::missing("generation").or(Condition::exists("generation.messageId"));
        let session = Write::change(sessions::key(user, chat), change);
        let mut writes = vec![session.when(Condition::present().and(is_kept))];
        for message in [question, answer] {
            writes.push(Write::put(messages::key(user, chat, &message.id), message)?.when(Condition::absent()));
        }
        writes.extend(Difference::default().messages(2).writes(user));
        self.transact_patiently(&writes).await
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

    /// Extends a lease. False when it is another's by now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn extend_lease(&self, lease: &Lease) -> StoreResult<bool> {
        let change = Change::new().set("generation.leaseUntil", lease_until());
        self.change_if(&sessions::key(&lease.user, &lease.chat), change, lease.is_own()).await
    }

    /// Asks `generation` to stop. One that is no longer running needs nothing.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn request_stop(&self, user: &UserId, chat: &ChatId, generation: &Generation) -> StoreResult<()> {
        let lease = Lease { id: generation.id.clone(), ..Lease::new(user, chat) };
        let key = sessions::key(user, chat);
        let change = Change::new().set("generation.stopRequested", true);
        retrying(|| self.change_if(&key, change.clone(), lease.is_own())).await?;
        Ok(())
    }

    /// Saves what has been written of an answer so far. False when the answer is no longer this generation's to write.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn save_partial(&self, lease: &Lease, message: &MessageId, content: &str) -> StoreResult<bool> {
        let key = messages::key(&lease.user, &lease.chat, message);
        self.change_if(&key, Change::new().set("content", content), writes_message(&lease.id)).await
    }

    /// Puts the finished answer in its place and gives the lease back, in one transaction; where the
    /// question shall not count, also that. False when the lease is another's by now or the session is gone.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn finish_generation(
        &self,
        lease: &Lease,
        answer: &ChatMessage,
        preview: Option<Preview>,
        counts: bool,
    ) -> StoreResult<bool> {
        let key = messages::key(&lease.user, &lease.chat, &answer.id);
        let mut writes = vec![Write::put(key, answer)?.when(writes_message(&lease.id))];
        writes.extend(lease.refund().filter(|_| !counts));
        self.release(lease, writes, preview.map(Some)).await
    }

    /// Does the last `writes` under a lease and gives it back, in one transaction. `preview` is the
    /// session's last message from now on (`Some(None)`: it has none; `None`: it stays). False when the lease is
    /// another's by now or a write's condition fails.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn release(
        &self,
        lease: &Lease,
        mut writes: Vec<Write>,
        preview: Option<Option<Preview>>,
    ) -> StoreResult<bool> {
        let mut change = sessions::touch(&lease.chat).remove(["generation"]);
        let removed = signed(writes.iter().filter(|write| matches!(write.action, Action::Delete)).count());
        if removed > 0 {
            change = change.add("messageCount", -removed);
            writes.extend(Difference::default().messages(-removed).writes(&lease.user));
        }
        if let Some(preview) = preview {
            change = change.set_or_remove("lastMessage", preview);
        }
        writes.push(Write::change(sessions::key(&lease.user, &lease.chat), change).when(lease.is_own()));
        self.transact_patiently(&writes).await
    }

    /// Removes messages of a session under its lease, at most 90 at once. False when the lease is another's by now.
    ///
    /// # Errors
    /// [`StoreError`].
    pub async fn remove_messages(&self, lease: &Lease, ids: &[&MessageId]) -> StoreResult<bool> {
        let removed = -signed(ids.len());
        let change = Change::new().add("messageCount", removed);
        let mut writes = vec![Write::change(sessions::key(&lease.user, &lease.chat), change).when(lease.is_own())];
        writes.extend(ids.iter().map(|id| lease.removing(id)));
        writes.extend(Difference::default().messages(removed).writes(&lease.user));
        self.transact_patiently(&writes).await
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
        let mut writes = vec![Write::put(key, &finished)?.when(writes_message(&old.id))];
        writes.extend(refund.map(|month| Self::uncounting_message(user, month)));
        self.transact_patiently(&writes).await?;
        Ok(())
    }

    pub(super) async fn transact_patiently(&self, writes: &[Write]) -> StoreResult<bool> {
        Ok(retrying(|| self.transact(writes.to_vec())).await?.is_ok())
    }
}

/// The message is being written by that generation.
fn writes_message(generation: &str) -> Condition {
    Condition::equals("generation", generation)
}

/// The session is there and its lease is free, or still the expired one that was seen.
fn is_free(seen: &Chat) -> Condition {
    let free = Condition::missing("generation");
    let free = match seen.generation.as_ref().filter(|old| !old.is_live()) {
        None => free,
        Some(old) => {
            let same = Condition::equals("generation.id", &old.id);
            free.or(same.and(Condition::equals("generation.leaseUntil", old.lease_until)))
        }
    };
    Condition::present().and(free)
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
