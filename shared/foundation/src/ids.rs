//! Identifiers: opaque strings on the wire, distinct types in the code.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use ulid::{Generator, Ulid};

static GENERATOR: Mutex<Generator> = Mutex::new(Generator::new());

/// A new ULID. Two from the same process sort by the order of their creation, even within a millisecond.
#[must_use]
pub fn new_ulid() -> String {
    let mut generator = GENERATOR.lock().unwrap_or_else(PoisonError::into_inner);
    generator.generate().unwrap_or_else(|_| Ulid::generate()).to_string()
}

/// Whether `text` has the form of an identifier, ours or a client's: 1 to 64 characters of `A-Z a-z 0-9 - _`. Anything
/// else must not reach a storage key.
fn well_formed(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The text is not a valid identifier.
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
            /// A new identifier, which sorts by its time of creation.
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default that differs each time would mislead")]
            pub fn new() -> Self {
                Self(new_ulid())
            }

            /// The identifier as on the wire and in storage keys.
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
    /// A sign-in of a user: the family of its refresh tokens.
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
    /// A batch of files that are checked before they are registered as documents.
    BatchId,
}

impl BatchId {
    /// An identifier that nobody can guess: 80 random bits, independent of other identifiers of the same moment.
    #[must_use]
    pub fn unguessable() -> Self {
        Self(Ulid::generate().to_string())
    }
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
