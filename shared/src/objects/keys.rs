//! Where objects lie.

use std::fmt;

use foundation::ids::{DocumentId, JobId, UserId};

/// Which picture of a document's pages it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct DrawnPage {
    /// Names the file that it was drawn from: another file of the document has another name.
    pub file: String,
    /// The page, from 1.
    pub page: u32,
    /// Width in pixels.
    pub width: u32,
}

/// The key of an object, made of identifiers only.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum ObjectKey {
    /// The file of a document; putting it starts its ingest.
    Source(UserId, DocumentId),
    /// Asks for an import by address or a new ingest of a document; putting it starts that.
    Request(UserId, DocumentId),
    /// The search segment of a document.
    Segment(UserId, DocumentId),
    /// The text of a document's pages.
    Pages(UserId, DocumentId),
    /// A page of a document as a picture.
    Drawn(UserId, DocumentId, DrawnPage),
    /// The file of an extraction job; putting it starts the job.
    ExtractSource(JobId),
    /// The text that an extraction job found.
    ExtractText(JobId),
    /// The pages of a file that was just read for its owner, by the SHA-256 of the file.
    Reading(UserId, String),
    /// A picture that belongs to a user.
    Picture(UserId, String),
    /// All of a user's data, to be taken along; the name is one that no one can guess.
    Export(UserId, String),
    /// Asks for the removal of what a deleted account has left; putting it starts that.
    Deletion(UserId),
}

impl ObjectKey {
    /// The prefix whose new objects start work in `ingest`.
    pub const UPLOADS: &'static str = "uploads/";

    /// The prefix whose new objects start work in `erase`.
    pub const DELETIONS: &'static str = "deletions/";
    /// The prefix of all exports.
    pub const EXPORTS: &'static str = "exports/";

    /// Reads the key of an object under [`Self::DELETIONS`] back: whose account is deleted.
    #[must_use]
    pub fn parse_deletion(key: &str) -> Option<UserId> {
        key.strip_prefix(Self::DELETIONS)?.strip_suffix(".json")?.parse().ok()
    }

    /// Reads a key of an object under [`Self::UPLOADS`] back; `None` for one that is not ours.
    #[must_use]
    pub fn parse_upload(key: &str) -> Option<Self> {
        let mut parts = key.strip_prefix(Self::UPLOADS)?.split('/');
        let parsed = match (parts.next()?, parts.next()?, parts.next()) {
            ("extract", job, Some("source")) => Self::ExtractSource(job.parse().ok()?),
            (user, document, Some("source")) => Self::Source(user.parse().ok()?, document.parse().ok()?),
            (user, document, Some("request.json")) => Self::Request(user.parse().ok()?, document.parse().ok()?),
            _ => return None,
        };
        parts.next().is_none().then_some(parsed)
    }

    /// All prefixes under which objects of `user` lie.
    #[must_use]
    pub fn prefixes_of(user: &UserId) -> [String; 7] {
        let folders = ["uploads", "segments", "pages", "drawn", "pictures", "readings", "exports"];
        folders.map(|folder| format!("{folder}/{user}/"))
    }

    /// The prefix under which the pictures of a document's pages lie.
    #[must_use]
    pub fn drawn_of(user: &UserId, document: &DocumentId) -> String {
        format!("drawn/{user}/{document}/")
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source(user, document) => write!(f, "uploads/{user}/{document}/source"),
            Self::Request(user, document) => write!(f, "uploads/{user}/{document}/request.json"),
            Self::Segment(user, document) => write!(f, "segments/{user}/{document}"),
            Self::Pages(user, document) => write!(f, "pages/{user}/{document}"),
            Self::Drawn(user, document, DrawnPage { file, page, width }) => {
                write!(f, "{}{file}/{page}-{width}.webp", Self::drawn_of(user, document))
            }
            Self::ExtractSource(job) => write!(f, "uploads/extract/{job}/source"),
            Self::ExtractText(job) => write!(f, "extracted/{job}"),
            Self::Reading(user, digest) => write!(f, "readings/{user}/{digest}"),
            Self::Picture(user, name) => write!(f, "pictures/{user}/{name}"),
            Self::Export(user, name) => write!(f, "exports/{user}/{name}.json"),
            Self::Deletion(user) => write!(f, "deletions/{user}.json"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn upload_keys_read_back() {
        let (user, document, job) = (UserId::new(), DocumentId::new(), JobId::new());
        for key in [
            ObjectKey::Source(user.clone(), document.clone()),
            ObjectKey::Request(user, document),
            ObjectKey::ExtractSource(job),
        ] {
            assert_eq!(ObjectKey::parse_upload(&key.to_string()), Some(key));
        }
    }

    #[test]
    fn a_deletion_names_the_user() {
        let user = UserId::new();
        let key = ObjectKey::Deletion(user.clone()).to_string();
        assert_eq!(ObjectKey::parse_deletion(&key), Some(user));
        for key in ["deletions/a/b.json", "deletions/a", "uploads/a.json", "deletions/.json"] {
            assert_eq!(ObjectKey::parse_deletion(key), None, "{key}");
        }
    }

    #[test]
    fn foreign_keys_are_none_of_ours() {
        for key in ["segments/a/b", "uploads/a/b", "uploads/a/b/source/c", "uploads/a/b/other", "uploads/a b/c/source"]
        {
            assert_eq!(ObjectKey::parse_upload(key), None, "{key}");
        }
    }
}
