//! The loop of one connection: frames in, frames out. Independent of the socket.

mod listening;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use answers::conversation::LONGEST_MESSAGE;
use foundation::ApiError;
use foundation::ids::ChatId;
use futures::{Stream, StreamExt};
use shared::http::without_controls;
use shared::pace::admit;
use speech::synthesis::is_voice_name;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use crate::speaker::Speaker;

use self::listening::heard;
use crate::Parts;
use crate::frames::{ClientConfig, ClientFrame, ServerFrame, SpokenAnswers};
use crate::hearing::{Microphone, MicrophoneEvent};
use crate::outbox::{Disconnected, Outbox};
use crate::playing::Playing;
use crate::turn::{AnswerOptions, Turn, TurnEnd};

/// Close code of a connection whose sign-in has ended: policy violation.
const SIGNED_OUT: u16 = 1008;

/// The state of a connection.
pub struct Session {
    parts: Parts,
    speaker: Speaker,
    out: Outbox,
    config: ClientConfig,
    chat: Option<ChatId>,
    turn: Option<Running>,
    /// The answer that the client may be playing after its turn has ended.
    playing: Option<Playing>,
    /// The recordings that are arriving or being recognised, in order. The last may be open.
    microphones: VecDeque<(Microphone, mpsc::Receiver<MicrophoneEvent>)>,
    /// When speech began that may interrupt the answer, depending on its words.
    overlapping: Option<Instant>,
    /// Whether sound is ignored until the recording ends, because it cannot be processed.
    ignores_sound: bool,
}

/// A question and how its answer is to be told.
struct Question {
    text: String,
    /// The session that a client names that speaks answers itself, whether or not it is there.
    named: Option<ChatId>,
    audio: SpokenAnswers,
    /// When it was complete.
    asked: Instant,
    /// How long recognition took after that, if it was spoken.
    recognised: Option<Duration>,
}

struct Running {
    cancel: CancellationToken,
    task: JoinHandle<TurnEnd>,
}

impl Session {
    /// For one connection of `speaker`.
    #[must_use]
    pub fn new(parts: Parts, speaker: Speaker, out: Outbox) -> Self {
        let config = ClientConfig::default();
        Self {
            parts,
            speaker,
            out,
            config,
            chat: None,
            turn: None,
            playing: None,
            microphones: VecDeque::new(),
            overlapping: None,
            ignores_sound: false,
        }
    }

    /// Handles the client's frames until they end or `stop` is cancelled. After that, a running turn may finish. In any
    /// case, warnings that were not heard stay pending.
    pub async fn run(mut self, frames: impl Stream<Item = Result<ClientFrame, String>>, stop: CancellationToken) {
        let mut frames = std::pin::pin!(frames);
        if self.out.send(&ServerFrame::Ready).await.is_err() {
            return;
        }
        let mut is_there = true;
        loop {
            let followed = tokio::select! {
                frame = frames.next() => match frame {
                    Some(Ok(frame)) => self.follow(frame).await,
                    Some(Err(sentence)) => self.refuse(&ApiError::bad_request("malformed_frame", sentence)).await,
                    None => {
                        is_there = false;
                        break;
                    }
                },
                heard = heard(&mut self.microphones) => self.hear(heard).await,
                end = ended(&mut self.turn) => {
                    self.turn = None;
                    self.settle(end);
                    Ok(())
                }
                () = stop.cancelled() => break,
            };
            if followed.is_err() {
                break;
            }
        }
        if is_there
            && self.out.is_open()
            && let Some(mut running) = self.turn.take()
        {
            let ended = tokio::select! {
                ended = &mut running.task => ended,
                () = self.parts.cut.cancelled() => {
                    running.cancel.cancel();
                    running.task.await
                }
            };
            self.settle(ended.ok());
        }
        let left = if is_there && self.out.is_open() { Instant::now() } else { self.out.last_alive() };
        self.leave(left);
    }

    /// Once a running turn has ended, stores the warnings that the client had not heard when it `left`. The answer is
    /// written to its end even if nobody listens.
    fn leave(self, left: Instant) {
        let Self { parts, speaker, turn, playing, .. } = self;
        if turn.is_none() && playing.is_none() {
            return;
        }
        let turns = parts.turns.clone();
        turns.spawn(async move {
            let ended = match turn {
                Some(running) => running.task.await.ok(),
                None => None,
            };
            for playing in playing.into_iter().chain(ended.and_then(|ended| ended.playing)) {
                playing.note_unheard(&parts, &speaker, left).await;
            }
        });
    }

    async fn follow(&mut self, frame: ClientFrame) -> Result<(), Disconnected> {
        match frame {
            ClientFrame::FinalText { text, session } => {
                if let Some(session) = session
                    && !self.choose(&session).await?
                {
                    return Ok(());
                }
                let audio = self.config.audio.unwrap_or_default();
                self.begin(Question { text, named: None, audio, asked: Instant::now(), recognised: None }).await
            }
            ClientFrame::Sentence { text, session } => {
                let named = session.and_then(|session| ChatId::try_from(session).ok());
                let audio = SpokenAnswers::Words;
                self.begin(Question { text, named, audio, asked: Instant::now(), recognised: None }).await
            }
            ClientFrame::Interrupt => {
                self.silence().await;
                Ok(())
            }
            ClientFrame::Stop => {
                self.microphones.clear();
                self.ignores_sound = false;
                self.silence().await;
                Ok(())
            }
            ClientFrame::Config(config) => self.configure(config).await,
            ClientFrame::Audio(piece) => self.listen(piece).await,
            ClientFrame::AudioEnd => {
                self.ignores_sound = false;
                if let Some((microphone, _)) = self.microphones.back_mut() {
                    microphone.finish().await;
                }
                Ok(())
            }
            ClientFrame::Unknown(kind) => {
                let sentence = format!("Frames of the type \"{kind}\" are not known here.");
                self.refuse(&ApiError::bad_request("unknown_frame", sentence)).await
            }
        }
    }

