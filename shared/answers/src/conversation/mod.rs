//! Questions and answers in a chat session, written or spoken.
//!
//! The life of an answer: the question, an empty answer and the lease on the session are written in one transaction.
//! Then a separate task writes the answer, whether or not a client is listening. It checks every [`keeper::LOOK`] for a
//! stop request, which may have arrived in another process, saves the text every [`keeper::SAVE`], and extends the
//! lease every [`keeper::EXTEND`]. At the end, one transaction stores the answer, updates the session's list entry and
//! releases the lease; only then is the end announced. If the process dies, the lease expires, and the answer is shown
//! as interrupted with the saved text.
//!
//! On Lambda, a function runs only while its response is being streamed. The response ends after the answer is stored,
//! and Lambda does not notice a disconnected client, so the answer is finished there too. If the runtime drops the
//! response (by its timeout or a lost instance), the task freezes with it and the lease expires: the answer is
//! interrupted, not lost.

mod attachments;
mod change;
mod clean_up;
mod counting;
mod error;
mod history;
mod interrupt;
mod keeper;
mod pending;
mod pictures;
mod progress;
mod question;
mod repeat;
mod start;
mod title;
mod writer;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

pub use error::{ConversationError, ConversationResult};
pub use pictures::{SentPicture, picture_address, pictures_too_large};
pub use progress::{Outcome, Progress, ProgressReceiver};
pub use question::{OngoingAnswer, Prompt};

use crate::assistant::Assistant;
use shared::Context;

/// All operations on chat sessions except reading them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Conversations {
    context: Context,
    assistant: Assistant,
    tasks: TaskTracker,
    slots: Arc<Semaphore>,
    followers: repeat::Followers,
}

/// Maximum number of answers that a process writes at a time. Each is a task that may outlive its client and reads the
/// table ten times per second.
const MOST_ANSWERS: usize = 256;

impl Conversations {
    /// Answers come from `assistant`.
    #[must_use]
    pub fn new(context: Context, assistant: Assistant) -> Self {
        let (tasks, slots) = (TaskTracker::new(), Arc::new(Semaphore::new(MOST_ANSWERS)));
        Self { context, assistant, tasks, slots, followers: repeat::Followers::default() }
    }

    /// Waits until every running answer is stored. Stop accepting requests first: questions that arrive later are
    /// answered, but not waited for.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
