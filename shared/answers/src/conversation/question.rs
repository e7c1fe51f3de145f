//! Asking, asking again, and stopping.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::history::{self, History};
use super::pending::CarriedWarnings;
use super::pictures::{self, Picture};
use super::progress::ProgressReceiver;
use super::start::Start;
use super::title::title_of;
use super::{ConversationError, ConversationResult, Conversations, repeat};
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{Chat, ChatMessage, Generation, Lease, MessageRole, Opening, Preview, Warning};

/// How often, and how long apart, a stop looks whether the answer has ended.
const STOP_LOOKS: u32 = 40;
const STOP_PAUSE: Duration = Duration::from_millis(25);

/// What a user says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// In words; may be empty where there are pictures.
    pub text: String,
    /// In pictures.
    pub pictures: Vec<Picture>,
    /// What tells a repeated question from a new one; asked again with the same, it is not asked
    /// again, but its answer is given.
    pub key: Option<String>,
    /// Whether the answer is read out: then it is brief.
    pub aloud: bool,
}

/// A question whose answer is being written.
#[derive(Debug)]
pub struct OngoingAnswer {
    /// The session.
    pub chat: ChatId,
    /// The question, as it is stored.
    pub question: ChatMessage,
    /// The message that the answer is written into.
    pub answer: MessageId,
    /// How far the answer is.
    pub progress: ProgressReceiver,
    /// Stops the answer at once, where [`Conversations::stop`] takes up to a tenth of a second.
    pub stop: CancellationToken,
    /// The warnings that the answer begins with, since they were not said to their end before.
    pub carried: Vec<Warning>,
    pub(super) given_up: Arc<AtomicBool>,
}

impl OngoingAnswer {
    /// Stops the answer because it takes too long for us: where it has no word yet, the question does not count.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
        self.stop.cancel();
    }
}

impl Conversations {
    /// Begins a session with a question.
    ///
    /// # Errors
    /// [`ConversationError`].
    pub async fn ask_first(&self, user: &UserId, prompt: Prompt) -> ConversationResult<OngoingAnswer> {
        if let Some(before) = self.asked_before(user, None, &prompt).await? {
            return Ok(before);
        }
        let asked = self.ask_new(user, prompt.clone()).boxed().await;
        self.or_asked_meanwhile(user, None, &prompt, asked).await
    }

    async fn ask_new(&self, user: &UserId, prompt: Prompt) -> ConversationResult<OngoingAnswer> {
        let slot = self.slot()?;
        let mut chat = Chat::new(user);
        let lease = self.charge(Lease::new(user, &chat.id), false).await?;
        let (key, digest) = (prompt.key.clone(), repeat::digest(None, &prompt));
        let aloud = prompt.aloud;
        let question = self.charged(&lease, self.keep_question(&lease, prompt).boxed()).await?;
        let answer = ChatMessage::placeholder(&lease.id);
        chat.title = title_of(&question.content);
        chat.last_message = Some(Preview::from(&question));
        chat.generation = Some(Generation::new(&lease, Some(answer.id.clone())));
        let opened = async {
            let repeat = repeat::remembering(&lease, key.as_deref(), digest, &question, &answer)?;
            Ok(self.context.store.open_new_chat(user, &chat, &[&question, &answer], repeat).await?)
        };
        if let Err(error) = self.charged(&lease, opened).await {
            pictures::discard(&self.context.objects, user, &question.attachments).await;
            return Err(error);
        }
        let (before, equipment, carried) = (History::default(), Vec::new(), CarriedWarnings::default());
        Ok(self.begin(Start { slot, lease, question, answer, is_last: true, before, equipment, aloud, carried }))
    }

    /// Asks in a session that is there.
    ///
    /// # Errors
    /// [`ConversationError::NoSuchChat`], [`ConversationError::AnswerInProgress`],
    /// [`ConversationError::TooManyAnswers`].
    pub async fn ask(&self, user: &UserId, id: &ChatId, prompt: Prompt) -> ConversationResult<OngoingAnswer> {
        if let Some(before) = self.asked_before(user, Some(id), &prompt).await? {
            return Ok(before);
        }
        let asked = self.ask_in(user, id, prompt.clone()).boxed().await;
        self.or_asked_meanwhile(user, Some(id), &prompt, asked).await
    }

