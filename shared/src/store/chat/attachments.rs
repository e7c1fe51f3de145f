//! Pictures and documents that are sent with messages.

use serde::{Deserialize, Serialize};

use foundation::ids::AttachmentId;

/// A picture or document sent with a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Attachment {
    /// Its id, which no one can guess.
    pub id: AttachmentId,
    /// Where it lies, if not in our bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Its name.
    pub file_name: String,
    /// Media type and size, where it lies in our bucket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored: Option<StoredFile>,
}

/// What is known of an attachment in our bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredFile {
    /// Media type, by content.
    pub content_type: String,
    /// Bytes.
    pub size: u64,
}
