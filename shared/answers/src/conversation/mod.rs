//! Questions and answers in a chat session, whoever asks: typed, or spoken.
//!
//! An answer's life: the question, an empty answer and the lease on the session are written in one
//! transaction, then a task of its own writes the answer, whether or not anybody listens. While it
//! runs, it looks every [`keeper::LOOK`] for a request to stop, which may have come to another
//! process; it saves the text every [`keeper::SAVE`] and extends the lease every
//! [`keeper::EXTEND`]. At the end, the answer, the session's list entry and the return of the lease
//! are one transaction, and only then is the end announced. If the process dies, the lease runs out,
//! and the answer is shown as interrupted, with the text that was saved.
//!
//! On Lambda a function runs only while its response is being streamed. The response ends after the
//! answer is stored, and Lambda does not notice a client that leaves, so that the answer finishes
//! there too. Should the runtime drop the response (its time limit, a lost instance), the task is
//! frozen with it and its lease runs out: the answer is interrupted, not lost.

mod change;
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
pub use pictures::{Picture, PictureKind};
pub use progress::{Outcome, Progress, ProgressReceiver};
pub use question::{OngoingAnswer, Prompt};

use crate::assistant::Assistant;
use shared::Context;

/// Everything that can be done with chat sessions beyond reading them. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Conversations {
    context: Context,
    assistant: Assistant,
    tasks: TaskTracker,
    slots: Arc<Semaphore>,
    followers: repeat::Followers,
}

/// Answers that one process writes at the same time: each is a task that may outlive its client, and
/// looks into the table ten times a second.
const MOST_ANSWERS: usize = 256;

impl Conversations {
    /// Answers come from `assistant`.
    #[must_use]
    pub fn new(context: Context, assistant: Assistant) -> Self {
        let (tasks, slots) = (TaskTracker::new(), Arc::new(Semaphore::new(MOST_ANSWERS)));
        Self { context, assistant, tasks, slots, followers: repeat::Followers::default() }
    }

    /// Waits until every running answer is stored. New questions are still answered, but no longer
    /// waited for once this has returned: stop accepting requests first.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
