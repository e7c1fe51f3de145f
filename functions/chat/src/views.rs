//! Sessions and messages as they stand on the wire.

use answers::conversation::picture_address;
use foundation::ids::{AttachmentId, ChatId, MessageId};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Value, json};
use shared::store::{
    AnswerFailure, Attachment, Chat, ChatMessage, ChatStatus, Citation, Feedback, MessageRole, Preview, Procedure,
    TokenUsage, Verification, Warning,
};

/// A session.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct SessionView {
    id: ChatId,
    title: Option<String>,
    status: ChatStatus,
    equipment_context: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    messages: Vec<MessageView>,
}

/// A message.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
#[expect(clippy::struct_excessive_bools, reason = "each is a field on the wire")]
pub struct MessageView {
    id: MessageId,
    role: MessageRole,
    content: String,
    created_at: Timestamp,
    is_stopped: bool,
    /// Whether an answer is still being written here.
    is_generating: bool,
    /// Whether it was stopped by the end of the process that wrote it, not by the user.
    interrupted: bool,
    attachments: Vec<AttachmentView>,
    citations: Vec<Citation>,
    /// Whether an answer's figures stand on the pages that it cites.
    verification: Option<Verification>,
    /// The procedure that an answer opens, or whose step it tells.
    procedure: Option<Procedure>,
    /// The warnings that hold for the steps that an answer tells.
    warnings: Vec<Warning>,
    feedback: Option<Feedback>,
    token_usage: Option<TokenUsage>,
    error: Option<AnswerFailure>,
    /// Whether the question was refused, and the answer only says why.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    refused: bool,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct AttachmentView {
    id: AttachmentId,
    attachment_type: &'static str,
    file_url: String,
    file_name: String,
    metadata: Value,
}

impl SessionView {
    /// A session with `messages`.
    pub fn new(chat: Chat, messages: Vec<MessageView>) -> Self {
        let Chat { id, title, status, equipment_context, created_at, updated_at, .. } = chat;
        Self { id, title, status, equipment_context, created_at, updated_at, messages }
    }

    /// A session as lists show it, with its last message only.
    pub fn listed(mut chat: Chat) -> Self {
        let last = chat.last_message.take().map(MessageView::previewed);
        Self::new(chat, last.into_iter().collect())
    }

    /// The same for a reader who sees only the text of its messages: a failed answer without any says why it failed.
    pub fn telling_failures(mut self) -> Self {
        for message in &mut self.messages {
            if let Some(failure) = message.error.as_ref().filter(|_| message.content.is_empty()) {
                message.content.clone_from(&failure.message);
            }
        }
        self
    }

    /// A session with all its messages.
    pub fn full((chat, messages): (Chat, Vec<ChatMessage>), gateway_url: &str) -> Self {
        let messages = messages.into_iter().map(|message| MessageView::new(message, gateway_url));
        Self::new(chat, messages.collect())
    }
}

impl MessageView {
    /// A message; addresses of its pictures begin with `gateway_url`.
    pub fn new(message: ChatMessage, gateway_url: &str) -> Self {
        Self {
            is_generating: message.is_generating(),
            id: message.id,
            role: message.role,
            content: message.content,
            created_at: message.created_at,
            is_stopped: message.is_stopped,
            interrupted: message.interrupted,
            attachments: message.attachments.into_iter().map(|a| AttachmentView::new(a, gateway_url)).collect(),
            citations: message.citations,
            verification: message.verification,
            procedure: message.procedure,
            warnings: message.warnings,
            feedback: message.feedback,
            token_usage: message.token_usage,
            error: message.failure,
            refused: message.refused,
        }
    }

    fn previewed(preview: Preview) -> Self {
        Self {
            id: preview.id,
            role: preview.role,
            content: preview.failure.unwrap_or(preview.content),
            created_at: preview.created_at,
            is_stopped: preview.is_stopped,
            is_generating: false,
            interrupted: false,
            attachments: Vec::new(),
            citations: Vec::new(),
            verification: None,
            procedure: None,
            warnings: Vec::new(),
            feedback: None,
            token_usage: None,
            error: None,
            refused: false,
        }
    }
}

impl AttachmentView {
    fn new(attachment: Attachment, gateway_url: &str) -> Self {
        let Attachment { id, url, file_name, stored } = attachment;
        let metadata =
            stored.map_or_else(|| json!({}), |file| json!({"contentType": file.content_type, "size": file.size}));
        let file_url = url.unwrap_or_else(|| picture_address(gateway_url, &id));
        Self { id, attachment_type: "image", file_url, file_name, metadata }
    }
}
