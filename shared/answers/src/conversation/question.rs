//! Asks, regenerates and stops.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures::FutureExt;
use tokio::sync::OwnedSemaphorePermit;
use tokio_util::sync::CancellationToken;

use super::attachments;
use super::history::{self, History};
use super::pending::CarriedWarnings;
use super::progress::ProgressReceiver;
use super::start::Start;
use super::title::title_of;
use super::{ConversationError, ConversationResult, Conversations, repeat};
use crate::assistant::{Image, ImageSource};
use foundation::ids::{ChatId, MessageId, UserId};
use shared::store::{Chat, ChatMessage, Generation, Lease, MessageRole, Opening, Preview, StoreError, Warning};

/// How often, and at which interval, a stop checks whether the answer has ended.
const STOP_LOOKS: u32 = 40;
const STOP_PAUSE: Duration = Duration::from_millis(25);

/// A question of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prompt {
    /// Its text; may be empty if there are pictures.
    pub text: String,
    /// In pictures.
    pub pictures: Vec<ImageSource>,
    /// What tells a repeated question from a new one; asked again with the same, it is not asked
    /// again, but its answer is given.
    pub key: Option<String>,
    /// Whether the answer is read out, and should be brief.
    pub aloud: bool,
}

/// An answer that is being written, and its question.
#[derive(Debug)]
pub struct OngoingAnswer {
    /// The session.
    pub chat: ChatId,
    /// The stored question.
    pub question: ChatMessage,
    /// The id of the answer's message.
    pub answer: MessageId,
    /// The progress of the answer.
    pub progress: ProgressReceiver,
    /// Stops the answer at once. [`Conversations::stop`] takes up to a tenth of a second.
    pub stop: CancellationToken,
    /// The warnings with which the answer begins because they were not heard to their end before.
    pub carried: Vec<Warning>,
    pub(super) given_up: Arc<AtomicBool>,
}

impl OngoingAnswer {
    /// Stops the answer because it takes too long. If it has no text yet, the question does not count.
    pub fn give_up(&self) {
        self.given_up.store(true, Ordering::Relaxed);
        self.stop.cancel();
    }
}

impl Conversations {
    /// Creates a session with a question.
    ///
    /// # Errors
    /// If a limit of the plan is reached, this process is writing too many answers, the idempotency key belongs to
    /// another question, or storage fails.
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
        let (question, images) = self.charged(&lease, self.keep_question(&lease, prompt).boxed()).await?;
        let answer = ChatMessage::empty_answer(&lease.id);
        chat.title = title_of(&question.content);
        chat.last_message = Some(Preview::from(&question));
        chat.generation = Some(Generation::new(&lease, Some(answer.id.clone())));
        let opened = async {
            let repeat = repeat::remembering(&lease, key.as_deref(), digest, &question, &answer)?;
            let is_open = self.context.store.open_new_chat(user, &chat, &[&question, &answer], repeat).await?;
            is_open.then_some(()).ok_or(ConversationError::Store(StoreError::Refused))
        };
        if let Err(error) = self.charged(&lease, opened).await {
            attachments::discard(&self.context.objects, user, &question.attachments).await;
            return Err(error);
        }
        let (before, equipment, carried) = (History::default(), Vec::new(), CarriedWarnings::default());
        Ok(self.begin(Start {
            slot,
            lease,
            question,
            images,
            answer,
            is_last: true,
            before,
            equipment,
            aloud,
            carried,
        }))
    }

    /// Asks in an existing session.
    ///
    /// # Errors
    /// If there is no such session, if an answer is being written in it, if this process is writing too many answers,
    /// or as for [`Self::ask_first`].
    pub async fn ask(&self, user: &UserId, id: &ChatId, prompt: Prompt) -> ConversationResult<OngoingAnswer> {
        if let Some(before) = self.asked_before(user, Some(id), &prompt).await? {
            return Ok(before);
        }
        let asked = self.ask_in(user, id, prompt.clone()).boxed().await;
        self.or_asked_meanwhile(user, Some(id), &prompt, asked).await
    }

    /// The result of the same request, if this one failed because the other was asking the question at the same time.
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
        let (question, images) = self.charged(&lease, self.keep_question(&lease, prompt).boxed()).await?;
        let answer = ChatMessage::empty_answer(&lease.id);
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
                    images,
                    answer,
                    is_last: true,
                    before,
                    equipment,
                    aloud,
                    carried,
                }))
            }
            Err(error) => {
                attachments::discard(&self.context.objects, user, &question.attachments).await;
                Err(error)
            }
        }
    }

    /// Answers a question again. `id` names the answer, which is replaced, or the question. A question at the end
    /// without an answer, for example after it was edited, gets one.
    ///
    /// # Errors
    /// If there is no such session or message, if an answer is being written, or if there is no question to answer.
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
        let images = attachments::read_back(&self.context.objects, user, &question.attachments).await?;
        let lease = self.charge(Lease::new(user, chat_id), is_step).await?;
        let answer = old.map_or_else(|| ChatMessage::empty_answer(&lease.id), |old| old.replacement(&lease.id));
        let opening = if answer.replaced.is_some() {
            Opening { replacement: Some(&answer), ..Opening::default() }
        } else {
            Opening { new_messages: vec![&answer], ..Opening::default() }
        };
        self.charged(&lease, self.open(&lease, &chat, Some(&answer.id), opening)).await?;
        let is_last = answer_at + 1 >= messages.len();
        let equipment = chat.equipment_context;
        let carried = CarriedWarnings::default();
        Ok(self.begin(Start {
            slot,
            lease,
            question,
            images,
            answer,
            is_last,
            before,
            equipment,
            aloud: false,
            carried,
        }))
    }

    /// Stops the running answer of a session, if there is one, whichever process is writing it. On return the answer is
    /// stored and the session is free. Only if its writer does not react within a second, just the request is stored.
    ///
    /// # Errors
    /// If there is no such session.
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

    /// Takes the lease. A failed condition means that another request was first.
    pub(super) async fn open(
        &self,
        lease: &Lease,
        seen: &Chat,
        answer: Option<&MessageId>,
        opening: Opening<'_>,
    ) -> ConversationResult<()> {
        if self.context.store.open_chat(lease, seen, answer, opening).await? {
            return Ok(());
        }
        match self.context.store.chat(&lease.user, &lease.chat).await? {
            None => Err(ConversationError::NoSuchChat),
            Some(_) => Err(ConversationError::AnswerInProgress),
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

    pub(super) async fn keep_question(
        &self,
        lease: &Lease,
        prompt: Prompt,
    ) -> ConversationResult<(ChatMessage, Vec<Image>)> {
        let kept = attachments::keep(&self.context.objects, &lease.user, &lease.chat, prompt.pictures).await;
        let (attachments, images) = kept?;
        Ok((ChatMessage { attachments, ..ChatMessage::new(MessageRole::User, prompt.text) }, images))
    }

    /// Counts a question, as recorded in its lease. A command that asks for a step is free.
    async fn charge(&self, lease: Lease, is_step: bool) -> ConversationResult<Lease> {
        if is_step {
            return Ok(lease);
        }
        let month = self.context.billing.charge_message(&lease.user).await?;
        Ok(lease.charged(month))
    }

    /// Runs what comes before the answer. If it fails, the question does not count.
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

    /// A permit to write one more answer.
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
