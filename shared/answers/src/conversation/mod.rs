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
mod handover;
mod history;
mod interrupt;
mod keeper;
mod keyed;
mod listener;
mod pending;
mod pictures;
mod progress;
mod question;
mod refusal;
mod repeat;
mod sent;
mod start;
mod title;
mod writer;

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;

pub use error::{ConversationError, ConversationResult};
pub use listener::{AnswerListener, AnswerNews, TextEvents};
pub use pictures::{SentPicture, picture_address, pictures_too_large};
pub use progress::{Outcome, Progress, ProgressReceiver};
pub use question::{OngoingAnswer, Prompt};
pub use refusal::KeptRefusal;
pub use sent::{LONGEST_MESSAGE, MessageText, SentMessage};

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
    /// Whether clients only append what is streamed.
    appends: bool,
}

/// Maximum number of answers that a process writes at a time. Each is a task that may outlive its client and reads the
/// table ten times per second.
const MOST_ANSWERS: usize = 256;

impl Conversations {
    /// Answers come from `assistant`.
    #[must_use]
    pub fn new(context: Context, assistant: Assistant) -> Self {
        let (tasks, slots) = (TaskTracker::new(), Arc::new(Semaphore::new(MOST_ANSWERS)));
        let followers = repeat::Followers::default();
        Self { context, assistant, tasks, slots, followers, appends: false }
    }

    /// The same for clients that only append what is streamed, and show a failure only if it is text: the stored text
    /// of each answer is exactly what was streamed. Omitted warnings come before their steps, figures that are not on
    /// the pages are named at the end, and a failed answer ends with the sentence that says why.
    #[must_use]
    pub fn for_appending_clients(&self) -> Self {
        Self { appends: true, ..self.clone() }
    }

    /// Waits until every running answer is stored. Stop accepting requests first: questions that arrive later are
    /// answered, but not waited for.
    pub async fn drain(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}
