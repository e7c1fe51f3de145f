//! A turn: a question, and its answer as text and sound.

mod times;

use std::pin::pin;
use std::time::{Duration, Instant};

use answers::assistant::unsaid;
use answers::conversation::{ConversationError, ConversationResult, OngoingAnswer, Outcome, Progress, Prompt};
use foundation::ApiError;
use foundation::ids::ChatId;
use serde_json::Value;
use shared::store::Warning;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::times::Times;
use crate::Parts;
use crate::frames::{ServerFrame, SpokenAnswers};
use crate::outbox::{Disconnected, Outbox, SpokenOffset};
use crate::playing::Playing;
use crate::speaker::Speaker;
use crate::speaking::{Sentence, SpeechProgress, speak};
use crate::splitter::Splitter;
use crate::words;

/// Number of sentences that may wait to be spoken. Beyond that, the answer is read no faster than it is spoken.
const SENTENCES: usize = 32;

/// Outcome of a turn with a complete answer.
pub(crate) const ANSWERED: &str = "answered";
/// Outcome of a turn with a complete answer that could not be spoken.
const SILENT: &str = "silent";
/// Outcomes of turns that ended before their answers were heard.
const INTERRUPTED: &str = "interrupted";
pub(crate) const STOPPED: &str = "stopped";
const TIMEOUT: &str = "timeout";
const GONE: &str = "gone";
/// Outcomes of turns whose answers failed, or ended with nothing known about them.
pub(crate) const FAILED: &str = "failed";
pub(crate) const LOST: &str = "lost";

/// How answers are spoken.
#[derive(Debug, Clone, Default)]
pub(crate) struct AnswerOptions {
    pub(crate) audio: SpokenAnswers,
    pub(crate) voice: Option<String>,
    /// Whether the steps of a procedure are also sent as data.
    pub(crate) procedure: bool,
}

/// A running turn.
pub(crate) struct Turn {
    pub(crate) parts: Parts,
    pub(crate) speaker: Speaker,
    pub(crate) options: AnswerOptions,
    pub(crate) out: Outbox,
    /// Cancelled when nobody wants to hear the answer any more.
    pub(crate) cancel: CancellationToken,
    /// When the question was complete.
    pub(crate) asked: Instant,
    /// How long recognition took after that, if the question was spoken.
    pub(crate) recognised: Option<Duration>,
}

/// The results of a turn.
#[derive(Debug)]
pub(crate) struct TurnEnd {
    /// Its session.
    pub(crate) chat: Option<ChatId>,
    /// The answer that the client may still be playing.
    pub(crate) playing: Option<Playing>,
}

impl Turn {
    /// Runs the turn to its end, in the first of `chats`, or in a new one.
    pub(crate) async fn run(self, text: String, chats: Vec<ChatId>) -> TurnEnd {
        let mut times = Times::default();
        let asked = match self.ask(text, &chats).await {
            Ok(asked) => asked,
            Err(error) => {
                // Where the session is gone, the next turn begins another.
                let chat = chats.last().cloned().filter(|_| !matches!(error, ConversationError::NoSuchChat));
                self.refuse(&ApiError::from(error)).await;
                self.log("refused", &times);
                return TurnEnd { chat, playing: None };
            }
        };
        let chat = Some(asked.chat.clone());
        let (mut sent, mut spoken) = (String::new(), SpeechProgress::default());
        let mut ended = None;
        let outcome = self.answer(&asked, (&mut sent, &mut spoken, &mut ended), &mut times).await.unwrap_or(GONE);
        times.first_audio = spoken.first;
        self.log(outcome, &times);
        let left = || if outcome == GONE { self.out.last_alive() } else { Instant::now() };
        let heard = spoken.heard_by(ended.unwrap_or_else(left));
        self.note_warnings(&asked, outcome, sent.get(..heard).unwrap_or(&sent)).await;
        let until = spoken.until.filter(|until| outcome == ANSWERED && *until > Instant::now());
        let playing = until.map(|until| {
            let (chat, answer) = (asked.chat.clone(), asked.answer.clone());
            Playing { until, text: sent, chat, answer, spoken }
        });
        TurnEnd { chat, playing }
    }

