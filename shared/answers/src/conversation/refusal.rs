//! Refused questions that are stored with the sentence that says why, for clients that show nothing else.

use sha2::{Digest, Sha256};

use super::question::Prompt;
use super::title::title_of;
use super::{ConversationError, ConversationResult, Conversations, repeat};
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{AnswerFailure, Bucket, Chat, ChatMessage, Lease, Preview};

/// Refusals that are stored: one a minute in a session, and one a minute in a new session.
const KEPT: Bucket = Bucket { name: "refusal", burst: 1, per_minute: 1 };

/// Where a refusal was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRefusal {
    /// The session.
    pub chat: ChatId,
    /// The message with the sentence.
    pub answer: MessageId,
}

impl Conversations {
    /// Stores a question that was refused, and the sentence that says why as its answer, in a session or in a new one.
    /// Neither counts, and no model is told of them. `None` if one was stored there within the last minute.
    ///
    /// # Errors
    /// If there is no such session, if messages are being removed from it, or if storage fails.
    pub async fn keep_refusal(
        &self,
        user: &UserId,
        chat: Option<&ChatId>,
        prompt: Prompt,
        refusal: AnswerFailure,
    ) -> ConversationResult<Option<KeptRefusal>> {
        let place = chat.map_or_else(|| "new".to_owned(), ToString::to_string);
        // The id itself does not stand in the key of a bucket, which outlives the account.
        let subject = hex::encode(Sha256::digest(format!("{user}#{place}")));
        if self.context.store.take(&KEPT, &subject).await?.is_some() {
            return Ok(None);
        }
        match chat {
            Some(chat) => self.refuse_in(user, chat, prompt, refusal).await.map(Some),
            None => self.refuse_first(user, prompt, refusal).await.map(Some),
        }
    }

    async fn refuse_in(
        &self,
        user: &UserId,
        id: &ChatId,
        prompt: Prompt,
        refusal: AnswerFailure,
    ) -> ConversationResult<KeptRefusal> {
        let store = &self.context.store;
        store.chat(user, id).await?.ok_or(ConversationError::NoSuchChat)?;
        let (question, _) = self.keep_question(&Lease::new(user, id), prompt).await?;
        let answer = ChatMessage::refusing(refusal);
        let title = title_of(&question.content);
        if store.keep_refused(user, id, [&question, &answer], title).await? {
            return Ok(KeptRefusal { chat: id.clone(), answer: answer.id });
        }
        Err(ConversationError::AnswerInProgress)
    }

    async fn refuse_first(
        &self,
        user: &UserId,
        prompt: Prompt,
        refusal: AnswerFailure,
    ) -> ConversationResult<KeptRefusal> {
        let mut chat = Chat::new(user);
        let lease = Lease::new(user, &chat.id);
        let (key, digest) = (prompt.key.clone(), repeat::digest(None, &prompt));
        let (question, _) = self.keep_question(&lease, prompt).await?;
        let answer = ChatMessage::refusing(refusal);
        chat.title = title_of(&question.content);
        chat.last_message = Some(Preview::from(&answer));
        let repeat = repeat::remembering(&lease, key.as_deref(), digest, &question, &answer)?;
        if self.context.store.open_new_chat(user, &chat, &[&question, &answer], repeat).await? {
            return Ok(KeptRefusal { chat: chat.id, answer: answer.id });
        }
        Err(ConversationError::KeyOfAnother)
    }
}