    async fn configure(&mut self, config: ClientConfig) -> Result<(), Disconnected> {
        if config.voice.as_deref().is_some_and(|voice| !is_voice_name(voice)) {
            let error = ApiError::bad_request("voice_refused", "The field \"voice\" must be the name of a voice.");
            return self.refuse(&error).await;
        }
        let own = &mut self.config;
        if config.format.is_some() || config.sample_rate.is_some() {
            // Another kind of recording begins.
            self.microphones.clear();
            self.ignores_sound = false;
        }
        own.format = config.format.or(own.format);
        own.sample_rate = config.sample_rate.or(own.sample_rate);
        own.voice = config.voice.or(own.voice.take());
        own.audio = config.audio.or(own.audio);
        own.transcript = config.transcript.or(own.transcript);
        own.procedure = config.procedure.or(own.procedure);
        match config.session_id.filter(|session| !session.is_empty()) {
            Some(session) => self.choose(&session).await.map(drop),
            None => Ok(()),
        }
    }

    /// Sets the session of further questions. Returns whether it exists.
    async fn choose(&mut self, session: &str) -> Result<bool, Disconnected> {
        let Ok(chat) = ChatId::try_from(session.to_owned()) else {
            self.refuse(&ApiError::not_found("Session")).await?;
            return Ok(false);
        };
        self.silence().await;
        self.chat = Some(chat);
        Ok(true)
    }

    /// Begins a turn, after interrupting a running one.
    async fn begin(&mut self, question: Question) -> Result<(), Disconnected> {
        let Question { text, named, audio, asked, recognised } = question;
        let text = without_controls(&text).trim().to_owned();
        if text.is_empty() {
            // Of speech, the empty transcript says it.
            return match recognised {
                Some(_) => Ok(()),
                None => self.refuse_as(&ApiError::bad_request("empty_question", "The question is empty."), audio).await,
            };
        }
        if text.chars().count() > LONGEST_MESSAGE {
            let sentence = format!("A question may have at most {LONGEST_MESSAGE} characters.");
            return self.refuse_as(&ApiError::payload_too_large("question_too_long", sentence), audio).await;
        }
        self.silence().await;
        if let Err(error) = admit(&self.parts.context, Some(&self.speaker.user), None).await {
            return self.refuse_as(&error, audio).await;
        }
        match self.parts.context.store.sign_in(&self.speaker.user, &self.speaker.sign_in).await {
            Ok(Some(_)) => {}
            Ok(None) => {
                let ended =
                    ApiError::unauthorized("sign_in_expired", "Your sign-in has expired. Please sign in again.");
                self.refuse_as(&ended, audio).await?;
                self.out.close(SIGNED_OUT, "signed out").await;
                return Err(Disconnected);
            }
            Err(error) => return self.refuse_as(&error.into(), audio).await,
        }
        let cancel = CancellationToken::new();
        let turn = Turn {
            parts: self.parts.clone(),
            speaker: self.speaker.clone(),
            options: AnswerOptions {
                audio,
                voice: self.config.voice.clone(),
                procedure: self.config.procedure == Some(true),
            },
            out: self.out.clone(),
            cancel: cancel.clone(),
            asked,
            recognised,
        };
        let chats = named.into_iter().chain(self.chat.clone()).collect();
        let task = self.parts.turns.spawn(turn.run(text, chats));
        self.turn = Some(Running { cancel, task });
        self.out.set_busy(true);
        Ok(())
    }

    /// Whether an answer is being written, or still played by a client that plays at once what it gets.
    fn is_answering(&self) -> bool {
        self.turn.is_some() || self.playing.as_ref().is_some_and(|playing| playing.until > Instant::now())
    }

    /// Interrupts a running turn. On return, nothing of it is sent any more. A client that is still playing a complete
    /// answer is told to be silent.
    async fn silence(&mut self) {
        if let Some(running) = self.turn.take() {
            running.cancel.cancel();
            self.settle(running.task.await.ok());
        }
        let now = Instant::now();
        if let Some(playing) = self.playing.take()
            && playing.until > now
        {
            // The client falls silent before anything is kept. Should it have gone, the connection notices by itself.
            let _ = self.out.send(&ServerFrame::Interrupted { heard: playing.text.clone() }).await;
            playing.note_unheard(&self.parts, &self.speaker, now).await;
        }
    }

    /// Takes over the results of a turn.
    fn settle(&mut self, ended: Option<TurnEnd>) {
        self.out.set_busy(false);
        if let Some(TurnEnd { chat, playing }) = ended {
            self.chat = chat;
            self.playing = playing;
        }
    }

    async fn refuse(&mut self, error: &ApiError) -> Result<(), Disconnected> {
        self.refuse_as(error, SpokenAnswers::None).await
    }

    /// Refuses a question whose answer would have been told in this way.
    async fn refuse_as(&mut self, error: &ApiError, audio: SpokenAnswers) -> Result<(), Disconnected> {
        if let Some(cause) = error.cause() {
            tracing::error!(connection = %self.speaker.connection, code = error.code(), cause, "a frame failed");
        }
        self.out.refuse(error, audio).await
    }
}

/// The end of the running turn; pending forever if none is running.
async fn ended(turn: &mut Option<Running>) -> Option<TurnEnd> {
    let Some(running) = turn else { return std::future::pending().await };
    (&mut running.task).await.ok()
}
