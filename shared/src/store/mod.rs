//! The table: typed items over `DynamoDB`, one file per kind of item, and a folder for chats.
//!
//! One table holds everything. The user's id is in every partition key and comes from a verified
//! token only, so that a wrong id finds nothing. Uniqueness and changes of state are conditional or
//! transactional writes. `expiresAt` (epoch seconds) lets `DynamoDB` clean up, but it may keep an
//! expired item for days: code checks expiry itself.

mod batches;
mod billing;
mod bucket;
mod chat;
mod codes;
mod documents;
mod erasure;
mod error;
mod expressions;
mod figures;
mod ingests;
mod item;
mod jobs;
mod listing;
mod payments;
mod pending_email;
mod places;
mod rate;
mod registration;
mod restores;
mod runs;
mod setup;
mod sign_ins;
mod table;
mod tombstones;
mod traces;
mod transaction;
mod uploads;
mod users;

pub use batches::Batch;
pub use bucket::Bucket;
pub use chat::{
    AnswerFailure, AskedBefore, Attachment, Chat, ChatChange, ChatMessage, ChatStatus, Citation, Feedback, Generation,
    LEASE, Lease, MessageRole, NotedQuestion, Opening, Preview, Procedure, StoredFile, TokenUsage, Unverified,
    UnverifiedReason, Verification, Warning, WarningKind,
};
pub use codes::{AddressCodes, CodePurpose, PendingCode};
pub use documents::{Document, DocumentStatus, MultipartState, NewDocument, size_mismatch};
pub use erasure::Left;
pub use error::{Refused, StoreError, unless_busy};
pub use expressions::{Change, Condition};
pub use figures::{Figure, Figures, Newest, Tally, Upload, UserFigures};
pub use ingests::{Booking, Ingested};
pub use item::Key;
pub use jobs::{JOB_LIFETIME_SECONDS, Job, JobStatus};
pub use listing::Listing;
pub use payments::EventRecord;
pub use pending_email::PENDING_EMAIL_SECONDS;
pub use places::Place;
pub use rate::RateLimit;
pub use registration::{Registration, SignUp};
pub use runs::{Claim, Failure, LEASE_SECONDS, Progress, Run, Stage};
pub use sign_ins::SignIn;
pub use table::Store;
pub use tombstones::Tombstone;
pub use transaction::Write;
pub use users::{Settings, User};

/// What storage calls give back.
pub type StoreResult<T> = Result<T, StoreError>;
