//! A message of a chat session.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::attachments::Attachment;
use super::citations::Citation;
use super::leases::{Generation, Lease};
use super::procedures::Procedure;
use super::verification::Verification;
use super::warnings::Warning;
use crate::store::expressions::{Change, Condition};
use crate::store::item::Key;
use crate::store::{Listing, Store, StoreResult, Write};
use foundation::ids::{ChatId, MessageId, UserId};

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum MessageRole {
    /// The technician.
    User,
    /// The assistant.
    Assistant,
    /// A notice of the system.
    System,
}

/// A message. An answer is kept from the moment it is begun: while it is written, `generation` names
/// the generation that writes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatMessage {
    /// Its id; ids sort in the order of the conversation.
    pub id: MessageId,
    /// Who wrote it.
    pub role: MessageRole,
    /// Text; of an answer, Markdown.
    pub content: String,
    /// When it was written, of an answer when it was begun.
    pub created_at: Timestamp,
    /// Whether the answer ended before it was complete.
    #[serde(default)]
    pub is_stopped: bool,
    /// Whether that was because the process that wrote it ended.
    #[serde(default)]
    pub interrupted: bool,
    /// Pictures sent with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// The passages that an answer rests on.
    #[serde(default)]
    pub citations: Vec<Citation>,
    /// Whether the figures of an answer stand on the pages that it cites.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verification: Option<Verification>,
    /// The procedure that an answer opens, or whose step it tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<Procedure>,
    /// The warnings that hold for the steps that an answer tells.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
    /// What an answer cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_usage: Option<TokenUsage>,
    /// What the user thought of an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feedback: Option<Feedback>,
    /// Why an answer failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<AnswerFailure>,
    /// Whether the question was refused, and the answer says why. Neither counts, and no model is told of them.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub refused: bool,
    /// The generation that is writing this answer; none once it is finished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<String>,
    /// While an answer is being replaced: what it replaces, should nothing come of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced: Option<Box<ChatMessage>>,
}

/// Tokens of a language model; all zero where the endpoint does not tell and for the extractive
/// model, which has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct TokenUsage {
    /// Tokens of the prompt.
    pub prompt_tokens: u64,
    /// Tokens of the answer.
    pub completion_tokens: u64,
    /// Tokens of the prompt that the endpoint had cached.
    pub cached_tokens: u64,
    /// Prompt and answer together.
    pub total_tokens: u64,
}

/// What the user thought of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Feedback {
    /// 1 (useless) to 5.
    pub rating: u8,
    /// In the user's words.
    pub comment: Option<String>,
    /// When it was given.
    pub created_at: Timestamp,
}

/// Why an answer failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct AnswerFailure {
    /// The stable code.
    pub code: String,
    /// A sentence for a person.
    pub message: String,
}

impl ChatMessage {
    /// A new message with nothing but its words.
    #[must_use]
    pub fn new(role: MessageRole, content: impl Into<String>) -> Self {
        Self {
            id: MessageId::new(),
            role,
            content: content.into(),
            created_at: foundation::time::now(),
            is_stopped: false,
            interrupted: false,
            attachments: Vec::new(),
            citations: Vec::new(),
            verification: None,
            procedure: None,
            warnings: Vec::new(),
            token_usage: None,
            feedback: None,
            failure: None,
            refused: false,
            generation: None,
            replaced: None,
        }
    }

    /// The answer that `generation` is about to write: without words yet.
    #[must_use]
    pub fn empty_answer(generation: &str) -> Self {
        Self { generation: Some(generation.to_owned()), ..Self::new(MessageRole::Assistant, "") }
    }

    /// In the place of an answer, why the question was refused.
    #[must_use]
    pub fn refusing(refusal: AnswerFailure) -> Self {
        let answer = Self::new(MessageRole::Assistant, &refusal.message);
        Self { refused: true, failure: Some(refusal), ..answer }
    }

    /// The same in the place of this answer, which it replaces.
    #[must_use]
    pub fn replacement(&self, generation: &str) -> Self {
        let old = Self { replaced: None, generation: None, ..self.clone() };
        let (id, created_at) = (self.id.clone(), self.created_at);
        Self { id, created_at, replaced: Some(Box::new(old)), ..Self::empty_answer(generation) }
    }

    /// Whether this is an answer that was stopped before it had any text. One that failed has a sentence about it.
    #[must_use]
    pub fn is_stopped_without_text(&self) -> bool {
        let is_nothing = self.content.is_empty() && self.failure.is_none() && self.generation.is_none();
        self.role == MessageRole::Assistant && self.is_stopped && is_nothing
    }

    /// Why an answer failed that has no text: what a person is told in its place.
    #[must_use]
    pub fn failure_alone(&self) -> Option<&str> {
        self.failure.as_ref().filter(|_| self.content.is_empty()).map(|failure| failure.message.as_str())
    }

    /// Whether an answer is (or was, until its process ended) being written here.
    #[must_use]
    pub fn is_generating(&self) -> bool {
        self.generation.is_some()
    }

    /// Whether the process that wrote this answer has ended, given the generation that its session
    /// has now.
    pub(super) fn is_orphan(&self, running: Option<&Generation>) -> bool {
        match (&self.generation, running) {
            (None, _) => false,
            (Some(own), Some(running)) => *own != running.id || !running.is_live(),
            (Some(_), None) => true,
        }
    }

