//! Repeats of a question whose response was lost.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::progress::{Outcome, Progress};
use super::question::{OngoingAnswer, Prompt};
use super::{ConversationError, ConversationResult, Conversations};
use crate::assistant::ImageSource;
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{AskedBefore, ChatMessage, Lease, Store, StoreResult, Write};

/// Interval at which a repeated request checks the progress of the answer.
const LOOK: Duration = Duration::from_millis(100);

/// Maximum number of requests that follow one answer. Each reads the table ten times per second.
const MOST_FOLLOWERS: usize = 16;
/// Maximum number of requests of a process that follow answers.
const MOST_IN_ALL: usize = 256;

/// The digest that identifies a question: of the session, the text, and the content of the pictures.
pub(super) fn digest(chat: Option<&ChatId>, prompt: &Prompt) -> String {
    let session = chat.map(ToString::to_string);
    let mut digest = Sha256::new();
    digest.update(format!("{session:?} {:?}", prompt.text));
    for picture in &prompt.pictures {
        // Of the same length each, so that no two lists of pictures read alike.
        match picture {
            ImageSource::Address(url) => {
                digest.update(b"u");
                digest.update(Sha256::digest(url.as_str()));
            }
            ImageSource::Bytes(_, bytes) => {
                digest.update(b"b");
                digest.update(Sha256::digest(bytes));
            }
        }
    }
    hex::encode(digest.finalize())
}

/// The answers that requests follow, with the number of requests.
#[derive(Debug, Clone, Default)]
pub(super) struct Followers(Arc<Mutex<HashMap<MessageId, usize>>>);

/// A permit to follow an answer, released when dropped.
#[derive(Debug)]
struct FollowerPermit {
    followers: Followers,
    answer: MessageId,
}

impl Followers {
    /// A permit, if one is available.
    fn join(&self, answer: &MessageId) -> ConversationResult<FollowerPermit> {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.values().sum::<usize>() >= MOST_IN_ALL {
            return Err(ConversationError::TooManyAnswers);
        }
        let count = counts.entry(answer.clone()).or_default();
        if *count >= MOST_FOLLOWERS {
            return Err(ConversationError::TooManyFollowers);
        }
        *count += 1;
        Ok(FollowerPermit { followers: self.clone(), answer: answer.clone() })
    }
}

impl Drop for FollowerPermit {
    fn drop(&mut self) {
        let mut counts = self.followers.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.answer) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                counts.remove(&self.answer);
            }
        }
    }
}

/// The write that stores a question under its key, if it has one.
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
    /// The question that was asked with the key of this prompt, and its answer, which may still be in progress in this
    /// or another process.
    ///
    /// # Errors
    /// [`ConversationError::KeyOfAnother`] if the key belongs to another question; [`ConversationError::NoSuchMessage`]
    /// if the messages were deleted since; [`ConversationError::TooManyFollowers`] if the maximum number of requests is
    /// waiting for the answer.
    pub(super) async fn asked_before(
        &self,
        user: &UserId,
        chat: Option<&ChatId>,
        prompt: &Prompt,
    ) -> ConversationResult<Option<OngoingAnswer>> {
        let Some(key) = &prompt.key else { return Ok(None) };
        match self.context.store.asked_before(user, key).await? {
            None => Ok(None),
            Some(found) if found.digest != digest(chat, prompt) => Err(ConversationError::KeyOfAnother),
            Some(found) => self.follow(user, found).await.map(Some),
        }
    }

    async fn follow(&self, user: &UserId, found: AskedBefore) -> ConversationResult<OngoingAnswer> {
        let store = &self.context.store;
        let gone = ConversationError::NoSuchMessage;
        let question = store.message(user, &found.chat, &found.question).await?.ok_or(gone)?;
        let answer = look(store, user, &found).await?.ok_or(ConversationError::NoSuchMessage)?;
        let (sender, progress) = watch::channel(so_far(answer));
        let (chat, id) = (found.chat.clone(), found.answer.clone());
        if progress.borrow().outcome.is_none() {
            let (store, user) = (store.clone(), user.clone());
            let place = self.followers.join(&found.answer)?;
            // Ends with its listener, or with the answer, or, without a word, when that is deleted.
            self.tasks.spawn(async move {
                let _place = place;
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
        let (stop, given_up) = (CancellationToken::new(), Arc::default());
        Ok(OngoingAnswer { chat, question, answer: id, progress, stop, carried: Vec::new(), given_up })
    }
}

/// The stored answer.
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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use image::ImageFormat;

    use super::*;

    fn prompt(text: &str, pictures: Vec<ImageSource>) -> Prompt {
        Prompt { text: text.to_owned(), pictures, key: None, aloud: false }
    }

    fn sent(bytes: &'static [u8]) -> ImageSource {
        ImageSource::Bytes(ImageFormat::Png, bytes.into())
    }

    #[test]
    fn another_picture_of_the_same_size_is_another_question() {
        let elsewhere = |url: &str| ImageSource::Address(url.parse().unwrap());
        let prompts = [
            prompt("What is this?", vec![]),
            prompt("What is that?", vec![]),
            prompt("What is this?", vec![sent(b"one")]),
            prompt("What is this?", vec![sent(b"two")]),
            prompt("What is this?", vec![sent(b"one"), sent(b"two")]),
            prompt("What is this?", vec![sent(b"two"), sent(b"one")]),
            prompt("What is this?", vec![sent(b"onetwo")]),
            prompt("What is this?", vec![elsewhere("https://files.example.com/a.png")]),
            prompt("What is this?", vec![elsewhere("https://files.example.com/b.png")]),
        ];
        let chat = ChatId::new();
        let digests = |chat: Option<&ChatId>| prompts.iter().map(|prompt| digest(chat, prompt)).collect::<Vec<_>>();
        let mut all = [digests(None), digests(Some(&chat))].concat();
        assert_eq!(digests(None), digests(None));
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 2 * prompts.len());
    }

    #[test]
    fn an_answer_has_few_followers_and_a_process_not_many() {
        let followers = Followers::default();
        let answer = MessageId::new();
        let mut places: Vec<FollowerPermit> = (0..MOST_FOLLOWERS).map(|_| followers.join(&answer).unwrap()).collect();
        assert!(matches!(followers.join(&answer), Err(ConversationError::TooManyFollowers)));
        let other = followers.join(&MessageId::new()).unwrap();
        places.pop();
        places.push(followers.join(&answer).unwrap());
        drop((places, other));
        assert!(followers.0.lock().unwrap().is_empty(), "nothing is remembered of those who left");
        let _all: Vec<FollowerPermit> = (0..MOST_IN_ALL).map(|_| followers.join(&MessageId::new()).unwrap()).collect();
        assert!(matches!(followers.join(&answer), Err(ConversationError::TooManyAnswers)));
    }
}
