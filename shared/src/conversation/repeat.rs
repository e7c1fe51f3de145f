//! Asking the same question again, because its answer got lost on the way.

use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::progress::{Outcome, Progress};
use super::question::{Asked, Prompt};
use super::{ConversationError, ConversationResult, Conversations};
use crate::ids::{ChatId, UserId};
use crate::store::{AskedBefore, ChatMessage, Lease, Store, StoreResult, Write};

/// How often a repeated request looks how far the answer is.
const LOOK: Duration = Duration::from_millis(100);

/// What makes two questions the same.
pub(super) fn digest(chat: Option<&ChatId>, prompt: &Prompt) -> String {
    let sizes: Vec<usize> = prompt.pictures.iter().map(super::Picture::size).collect();
    let session = chat.map(ToString::to_string);
    hex::encode(Sha256::digest(format!("{session:?} {:?} {sizes:?}", prompt.text)))
}

/// The write that remembers a question by its key, where it has one.
pub(super) fn remembering(
    lease: &Lease,
    key: Option<&str>,
    digest: String,
    question: &ChatMessage,
    answer: &ChatMessage,
) -> StoreResult<Option<Write>> {
    let asked = AskedBefore::now(digest, &lease.chat, &question.id, &answer.id);
    key.map(|key| asked.remembering(&lease.user, key)).transpose()
}

impl Conversations {
    /// The question that was asked with the key of this prompt, with its answer, which may still be
    /// written, here or elsewhere.
    ///
    /// # Errors
    /// [`ConversationError::KeyOfAnother`] when the key came with another question;
    /// [`ConversationError::NoSuchMessage`] when what was said then is deleted.
    pub(super) async fn asked_before(
        &self,
        user: &UserId,
        chat: Option<&ChatId>,
        prompt: &Prompt,
    ) -> ConversationResult<Option<Asked>> {
        let Some(key) = &prompt.key else { return Ok(None) };
        match self.context.store.asked_before(user, key).await? {
            None => Ok(None),
            Some(found) if found.digest != digest(chat, prompt) => Err(ConversationError::KeyOfAnother),
            Some(found) => self.follow(user, found).await.map(Some),
        }
    }

    async fn follow(&self, user: &UserId, found: AskedBefore) -> ConversationResult<Asked> {
        let store = &self.context.store;
        let gone = ConversationError::NoSuchMessage;
        let question = store.message(user, &found.chat, &found.question).await?.ok_or(gone)?;
        let answer = look(store, user, &found).await?.ok_or(ConversationError::NoSuchMessage)?;
        let (sender, progress) = watch::channel(so_far(answer));
        let (chat, id) = (found.chat.clone(), found.answer.clone());
        if progress.borrow().outcome.is_none() {
            let (store, user) = (store.clone(), user.clone());
            // Ends with its listener, or with the answer, or, without a word, when that is deleted.
            self.tasks.spawn(async move {
                while !sender.is_closed() {
                    tokio::time::sleep(LOOK).await;
                    match look(&store, &user, &found).await {
                        Ok(Some(answer)) => drop(sender.send_replace(so_far(answer))),
                        Ok(None) => return,
                        Err(error) => tracing::warn!(%error, "a repeated request could not look at its answer"),
                    }
                    if sender.borrow().outcome.is_some() {
                        return;
                    }
                }
            });
        }
        Ok(Asked { chat, question, answer: id, progress, stop: CancellationToken::new() })
    }
}

/// The answer as it is stored.
async fn look(store: &Store, user: &UserId, found: &AskedBefore) -> ConversationResult<Option<ChatMessage>> {
    let running = store.generation(user, &found.chat).await?;
    let answer = store.message(user, &found.chat, &found.answer).await?;
    Ok(answer.map(|answer| answer.seen_under(running.as_ref())))
}

fn so_far(answer: ChatMessage) -> Progress {
    let text = answer.content.clone();
    let outcome = (!answer.is_generating()).then(|| {
        let failure = answer.failure.clone();
        Outcome { aborted: answer.is_stopped && failure.is_none(), failure, message: answer }
    });
    Progress { stages: Vec::new(), text, outcome }
}
