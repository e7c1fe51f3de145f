//! The table: typed items over `DynamoDB`, one file per kind of item.
//!
//! One table holds everything. The user's id is in every partition key and comes from a verified
//! token only, so that a wrong id finds nothing. Uniqueness and changes of state are conditional or
//! transactional writes. `expiresAt` (epoch seconds) lets `DynamoDB` clean up, but it may keep an
//! expired item for days: code checks expiry itself.

mod attachments;
mod billing;
mod bucket;
mod chats;
mod citations;
mod codes;
mod cuts;
mod documents;
mod erasure;
mod error;
mod generations;
mod ingests;
mod item;
mod jobs;
mod leases;
mod listing;
mod messages;
mod payments;
mod pending_email;
mod places;
mod procedures;
mod rate;
mod registration;
mod repeats;
mod restores;
mod runs;
mod setup;
mod sign_ins;
mod table;
mod tombstones;
mod traces;
mod transaction;
mod users;
mod verification;
mod warnings;

pub use attachments::{Attachment, StoredFile};
pub use bucket::Bucket;
pub use chats::{Chat, ChatChange, ChatStatus, Preview};
pub use citations::Citation;
pub use codes::{AddressCodes, CodePurpose, PendingCode};
pub use documents::{Document, DocumentStatus, MultipartState, NewDocument, size_mismatch};
pub use erasure::Left;
pub use error::StoreError;
pub use generations::Opening;
pub use ingests::Ingested;
pub use item::{Expression, Key, Value, value};
pub use jobs::{JOB_LIFETIME_SECONDS, Job, JobStatus};
pub use leases::{Generation, LEASE, Lease};
pub use listing::Listing;
pub use messages::{AnswerFailure, ChatMessage, Feedback, MessageRole, TokenUsage};
pub use payments::EventRecord;
pub use pending_email::PENDING_EMAIL_SECONDS;
pub use places::Place;
pub use procedures::Procedure;
pub use rate::RateLimit;
pub use registration::{Registration, SignUp};
pub use repeats::AskedBefore;
pub use runs::{Claim, Failure, LEASE_SECONDS, Progress, Run, Stage};
pub use sign_ins::SignIn;
pub use table::Store;
pub use tombstones::Tombstone;
pub use transaction::Write;
pub use users::{Settings, User};
pub use verification::{Unverified, UnverifiedReason, Verification};
pub use warnings::{Warning, WarningKind};

/// What storage calls give back.
pub type StoreResult<T> = Result<T, StoreError>;
