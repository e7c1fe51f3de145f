//! A chat session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::leases::Generation;
use super::messages::{self, ChatMessage, MessageRole};
use super::warnings::Warning;
use crate::store::expressions::{Change, Condition};
use crate::store::figures::{Difference, Figure};
use crate::store::item::Key;
use crate::store::{Listing, Store, StoreError, StoreResult, Write};
use foundation::ids::{ChatId, MessageId, UserId};
use foundation::time;

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ChatStatus {
    /// In use.
    Active,
    /// Put away.
    Archived,
    /// Hidden from lists, but not gone.
    Deleted,
}

/// A session without its messages.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chat {
    /// Its id.
    pub id: ChatId,
    /// What it is about, from its first message or the user's own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Where it stands.
    pub status: ChatStatus,
    /// The equipment that it is about, as the user named it.
    #[serde(default)]
    pub equipment_context: Vec<String>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Its last message, kept here so that lists need not read messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_message: Option<Preview>,
    /// Who is writing into it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<Generation>,
    /// Warnings of spoken answers that were interrupted before they were said: the next begins with them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending_warnings: Vec<Warning>,
    /// How many messages it has. Of a session of an older system it may be missing, or even below zero, until they are
    /// counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) message_count: Option<i64>,
    index_partition: String,
    index_sort: String,
}

/// A message as lists show it: its text is cut, citations and attachments are left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// Its id.
    pub id: MessageId,
    /// Who wrote it.
    pub role: MessageRole,
    /// The beginning of its text.
    pub content: String,
    /// When it was written.
    pub created_at: Timestamp,
    /// Whether it ended before it was complete.
    #[serde(default)]
    pub is_stopped: bool,
    /// Why an answer failed that has no text, as a sentence for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<String>,
}

/// How often a deletion is tried again when another request was first.
const ROUNDS: usize = 8;

/// Characters of a preview.
const PREVIEW_LENGTH: usize = 280;

impl Preview {
    /// The same with up to `longest` bytes of the text.
    #[must_use]
    pub fn longer(message: &ChatMessage, longest: usize) -> Self {
        let mut content = message.content.clone();
        if content.len() > longest {
            content.truncate(content.floor_char_boundary(longest));
            content.push('…');
        }
        Self { content, ..Self::from(message) }
    }
}

impl From<&ChatMessage> for Preview {
    fn from(message: &ChatMessage) -> Self {
        let mut content: String = message.content.chars().take(PREVIEW_LENGTH).collect();
        if content.len() < message.content.len() {
            content.push('…');
        }
        Self {
            id: message.id.clone(),
            role: message.role,
            content,
            created_at: message.created_at,
            is_stopped: message.is_stopped,
            failure: message.failure_alone().map(str::to_owned),
        }
    }
}

impl Chat {
    /// A new, empty session.
    #[must_use]
    pub fn new(user: &UserId) -> Self {
        let (id, now) = (ChatId::new(), time::now());
        Self {
            title: None,
            status: ChatStatus::Active,
            equipment_context: Vec::new(),
            created_at: now,
            updated_at: now,
            last_message: None,
            generation: None,
            pending_warnings: Vec::new(),
            message_count: Some(0),
            index_partition: index_partition(user),
            index_sort: index_sort(now, &id),
            id,
        }
    }
}

/// What a user may change of a session; `None` leaves it as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChatChange {
    /// A title, or none.
    pub title: Option<Option<String>>,
    /// Where it stands.
    pub status: Option<ChatStatus>,
    /// The equipment that it is about.
    pub equipment_context: Option<Vec<String>>,
}

/// The key of a session.
pub(super) fn key(user: &UserId, chat: &ChatId) -> Key {
    Key::new(format!("USER#{user}"), format!("CHAT#{chat}"))
}

fn index_partition(user: &UserId) -> String {
    format!("USER#{user}#CHATS")
}

/// Sessions sort by their last change.
fn index_sort(updated_at: Timestamp, chat: &ChatId) -> String {
    format!("{}#{chat}", time::sortable(updated_at))
}

/// The session is changed now.
pub(super) fn touch(chat: &ChatId) -> Change {
    let now = time::now();
    Change::new().set("updatedAt", now).set("indexSort", index_sort(now, chat))
}

/// Sessions of one status; without one, all but the deleted.
fn filter(status: Option<ChatStatus>) -> Condition {
    match status {
        Some(status) => Condition::equals("status", status),
        None => Condition::differs("status", ChatStatus::Deleted),
    }
}

