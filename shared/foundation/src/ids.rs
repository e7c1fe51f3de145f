//! Identifiers: opaque strings on the wire, distinct types inside.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use ulid::{Generator, Ulid};

static GENERATOR: Mutex<Generator> = Mutex::new(Generator::new());

/// A new ULID. Two made by one process sort in the order they were made, also within a millisecond.
#[must_use]
pub fn new_ulid() -> String {
    let mut generator = GENERATOR.lock().unwrap_or_else(PoisonError::into_inner);
    generator.generate().unwrap_or_else(|_| Ulid::generate()).to_string()
}

/// Whether `text` can be an identifier of ours, or of a client's own making: 1 to 64 characters of
/// `A-Z a-z 0-9 - _`. Anything else cannot name an object and must not reach a storage key.
fn well_formed(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier")]
pub struct NotAnId;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new identifier, sortable by the time of its making.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default that differs each time would mislead")]
            pub fn new() -> Self {
                Self(new_ulid())
            }

            /// The text as it stands on the wire and in storage keys.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;
            fn try_from(text: String) -> Result<Self, NotAnId> {
                if well_formed(&text) { Ok(Self(text)) } else { Err(NotAnId) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                Self::try_from(text.to_owned())
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

ids! {
    /// A user's account.
    UserId,
    /// One sign-in of a user: the family of refresh tokens that began with it.
    SignInId,
    /// A chat session.
    ChatId,
    /// A message in a chat session.
    MessageId,
    /// A picture sent with a message.
    AttachmentId,
    /// A document in a user's repository.
    DocumentId,
    /// A text extraction job.
    JobId,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn new_ids_sort_in_the_order_of_their_making() {
        let ids: Vec<_> = (0..1000).map(|_| MessageId::new()).collect();
        assert!(ids.is_sorted());
    }

    #[test]
    fn text_that_could_break_a_storage_key_is_no_id() {
        for text in ["", "a/b", "a#b", "..", "ä", "a b", &"x".repeat(65)] {
            assert_eq!(UserId::try_from(text.to_owned()), Err(NotAnId), "{text}");
        }
        let id: UserId = "01HZX".parse().unwrap();
        assert_eq!(id.as_str(), "01HZX");
    }
}