    /// Where a question could not be asked because the same request was asking it, what came of that.
    async fn or_asked_meanwhile(
        &self,
        user: &UserId,
        chat: Option<&ChatId>,
        prompt: &Prompt,
        asked: ConversationResult<OngoingAnswer>,
    ) -> ConversationResult<OngoingAnswer> {
        match asked {
            Err(error) => Ok(self.asked_before(user, chat, prompt).await?.ok_or(error)?),
            asked => asked,
        }
    }

    async fn ask_in(&self, user: &UserId, id: &ChatId, prompt: Prompt) -> ConversationResult<OngoingAnswer> {
        let slot = self.slot()?;
        let store = &self.context.store;
        let chat = self.free_chat(user, id).await?;
        let carried = CarriedWarnings::of(&chat, &prompt.text, prompt.aloud);
        let unheard: &[Warning] = if carried.dismisses { &[] } else { &chat.pending_warnings };
        let before = History::of(&store.last_messages(user, id, history::MESSAGES).await?, unheard);
        let words = carried.words.as_deref().unwrap_or(&prompt.text);
        let is_step = carried.reply.is_none() && before.tells_step(words, !prompt.pictures.is_empty());
        let lease = self.charge(Lease::new(user, id), is_step).await?;
        let (key, digest) = (prompt.key.clone(), repeat::digest(Some(id), &prompt));
        let aloud = prompt.aloud;
        let question = self.charged(&lease, self.keep_question(&lease, prompt).boxed()).await?;
        let answer = ChatMessage::placeholder(&lease.id);
        let opening = Opening {
            new_messages: vec![&question, &answer],
            title: title_of(&question.content),
            preview: Some(Preview::from(&question)),
            repeat: repeat::remembering(&lease, key.as_deref(), digest, &question, &answer)?,
            ..Opening::default()
        };
        let opened = self.open(&lease, &chat, Some(&answer.id), opening);
        match self.charged(&lease, opened.boxed()).await {
            Ok(()) => {
                if carried.dismisses
                    && let Err(error) = self.note_settled(user, id, &chat.pending_warnings).await
                {
                    tracing::warn!(%error, chat = %id, "warnings that were dismissed stay pending");
                }
                let equipment = chat.equipment_context;
                Ok(self.begin(Start {
                    slot,
                    lease,
                    question,
                    answer,
                    is_last: true,
                    before,
                    equipment,
                    aloud,
                    carried,
                }))
            }
            Err(error) => {
                pictures::discard(&self.context.objects, user, &question.attachments).await;
                Err(error)
            }
        }
    }

    /// Answers a question again. `id` names the answer, which is replaced where it stands, or the
    /// question; a question at the end that has no answer yet (as after a change of its words) gets
    /// one.
    ///
    /// # Errors
    /// [`ConversationError::NoSuchChat`], [`ConversationError::NoSuchMessage`],
    /// [`ConversationError::AnswerInProgress`], [`ConversationError::NothingToAnswer`].
    pub async fn ask_again(
        &self,
        user: &UserId,
        chat_id: &ChatId,
        id: &MessageId,
    ) -> ConversationResult<OngoingAnswer> {
        let slot = self.slot()?;
        let (chat, messages) = self.free_chat_with_messages(user, chat_id).await?;
        let named = messages.iter().position(|message| message.id == *id).ok_or(ConversationError::NoSuchMessage)?;
        let role_at = |at: usize| messages.get(at).map(|message| message.role);
        let (question_at, answer_at) = match role_at(named) {
            Some(MessageRole::User) => (named, named + 1),
            Some(MessageRole::Assistant) => {
                let before = (0..named).rev().find(|at| role_at(*at) == Some(MessageRole::User));
                (before.ok_or(ConversationError::NothingToAnswer)?, named)
            }
            _ => return Err(ConversationError::NothingToAnswer),
        };
        let question = messages.get(question_at).ok_or(ConversationError::NothingToAnswer)?.clone();
        let old = match messages.get(answer_at) {
            None => None,
            Some(old) if old.role == MessageRole::Assistant => Some(old),
            Some(_) => return Err(ConversationError::NothingToAnswer),
        };
        let before = History::of(messages.get(..question_at).unwrap_or_default(), &chat.pending_warnings);
        let is_step = before.tells_step(&question.content, !question.attachments.is_empty());
        let lease = self.charge(Lease::new(user, chat_id), is_step).await?;
        let answer = old.map_or_else(|| ChatMessage::placeholder(&lease.id), |old| old.replacement(&lease.id));
        let opening = if answer.replaced.is_some() {
            Opening { replacement: Some(&answer), ..Opening::default() }
        } else {
            Opening { new_messages: vec![&answer], ..Opening::default() }
        };
        self.charged(&lease, self.open(&lease, &chat, Some(&answer.id), opening)).await?;
        let is_last = answer_at + 1 >= messages.len();
        let equipment = chat.equipment_context;
        let carried = CarriedWarnings::default();
        Ok(self.begin(Start { slot, lease, question, answer, is_last, before, equipment, aloud: false, carried }))
    }

