//! Answers whose clients may have lost their connections.
//!
//! An answer is written to its end whether or not its client is there. A client that connects again, perhaps to another
//! process, waits to be told that it is stored. Nobody knows for certain who has received what, since a broken
//! connection is noticed late. So each question over a connection is noted for some minutes, or until its client has
//! certainly received the answer, and whoever connects is told once nothing of what was asked lately is still being
//! written. Who waits for nothing ignores it.

use std::time::Duration;

use super::{ConversationResult, Conversations, OngoingAnswer};
use foundation::ids::{MessageId, UserId};
use foundation::time;
use shared::store::{Generation, NotedQuestion};

/// How many of a user's newest questions may be waited for.
const MOST: usize = 4;
/// Seconds after its end in which a client may not have heard of an answer: it notices a broken connection within 45
/// seconds, and tries to connect for some 70 more.
const UNHEARD: i64 = 120;
/// How often it is checked whether an answer has ended.
const LOOK: Duration = Duration::from_secs(1);

/// What became of the questions that were noted.
enum Noted {
    Nothing,
    Running,
    Ended(NotedQuestion),
}

impl Conversations {
    /// Notes that a client waits for this answer.
    ///
    /// # Errors
    /// If storage fails.
    pub async fn note_asked(&self, user: &UserId, asked: &OngoingAnswer) -> ConversationResult<()> {
        Ok(self.context.store.note_question(user, &NotedQuestion::now(&asked.chat, &asked.answer)).await?)
    }

    /// Notes that no client waits for this answer any more.
    ///
    /// # Errors
    /// If storage fails.
    pub async fn forget_asked(&self, user: &UserId, answer: &MessageId) -> ConversationResult<()> {
        Ok(self.context.store.forget_question(user, answer).await?)
    }

    /// Waits until all answers are stored that were noted lately, and returns the newest. `None` if none was, or if
    /// they ended long ago.
    ///
    /// # Errors
    /// If storage fails.
    pub async fn newest_noted(&self, user: &UserId) -> ConversationResult<Option<NotedQuestion>> {
        let noted = self.context.store.noted_questions(user, MOST).await?;
        loop {
            match self.look(user, &noted).await? {
                Noted::Nothing => return Ok(None),
                Noted::Ended(newest) => return Ok(Some(newest)),
                Noted::Running => tokio::time::sleep(LOOK).await,
            }
        }
    }

    async fn look(&self, user: &UserId, noted: &[NotedQuestion]) -> ConversationResult<Noted> {
        let mut newest = None;
        for question in noted {
            let Some(chat) = self.context.store.chat(user, &question.chat).await? else { continue };
            let writes_it =
                |running: &Generation| running.is_live() && running.message_id.as_ref() == Some(&question.answer);
            if chat.generation.as_ref().is_some_and(writes_it) {
                return Ok(Noted::Running);
            }
            // The end of an answer is a change of its session.
            if newest.is_none() && time::now().as_second() - chat.updated_at.as_second() < UNHEARD {
                newest = Some(question.clone());
            }
        }
        Ok(newest.map_or(Noted::Nothing, Noted::Ended))
    }
}