    /// Stores which warnings are still to be said, by the outcome of the turn. If synthesis fails, no step was spoken
    /// without its warnings, and those of the answer are in the text; but warnings carried over from earlier answers
    /// are still to be heard.
    async fn note_warnings(&self, asked: &OngoingAnswer, outcome: &'static str, heard: &str) {
        let (conversations, user) = (&self.parts.conversations, &self.speaker.user);
        let noted = match outcome {
            _ if self.options.audio == SpokenAnswers::None => return,
            ANSWERED | SILENT if asked.carried.is_empty() => return,
            ANSWERED => conversations.note_settled(user, &asked.chat, &asked.carried).await,
            SILENT => {
                let unheard = unsaid(&asked.carried, heard);
                let settled: Vec<Warning> =
                    asked.carried.iter().filter(|warning| !unheard.contains(warning)).cloned().collect();
                conversations.note_settled(user, &asked.chat, &settled).await
            }
            _ => {
                // The warnings of an answer are known when it is stored; where the client has gone, that is at its end.
                let mut progress = asked.progress.clone();
                let ended = progress.wait_for(|progress| progress.outcome.is_some());
                let _ = tokio::time::timeout(self.parts.limits.turn, ended).await;
                conversations.note_said(user, &asked.chat, &asked.answer, heard).await
            }
        };
        if let Err(error) = noted {
            tracing::warn!(%error, chat = %asked.chat, "warnings that were not said could not be kept");
        }
    }

    /// Whether the client speaks the answer itself.
    fn is_in_words(&self) -> bool {
        self.options.audio == SpokenAnswers::Words
    }

    /// Asks in the first of `chats`. A client that speaks answers itself may name a session that is not there, or only
    /// its own idea of one: then it is asked in the next, or in a new one.
    async fn ask(&self, text: String, chats: &[ChatId]) -> ConversationResult<OngoingAnswer> {
        let prompt = Prompt { text, pictures: Vec::new(), key: None, aloud: self.options.audio != SpokenAnswers::None };
        let (conversations, user) = (&self.parts.conversations, &self.speaker.user);
        for chat in chats {
            match conversations.ask(user, chat, prompt.clone()).await {
                Err(ConversationError::NoSuchChat) if self.is_in_words() => {}
                asked => return asked,
            }
        }
        conversations.ask_first(user, prompt).await
    }