impl Store {
    /// Keeps a new session.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn create_chat(&self, user: &UserId, chat: &Chat) -> StoreResult<()> {
        let mut writes = vec![Write::put(key(user, &chat.id), chat)?.when(Condition::absent())];
        writes.extend(Difference::of(Figure::Sessions, chat.created_at, 1).writes(user));
        Ok(self.transact(writes).await??)
    }

    /// A session.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn chat(&self, user: &UserId, id: &ChatId) -> StoreResult<Option<Chat>> {
        self.get(&key(user, id)).await
    }

    /// A session with all its messages, oldest first. An answer whose process has ended is marked as
    /// interrupted, whatever is stored: nothing ever seems to be written for ever.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn chat_with_messages(
        &self,
        user: &UserId,
        id: &ChatId,
    ) -> StoreResult<Option<(Chat, Vec<ChatMessage>)>> {
        let mut messages = self.messages(user, id).await?;
        let Some(chat) = self.chat(user, id).await? else { return Ok(None) };
        for message in &mut messages {
            if message.is_orphan(chat.generation.as_ref()) {
                // It may have been finished between the two reads.
                let latest = self.message(user, id, &message.id).await?.unwrap_or_else(|| message.clone());
                *message = latest.seen_under(chat.generation.as_ref());
            }
        }
        Ok(Some((chat, messages)))
    }

    /// A part of the user's sessions, newest change first, and how many there are in all.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn chats(
        &self,
        user: &UserId,
        status: Option<ChatStatus>,
        offset: usize,
        limit: usize,
    ) -> StoreResult<(Vec<Chat>, usize)> {
        let listing = Listing::indexed(index_partition(user), "").newest_first().filter(filter(status));
        let total = self.count(listing.clone()).await?;
        if offset >= total {
            return Ok((Vec::new(), total));
        }
        let chats: Vec<Chat> = self.list(listing.limit(offset.saturating_add(limit))).await?;
        Ok((chats.into_iter().skip(offset).collect(), total))
    }

    /// The sessions that were changed last, whatever their status, newest change first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn newest_chats(&self, user: &UserId, count: usize) -> StoreResult<Vec<Chat>> {
        self.list(Listing::indexed(index_partition(user), "").newest_first().limit(count)).await
    }

    /// All sessions of the user, newest change first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn all_chats(&self, user: &UserId, status: Option<ChatStatus>) -> StoreResult<Vec<Chat>> {
        self.list(Listing::indexed(index_partition(user), "").newest_first().filter(filter(status))).await
    }

    /// Changes a session; `None` when there is none.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn change_chat(&self, user: &UserId, id: &ChatId, change: &ChatChange) -> StoreResult<Option<Chat>> {
        let mut update = touch(id);
        if let Some(status) = change.status {
            update = update.set("status", status);
        }
        if let Some(equipment) = &change.equipment_context {
            update = update.set("equipmentContext", equipment);
        }
        if let Some(title) = &change.title {
            update = update.set_or_remove("title", title.as_ref());
        }
        self.update_if(&key(user, id), update, Condition::present()).await
    }

    /// Deletes a session and its messages, the session last, so that a failure in between can be
    /// repeated.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn delete_chat(&self, user: &UserId, id: &ChatId) -> StoreResult<()> {
        self.delete_all(&messages::partition(user, id), "").await?;
        for _ in 0..ROUNDS {
            let Some(chat) = self.chat(user, id).await? else { return Ok(()) };
            let messages = chat.message_count.unwrap_or(0);
            let difference = Difference::of(Figure::Sessions, chat.created_at, -1).messages(-messages);
            let mut writes = vec![Write::delete(key(user, id)).when(has_count(chat.message_count))];
            writes.extend(difference.writes(user));
            if self.transact(writes).await?.is_ok() {
                return Ok(());
            }
        }
        Err(StoreError::Busy("the session is being changed by other requests".into()))
    }

    /// Notes how many messages a session has, if that has not changed since it was `seen`; whether it was noted.
    pub(in crate::store) async fn note_message_count(
        &self,
        user: &UserId,
        seen: &Chat,
        count: i64,
    ) -> StoreResult<bool> {
        if seen.message_count == Some(count) {
            return Ok(true);
        }
        let change = Change::new().set("messageCount", count);
        self.change_if(&key(user, &seen.id), change, has_count(seen.message_count)).await
    }
}

/// The session is there and has this many messages.
fn has_count(count: Option<i64>) -> Condition {
    match count {
        Some(count) => Condition::equals("messageCount", count),
        None => Condition::present().and(Condition::missing("messageCount")),
    }
}