    /// Stops the running answer of a session, if there is one, wherever it is being written. When this
    /// returns, the answer is stored and the session is free; only where its writer does not react
    /// within a second, the request alone is stored.
    ///
    /// # Errors
    /// [`ConversationError::NoSuchChat`].
    pub async fn stop(&self, user: &UserId, id: &ChatId) -> ConversationResult<()> {
        let chat = self.context.store.chat(user, id).await?.ok_or(ConversationError::NoSuchChat)?;
        if let Some(generation) =
            chat.generation.filter(|generation| generation.is_live() && generation.message_id.is_some())
        {
            self.context.store.request_stop(user, id, &generation).await?;
            for _ in 0..STOP_LOOKS {
                let running = self.context.store.generation(user, id).await?;
                if running.is_none_or(|running| running.id != generation.id) {
                    break;
                }
                tokio::time::sleep(STOP_PAUSE).await;
            }
        }
        Ok(())
    }

    /// Takes the lease; a condition that fails means that another was first.
    pub(super) async fn open(
        &self,
        lease: &Lease,
        seen: &Chat,
        answer: Option<&MessageId>,
        opening: Opening<'_>,
    ) -> ConversationResult<()> {
        match self.context.store.open_chat(lease, seen, answer, opening).await {
            Err(error) if error.is_condition() => match self.context.store.chat(&lease.user, &lease.chat).await? {
                None => Err(ConversationError::NoSuchChat),
                Some(_) => Err(ConversationError::AnswerInProgress),
            },
            other => Ok(other?),
        }
    }

    async fn free_chat(&self, user: &UserId, id: &ChatId) -> ConversationResult<Chat> {
        let chat = self.context.store.chat(user, id).await?.ok_or(ConversationError::NoSuchChat)?;
        free(chat)
    }

    pub(super) async fn free_chat_with_messages(
        &self,
        user: &UserId,
        id: &ChatId,
    ) -> ConversationResult<(Chat, Vec<ChatMessage>)> {
        let found = self.context.store.chat_with_messages(user, id).await?;
        let (chat, messages) = found.ok_or(ConversationError::NoSuchChat)?;
        Ok((free(chat)?, messages))
    }

    async fn keep_question(&self, lease: &Lease, prompt: Prompt) -> ConversationResult<ChatMessage> {
        let attachments = pictures::keep(&self.context.objects, &lease.user, &lease.chat, prompt.pictures).await?;
        Ok(ChatMessage { attachments, ..ChatMessage::new(MessageRole::User, prompt.text) })
    }

    /// Counts a question; the lease under which it will be answered knows where. A word that asks for a step is none.
    async fn charge(&self, lease: Lease, is_step: bool) -> ConversationResult<Lease> {
        if is_step {
            return Ok(lease);
        }
        let month = self.context.billing.charge_message(&lease.user).await?;
        Ok(lease.charged(month))
    }

    /// Does what comes before the answer is begun; where it fails, the question does not count.
    async fn charged<T>(
        &self,
        lease: &Lease,
        work: impl Future<Output = ConversationResult<T>>,
    ) -> ConversationResult<T> {
        let done = work.await;
        if let (Err(_), Some(month)) = (&done, &lease.charged)
            && let Err(error) = self.context.billing.refund(&lease.user, month).await
        {
            tracing::error!(%error, user = %lease.user, "a question that was not asked stays counted");
        }
        done
    }

    /// Room for one more answer.
    fn slot(&self) -> ConversationResult<OwnedSemaphorePermit> {
        self.slots.clone().try_acquire_owned().map_err(|_| ConversationError::TooManyAnswers)
    }
}

fn free(chat: Chat) -> ConversationResult<Chat> {
    match &chat.generation {
        Some(generation) if generation.is_live() => Err(ConversationError::AnswerInProgress),
        _ => Ok(chat),
    }
}