    /// The message as a reader may see it, given the generation that its session has now.
    #[must_use]
    pub fn seen_under(self, running: Option<&Generation>) -> Self {
        if self.is_orphan(running) { self.into_interrupted() } else { self }
    }

    /// What remains when the process that wrote the answer has ended: the text saved last, or, where
    /// there is none, the answer that was to be replaced.
    #[must_use]
    pub fn into_interrupted(mut self) -> Self {
        match self.replaced.take() {
            Some(old) if self.content.is_empty() => *old,
            _ => Self { generation: None, is_stopped: true, interrupted: true, ..self },
        }
    }
}

/// The partition of a session's messages.
pub(super) fn partition(user: &UserId, chat: &ChatId) -> String {
    format!("USER#{user}#CHAT#{chat}")
}

/// The key of a message.
pub(super) fn key(user: &UserId, chat: &ChatId, message: &MessageId) -> Key {
    Key::new(partition(user, chat), format!("MSG#{message}"))
}

impl Lease {
    /// The write that keeps `message` in the place of the one with its id.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub fn writing(&self, message: &ChatMessage) -> StoreResult<Write> {
        Ok(Write::put(key(&self.user, &self.chat, &message.id), message)?.when(Condition::present()))
    }

    /// The write that removes a message.
    #[must_use]
    pub fn removing(&self, message: &MessageId) -> Write {
        Write::delete(key(&self.user, &self.chat, message))
    }
}

impl Store {
    /// A session's messages as they are kept, oldest first. Answers whose process has ended are not
    /// marked: use [`Store::chat_with_messages`] for what is shown.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn messages(&self, user: &UserId, chat: &ChatId) -> StoreResult<Vec<ChatMessage>> {
        self.list(Listing::new(partition(user, chat), "MSG#")).await
    }

    /// The last `count` messages, oldest first.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn last_messages(&self, user: &UserId, chat: &ChatId, count: usize) -> StoreResult<Vec<ChatMessage>> {
        let listing = Listing::new(partition(user, chat), "MSG#").newest_first().limit(count);
        let mut messages: Vec<ChatMessage> = self.list(listing).await?;
        messages.reverse();
        Ok(messages)
    }

    /// One message as it is kept.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn message(&self, user: &UserId, chat: &ChatId, id: &MessageId) -> StoreResult<Option<ChatMessage>> {
        self.get(&key(user, chat, id)).await
    }

    /// Keeps the feedback on a message and gives the message back; `None` when it is gone.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn give_feedback(
        &self,
        user: &UserId,
        chat: &ChatId,
        id: &MessageId,
        feedback: &Feedback,
    ) -> StoreResult<Option<ChatMessage>> {
        let change = Change::new().set("feedback", feedback);
        self.update_if(&key(user, chat, id), change, Condition::present()).await
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use foundation::page_boxes::PageBox;

    #[test]
    fn an_interrupted_answer_keeps_what_was_saved() {
        let begun = ChatMessage { content: "Drain the".to_owned(), ..ChatMessage::empty_answer("g") };
        let shown = begun.into_interrupted();
        assert!(shown.is_stopped && shown.interrupted && !shown.is_generating());
        assert_eq!(shown.content, "Drain the");
    }

    #[test]
    fn an_answer_is_back_when_its_replacement_came_to_nothing() {
        let old = ChatMessage::new(MessageRole::Assistant, "Torque to 40 Nm.");
        assert_eq!(old.replacement("g").into_interrupted(), old);
        let begun = ChatMessage { content: "Tighten".to_owned(), ..old.replacement("g") };
        let shown = begun.into_interrupted();
        assert_eq!((shown.id, shown.content.as_str(), shown.interrupted), (old.id, "Tighten", true));
    }

    #[test]
    fn only_the_living_generation_of_the_session_keeps_an_answer_open() {
        let message = ChatMessage::empty_answer("g");
        let lease = Lease { id: "g".to_owned(), ..Lease::new(&UserId::new(), &ChatId::new()) };
        let live = Generation::new(&lease, Some(message.id.clone()));
        assert!(!message.is_orphan(Some(&live)));
        assert!(message.is_orphan(None));
        assert!(message.is_orphan(Some(&Generation { id: "other".to_owned(), ..live.clone() })));
        assert!(message.is_orphan(Some(&Generation { lease_until: 0, ..live })));
        assert!(!ChatMessage::new(MessageRole::User, "Hi").is_orphan(None));
    }

    #[test]
    fn a_message_survives_storage() {
        let mut message = ChatMessage::new(MessageRole::Assistant, "Text");
        message.citations.push(Citation {
            index: 1,
            document_id: "d".to_owned(),
            file_name: "pump.pdf".to_owned(),
            page: 3,
            page_end: 4,
            snippet: "Torque".to_owned(),
            score: 0.25,
            boxes: vec![PageBox { page: 3, x: 0.1234, y: 0.5, width: 0.75, height: 0.0123 }],
        });
        message.warnings.push(Warning {
            kind: super::super::warnings::WarningKind::Danger,
            text: "Live parts.".to_owned(),
            document_id: "d".to_owned(),
            page: 2,
        });
        message.replaced = Some(Box::new(ChatMessage::new(MessageRole::Assistant, "Old")));
        let item: std::collections::HashMap<String, aws_sdk_dynamodb::types::AttributeValue> =
            serde_dynamo::to_item(&message).unwrap();
        assert_eq!(serde_dynamo::from_item::<_, ChatMessage>(item).unwrap(), message);
    }
}
