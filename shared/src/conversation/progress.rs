//! How far an answer is, for whoever listens.
//!
//! The state is shared, not sent: a listener that is slow sees several tokens at once, one that is
//! gone holds nothing up, and there is no queue that could grow.

use tokio::sync::watch;

use crate::assistant::Stage;
use crate::store::{AnswerFailure, ChatMessage};

/// The receiving end.
pub type ProgressReceiver = watch::Receiver<Progress>;

/// How far an answer is.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// The stages that have begun.
    pub stages: Vec<Stage>,
    /// The text so far.
    pub text: String,
    /// How it ended; set once everything is stored.
    pub outcome: Option<Outcome>,
}

/// How an answer ended.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The message as it is stored.
    pub message: ChatMessage,
    /// Whether it was stopped before it was complete.
    pub aborted: bool,
    /// Why it failed.
    pub failure: Option<AnswerFailure>,
}
