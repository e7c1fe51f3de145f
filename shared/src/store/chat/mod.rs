//! What belongs to a chat: the session, its messages with all that an answer carries, and the lease under which one is
//! written.

mod attachments;
mod citations;
mod cuts;
mod generations;
mod leases;
mod messages;
mod noted;
mod procedures;
mod repeats;
mod sessions;
mod verification;
mod warnings;

pub use attachments::{Attachment, StoredFile};
pub use citations::Citation;
pub use generations::Opening;
pub use leases::{Generation, LEASE, Lease};
pub use messages::{AnswerFailure, ChatMessage, Feedback, MessageRole, TokenUsage};
pub use noted::NotedQuestion;
pub use procedures::Procedure;
pub use repeats::AskedBefore;
pub use sessions::{Chat, ChatChange, ChatStatus, Preview};
pub use verification::{Unverified, UnverifiedReason, Verification};
pub use warnings::{Warning, WarningKind};