    /// Writes and speaks the answer, until it ends or is interrupted. `cut` is set to the time of the interruption.
    async fn answer(
        &self,
        asked: &OngoingAnswer,
        (sent, spoken, cut): (&mut String, &mut SpeechProgress, &mut Option<Instant>),
        times: &mut Times,
    ) -> Result<&'static str, Disconnected> {
        let (sentences, waiting) = mpsc::channel(SENTENCES);
        let offset = SpokenOffset::default();
        let work = async {
            if self.is_in_words() {
                self.out.send(&ServerFrame::Session { session_id: asked.chat.to_string() }).await?;
            }
            let mut writing = pin!(self.write(asked, sentences, sent, times));
            let mut speaking = pin!(speak(self, waiting, &offset, spoken));
            let (outcome, silent) = tokio::select! {
                outcome = &mut writing => (outcome?, false),
                spoke = &mut speaking => {
                    spoke?;
                    (writing.await?, true)
                }
            };
            if self.is_in_words() {
                if !silent {
                    speaking.await?;
                }
                return words::conclude(self, outcome, &offset).await;
            }
            let ended = self.finish(asked, outcome, &offset).await?;
            if ended == ANSWERED && !silent {
                speaking.await?;
            }
            Ok(ended)
        };
        let ended = tokio::select! {
            biased;
            () = self.cancel.cancelled() => None,
            ended = tokio::time::timeout(self.parts.limits.turn, work) => Some(ended),
        };
        match ended {
            None => {
                *cut = Some(Instant::now());
                let heard = self.heard(sent, &offset);
                asked.stop.cancel();
                let told = self.out.send(&ServerFrame::Interrupted { heard: heard.clone() }).await;
                self.cut(asked, &heard).await;
                told.map(|()| INTERRUPTED)
            }
            Some(Err(_)) => {
                *cut = Some(Instant::now());
                let heard = self.heard(sent, &offset);
                asked.give_up();
                let late = "The answer took too long. Please try again.";
                self.refuse(&ApiError::unavailable("turn_timeout", late)).await;
                self.cut(asked, &heard).await;
                Ok(TIMEOUT)
            }
            Some(Ok(ended)) => {
                let outcome = ended?;
                match spoken.failure.take() {
                    Some(failure) => {
                        self.refuse(&failure).await;
                        Ok(SILENT)
                    }
                    None => Ok(outcome),
                }
            }
        }
    }

    /// Sends tokens and passes on sentences until the answer is stored. Returns no outcome if the answer was lost.
    async fn write(
        &self,
        asked: &OngoingAnswer,
        sentences: mpsc::Sender<Sentence>,
        sent: &mut String,
        times: &mut Times,
    ) -> Result<Option<Outcome>, Disconnected> {
        let mut progress = asked.progress.clone();
        let mut splitter = Splitter::default();
        let speaks = self.options.audio != SpokenAnswers::None;
        loop {
            let Progress { text, outcome, .. } = progress.borrow_and_update().clone();
            if let Some(token) = text.get(sent.len()..).filter(|token| !token.is_empty()) {
                times.first_token.get_or_insert_with(Instant::now);
                if !self.is_in_words() {
                    self.out.send(&ServerFrame::Token { token: token.to_owned() }).await?;
                }
                for sentence in splitter.push(token) {
                    // Where nobody speaks any more, nobody listens here either.
                    if speaks {
                        let _ = sentences.send(sentence).await;
                    }
                }
                sent.push_str(token);
            }
            if let Some(outcome) = outcome {
                for sentence in splitter.finish() {
                    if speaks && !outcome.aborted && outcome.failure.is_none() {
                        let _ = sentences.send(sentence).await;
                    }
                }
                return Ok(Some(outcome));
            }
            if progress.changed().await.is_err() {
                return Ok(None);
            }
        }
    }

    /// Reports how the answer ended. If it is incomplete, no more sound is sent.
    async fn finish(
        &self,
        asked: &OngoingAnswer,
        outcome: Option<Outcome>,
        offset: &SpokenOffset,
    ) -> Result<&'static str, Disconnected> {
        let Some(outcome) = outcome else {
            let _ = offset.cut();
            self.refuse(&ApiError::internal("an answer ended without an outcome")).await;
            return Ok(LOST);
        };
        if outcome.failure.is_some() || outcome.aborted {
            let _ = offset.cut();
        }
        if let Some(failure) = outcome.failure {
            self.out
                .send(&ServerFrame::Error { code: failure.code, message: failure.message, data: Value::Null })
                .await?;
            return Ok(FAILED);
        }
        if outcome.aborted {
            self.out.send(&ServerFrame::Interrupted { heard: outcome.message.content }).await?;
            return Ok(STOPPED);
        }
        let message = outcome.message;
        let answer = ServerFrame::Final {
            response: message.content,
            citations: message.citations,
            verification: message.verification,
            procedure: message.procedure.filter(|_| self.options.procedure).map(Box::new),
            warnings: message.warnings,
            session_id: asked.chat.to_string(),
            message_id: message.id.to_string(),
            token_usage: message.token_usage.unwrap_or_default(),
        };
        self.out.send(&answer).await?;
        Ok(ANSWERED)
    }

    /// The part of the answer that reached the client: what was spoken if sentences are spoken, otherwise what was
    /// written. Stops further sound.
    fn heard(&self, sent: &str, offset: &SpokenOffset) -> String {
        let reached = offset.cut();
        let end = match self.options.audio {
            SpokenAnswers::Sentence | SpokenAnswers::Words => reached,
            SpokenAnswers::Turn | SpokenAnswers::None => sent.len(),
        };
        sent.get(..end).unwrap_or(sent).trim_end().to_owned()
    }

    async fn cut(&self, asked: &OngoingAnswer, heard: &str) {
        let user = &self.speaker.user;
        match self.parts.conversations.interrupt(user, &asked.chat, &asked.answer, heard).await {
            Ok(()) | Err(ConversationError::NoSuchChat | ConversationError::NoSuchMessage) => {}
            Err(error) => tracing::warn!(%error, chat = %asked.chat, "an interrupted answer could not be cut"),
        }
    }

    pub(crate) async fn refuse(&self, error: &ApiError) {
        if let Some(cause) = error.cause() {
            tracing::error!(code = error.code(), cause, "a turn failed");
        }
        // Should the client have gone, the connection notices by itself.
        let _ = self.out.refuse(error, self.options.audio).await;
    }
}
