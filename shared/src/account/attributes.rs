//! What of an item a user is given in an export, attribute by attribute. What is on neither list of its kind is not
//! given; a test demands that every attribute is on one.

use serde_json::{Map, Value};

/// A kind of item that belongs to a user.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// How its sort keys begin.
    pub(super) prefix: &'static str,
    /// The attributes that an export shows.
    pub(super) shown: &'static [&'static str],
    /// Those that are storage's own, or secret.
    pub(super) left_out: &'static [&'static str],
}

/// The account itself; its export names some attributes otherwise.
pub(super) const PROFILE: Kind = Kind {
    prefix: "PROFILE",
    shown: &[
        "id",
        "email",
        "emailVerified",
        "pendingEmail",
        "firstName",
        "lastName",
        "company",
        "role",
        "profileImageUrl",
        "createdAt",
        "updatedAt",
    ],
    left_out: &["pendingEmailEndsAt", "signUps", "passwordHash", "googleSubject", "version"],
};

pub(super) const SETTINGS: Kind = Kind { prefix: "SETTINGS", shown: &["emailNotifications", "theme"], left_out: &[] };

pub(super) const SIGN_IN: Kind = Kind {
    prefix: "SESSION#",
    shown: &["id", "method", "userAgent", "createdAt", "lastUsedAt"],
    left_out: &["userId", "generation", "superseded", "expiresAt"],
};

pub(super) const USAGE: Kind =
    Kind { prefix: "USAGE#", shown: &["month", "messages", "voiceMilliseconds", "extractionPages"], left_out: &[] };

pub(super) const SUBSCRIPTION: Kind = Kind {
    prefix: "SUBSCRIPTION",
    shown: &[
        "status",
        "planId",
        "customer",
        "providerId",
        "currentPeriodStart",
        "currentPeriodEnd",
        "trialEnd",
        "cancelAtPeriodEnd",
        "trialUsed",
    ],
    left_out: &["version"],
};

pub(super) const DOCUMENT: Kind = Kind {
    prefix: "DOC#",
    shown: &[
        "id",
        "fileName",
        "fileSize",
        "sourceUrl",
        "fileId",
        "blobPath",
        "status",
        "uploadedAt",
        "updatedAt",
        "pages",
        "pagesWithoutText",
        "pagesRecognised",
        "chunks",
        "progress",
        "error",
    ],
    left_out: &[
        "userId",
        "upload",
        "expiresAt",
        "attempts",
        "sourceEtag",
        "searchable",
        "listPartition",
        "listSort",
        "run",
        "leaseUntil",
    ],
};

pub(super) const CHAT: Kind = Kind {
    prefix: "CHAT#",
    shown: &["id", "title", "status", "equipmentContext", "createdAt", "updatedAt", "pendingWarnings"],
    // The last message stands among the messages.
    left_out: &["lastMessage", "generation", "messageCount", "indexPartition", "indexSort"],
};

pub(super) const MESSAGE: Kind = Kind {
    prefix: "MSG#",
    shown: &[
        "id",
        "role",
        "content",
        "createdAt",
        "isStopped",
        "interrupted",
        "attachments",
        "citations",
        "verification",
        "procedure",
        "warnings",
        "tokenUsage",
        "feedback",
        "failure",
    ],
    left_out: &["generation", "replaced"],
};

pub(super) const JOB: Kind = Kind {
    prefix: "JOB#",
    shown: &["id", "totalPages", "status", "progress", "error", "createdAt", "updatedAt"],
    left_out: &["owner", "milestone", "attempts", "expiresAt", "sourceEtag", "run", "leaseUntil", "charged"],
};

pub(super) const BATCH: Kind =
    Kind { prefix: "BATCH#", shown: &["id", "files", "cancelled", "createdAt"], left_out: &["expiresAt"] };

/// Kinds that hold nothing of the user's own: idempotency keys, the library's version, markers of addresses, what is
/// counted for administrators, the tombstone.
const TECHNICAL: [&str; 6] = ["IDEM#", "LIBRARY", "DOCURL#", "PLACES", "TALLY", "TOMBSTONE"];

