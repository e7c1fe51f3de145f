//! The microphone: sound is decoded while it arrives, cut into utterances, and recognised while it is
//! being spoken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::StreamExt;
use shared::http::ApiError;
use shared::speech::audio::{LiveDecoder, LiveFormat, LiveSound, RECOGNISED_RATE};
use shared::speech::endpointing::{Endpointer, Endpointing, SpeechEvent};
use shared::speech::{Hearing, Transcriber};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;

/// What is heard, for the session.
#[derive(Debug)]
pub(crate) enum Heard {
    /// Somebody has begun to speak.
    Started,
    /// What is understood so far.
    Partial(String),
    /// What was said, and when it ended.
    Utterance(String, Instant),
    /// The recording ended without anybody having spoken in it.
    Nothing,
    /// It cannot be heard or understood.
    Failed(ApiError),
}

/// Events that may wait for the session.
const EVENTS: usize = 16;
/// Blocks of sound that may wait for the transcriber.
const BLOCKS: usize = 256;

/// One recording that arrives. Dropping it ends the work.
#[derive(Debug)]
pub(crate) struct Microphone {
    decoder: Option<LiveDecoder>,
    _listener: AbortOnDropHandle<()>,
}

impl Microphone {
    /// Listens; what is heard comes out of the receiver.
    pub(crate) fn open(
        format: LiveFormat,
        transcriber: Arc<dyn Transcriber>,
        silence: Duration,
        longest: Duration,
    ) -> Result<(Self, mpsc::Receiver<Heard>), ApiError> {
        let (decoder, sound) = LiveDecoder::new(format, longest)?;
        let (events, heard) = mpsc::channel(EVENTS);
        let endpointer = Endpointer::new(Endpointing { silence, ..Endpointing::default() });
        let listener = Listener { transcriber, endpointer, events, spoken: false, utterance: None };
        Ok((
            Self { decoder: Some(decoder), _listener: AbortOnDropHandle::new(tokio::spawn(listener.run(sound))) },
            heard,
        ))
    }

    /// The next piece of the recording.
    pub(crate) async fn push(&mut self, piece: Bytes) {
        if let Some(decoder) = &mut self.decoder {
            decoder.push(piece).await;
        }
    }

    /// The recording is complete; what was said at its end is still understood.
    pub(crate) async fn finish(&mut self) {
        if let Some(decoder) = self.decoder.take() {
            decoder.finish().await;
        }
    }

    /// Whether pieces are still taken.
    pub(crate) fn is_open(&self) -> bool {
        self.decoder.is_some()
    }
}

/// An utterance that is being recognised.
struct Utterance {
    sound: mpsc::Sender<Vec<i16>>,
    work: AbortOnDropHandle<Option<Result<String, ApiError>>>,
}

struct Listener {
    transcriber: Arc<dyn Transcriber>,
    endpointer: Endpointer,
    events: mpsc::Sender<Heard>,
    spoken: bool,
    utterance: Option<Utterance>,
}

impl Listener {
    async fn run(mut self, mut sound: LiveSound) {
        while let Some(block) = sound.next().await {
            match block {
                Ok(samples) => {
                    let events = self.endpointer.push(&samples);
                    self.follow(events).await;
                }
                Err(error) => {
                    self.tell(Heard::Failed(error.into())).await;
                    return;
                }
            }
        }
        let events = self.endpointer.finish();
        self.follow(events).await;
        if !self.spoken {
            self.tell(Heard::Nothing).await;
        }
    }

    async fn follow(&mut self, events: Vec<SpeechEvent>) {
        for event in events {
            match event {
                SpeechEvent::Started => {
                    self.spoken = true;
                    self.tell(Heard::Started).await;
                    self.utterance = Some(self.begin());
                }
                SpeechEvent::Sound(samples) => {
                    if let Some(utterance) = &self.utterance {
                        // A transcriber that has given up says why at the end.
                        let _ = utterance.sound.send(samples).await;
                    }
                }
                SpeechEvent::Ended(_) => self.end().await,
            }
        }
    }

    fn begin(&self) -> Utterance {
        let (sound, blocks) = mpsc::channel(BLOCKS);
        let (transcriber, events) = (self.transcriber.clone(), self.events.clone());
        let work = tokio::spawn(async move {
            let mut hearing = transcriber.listen(ReceiverStream::new(blocks).boxed());
            while let Some(heard) = hearing.next().await {
                match heard {
                    Ok(Hearing::Partial(text)) => drop(events.send(Heard::Partial(text)).await),
                    Ok(Hearing::Final(transcript)) => return Some(Ok(transcript.text)),
                    Err(error) => return Some(Err(error.into())),
                }
            }
            None
        });
        Utterance { sound, work: AbortOnDropHandle::new(work) }
    }

    async fn end(&mut self) {
        let Some(Utterance { sound, work }) = self.utterance.take() else { return };
        let ended = Instant::now();
        drop(sound);
        let heard = match work.await {
            Ok(Some(Ok(text))) => Heard::Utterance(text, ended),
            Ok(Some(Err(error))) => Heard::Failed(error),
            Ok(None) | Err(_) => Heard::Failed(ApiError::internal("a transcriber ended without a word")),
        };
        self.tell(heard).await;
    }

    async fn tell(&self, heard: Heard) {
        // A session that has ended wants to know nothing.
        let _ = self.events.send(heard).await;
    }
}

/// What raw samples are taken to be where nobody says at which rate they come.
pub(crate) const USUAL_RATE: u32 = RECOGNISED_RATE;