const KINDS: [Kind; 10] = [PROFILE, SETTINGS, SIGN_IN, USAGE, SUBSCRIPTION, DOCUMENT, CHAT, MESSAGE, JOB, BATCH];

impl Kind {
    /// Of an item, what is shown.
    pub(super) fn show(&self, mut item: Map<String, Value>) -> Map<String, Value> {
        item.retain(|name, _| self.shown.contains(&name.as_str()));
        item
    }
}

/// The attributes of an item that no list names, for a test over all items that there are: where a new kind of item or
/// a new attribute is made, somebody has to decide whether a user is given it.
#[must_use]
pub fn unlisted(sort: &str, item: &Map<String, Value>) -> Vec<String> {
    if TECHNICAL.iter().any(|prefix| sort.starts_with(prefix)) {
        return Vec::new();
    }
    let Some(kind) = KINDS.iter().find(|kind| sort.starts_with(kind.prefix)) else { return vec![sort.to_owned()] };
    let is_listed =
        |name: &str| ["PK", "SK"].contains(&name) || kind.shown.contains(&name) || kind.left_out.contains(&name);
    item.keys().filter(|name| !is_listed(name)).map(|name| format!("{} {name}", kind.prefix)).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde::Serialize;

    use super::*;
    use crate::store::{
        Batch, Chat, ChatMessage, Document, Feedback, Generation, Job, Lease, MessageRole, NewDocument, Preview,
        Settings, TokenUsage, Warning,
    };
    use foundation::ids::{ChatId, UserId};
    use foundation::plans::Month;
    use foundation::plans::Subscription;
    use foundation::plans::Usage;

    fn unlisted_of(sort: &str, item: &impl Serialize) -> Vec<String> {
        unlisted(sort, serde_json::to_value(item).unwrap().as_object().unwrap())
    }

    #[test]
    fn every_attribute_is_shown_or_left_out() {
        let user = UserId::new();
        let new = NewDocument {
            file_name: "a.pdf".to_owned(),
            file_size: 1,
            source_url: None,
            file_id: None,
            blob_path: None,
        };
        let lease = Lease::new(&user, &ChatId::new());
        let mut message = ChatMessage::empty_answer("g");
        message.token_usage = Some(TokenUsage::default());
        message.feedback = Some(Feedback { rating: 5, comment: None, created_at: foundation::time::now() });
        message.failure = Some(crate::store::AnswerFailure { code: String::new(), message: String::new() });
        message.replaced = Some(Box::new(ChatMessage::new(MessageRole::Assistant, "old")));
        message.verification = Some(crate::store::Verification::default());
        let kind = crate::store::WarningKind::Caution;
        message.warnings.push(Warning { kind, text: String::new(), document_id: String::new(), page: 1 });
        let mut chat = Chat::new(&user);
        chat.pending_warnings.clone_from(&message.warnings);
        chat.title = Some(String::new());
        chat.last_message = Some(Preview::from(&message));
        chat.generation = Some(Generation::new(&lease, None));
        let lists = [
            unlisted_of("SETTINGS", &Settings::default()),
            unlisted_of("USAGE#2026-01", &Usage::default()),
            unlisted_of("SUBSCRIPTION", &Subscription::default()),
            unlisted_of("DOC#d", &Document::new(&user, new)),
            unlisted_of("CHAT#c", &chat),
            unlisted_of("MSG#m", &message),
            unlisted_of("BATCH#b", &Batch::new(Vec::new())),
            unlisted_of("JOB#j", &Job::new(Some(user), 1).charged(Month::of(foundation::time::now()))),
        ];
        assert_eq!(lists.concat(), Vec::<String>::new());
    }

    #[test]
    fn what_nobody_has_decided_on_is_noticed_and_not_shown() {
        let item = serde_json::json!({"id": "d", "sourceEtag": "e", "colour": "red"});
        let item = item.as_object().unwrap();
        assert_eq!(unlisted("DOC#d", item), ["DOC# colour"]);
        assert_eq!(unlisted("GARAGE#1", item), ["GARAGE#1"]);
        assert_eq!(serde_json::Value::from(DOCUMENT.show(item.clone())), serde_json::json!({"id": "d"}));
    }
}
