//! The microphone: sound is decoded while it arrives, cut into utterances, and recognised while it is
//! being spoken.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use foundation::ApiError;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use speech::audio::{AudioWorker, LiveDecoder, LiveFormat, LiveSound, RECOGNISED_RATE};
use speech::endpointing::{Endpointer, Endpointing, SpeechEvent};
use speech::{Transcriber, TranscriptEvent};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;

use crate::voice_meter::{GivenSound, VoiceMeter};

/// What raw samples are taken to be where nobody says at which rate they come.
pub(crate) const DEFAULT_RATE: u32 = RECOGNISED_RATE;

/// What is heard, for the session.
#[derive(Debug)]
pub(crate) enum MicrophoneEvent {
    /// Somebody has begun to speak.
    Started,
    /// What is understood so far.
    Partial(String),
    /// What was said, and when it ended.
    Utterance(String, Instant),
    /// The recording ended without anybody having spoken in it.
    Nothing,
    /// Something was said that could not be understood; the microphone goes on.
    Misunderstood(ApiError),
    /// What arrives is no sound, or too much of it; nothing more is heard.
    Broken(ApiError),
}

/// Events that may wait for the session.
const EVENTS: usize = 16;
/// Blocks of sound, of 16 milliseconds or more, that may wait for the transcriber: the longest
/// utterance, so that a slow transcriber never holds up the microphone.
const BLOCKS: usize = 4_096;
/// Utterances that may be understood at the same time.
const UTTERANCES: usize = 3;
/// How long a microphone may stay open.
const LONGEST: Duration = Duration::from_hours(4);

/// One recording that arrives. Dropping it ends the work.
#[derive(Debug)]
pub(crate) struct Microphone {
    decoder: Option<LiveDecoder>,
    _listener: AbortOnDropHandle<()>,
}

impl Microphone {
    /// Listens; what is heard comes out of the receiver. `silence` ends an utterance.
    pub(crate) fn open(
        format: LiveFormat,
        audio: &AudioWorker,
        transcriber: Arc<dyn Transcriber>,
        meter: VoiceMeter,
        silence: Duration,
    ) -> Result<(Self, mpsc::Receiver<MicrophoneEvent>), ApiError> {
        let (decoder, sound) = LiveDecoder::new(format, LONGEST, audio)?;
        let (events, heard) = mpsc::channel(EVENTS);
        let endpointer = Endpointer::new(Endpointing { silence, ..Endpointing::default() });
        let listener = Listener {
            transcriber,
            meter,
            endpointer,
            events,
            spoken: false,
            utterance: None,
            understood: FuturesOrdered::new(),
        };
        let listener = AbortOnDropHandle::new(tokio::spawn(listener.run(sound)));
        Ok((Self { decoder: Some(decoder), _listener: listener }, heard))
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

/// An utterance that is being spoken.
struct Utterance {
    sound: mpsc::Sender<Vec<i16>>,
    work: AbortOnDropHandle<Result<String, ApiError>>,
}

/// An utterance that is being understood, and when it ended.
type PendingTranscript = futures::future::BoxFuture<'static, (Result<String, ApiError>, Instant)>;

struct Listener {
    transcriber: Arc<dyn Transcriber>,
    meter: VoiceMeter,
    endpointer: Endpointer,
    events: mpsc::Sender<MicrophoneEvent>,
    /// Whether anybody has spoken.
    spoken: bool,
    utterance: Option<Utterance>,
    understood: FuturesOrdered<PendingTranscript>,
}

impl Listener {
    async fn run(mut self, mut sound: LiveSound) {
        loop {
            tokio::select! {
                block = sound.next() => match block {
                    Some(Ok(samples)) => {
                        let events = self.endpointer.push(&samples);
                        self.follow(events).await;
                    }
                    Some(Err(error)) => {
                        self.tell(MicrophoneEvent::Broken(error.into())).await;
                        return;
                    }
                    None => break,
                },
                Some((said, ended)) = self.understood.next() => self.tell(understood(said, ended)).await,
            }
        }
        let events = self.endpointer.finish();
        self.follow(events).await;
        while let Some((said, ended)) = self.understood.next().await {
            self.tell(understood(said, ended)).await;
        }
        if !self.spoken {
            self.tell(MicrophoneEvent::Nothing).await;
        }
    }

    async fn follow(&mut self, events: Vec<SpeechEvent>) {
        for event in events {
            match event {
                SpeechEvent::Started => {
                    self.spoken = true;
                    self.tell(MicrophoneEvent::Started).await;
                    if self.understood.len() < UTTERANCES {
                        self.utterance = Some(self.begin());
                    } else {
                        self.tell(MicrophoneEvent::Misunderstood(backlog())).await;
                    }
                }
                SpeechEvent::Sound(samples) => {
                    if let Some(utterance) = &self.utterance {
                        // A transcriber that has given up says why at the end.
                        let _ = utterance.sound.send(samples).await;
                    }
                }
                SpeechEvent::Ended(_) => self.end(),
            }
        }
    }

    fn begin(&self) -> Utterance {
        let (sound, blocks) = mpsc::channel(BLOCKS);
        let (transcriber, meter, events) = (self.transcriber.clone(), self.meter.clone(), self.events.clone());
        let work = tokio::spawn(async move {
            meter.check().await?;
            let given = GivenSound::new(meter);
            let mut hearing = transcriber.listen(given.measured(ReceiverStream::new(blocks)).boxed());
            let mut understood = false;
            while let Some(heard) = hearing.next().await {
                match heard {
                    Ok(TranscriptEvent::Partial(text)) => {
                        understood |= !text.is_empty();
                        drop(events.send(MicrophoneEvent::Partial(text)).await);
                    }
                    Ok(TranscriptEvent::Final(transcript)) => {
                        given.count().await;
                        return Ok(transcript.text);
                    }
                    Err(error) => {
                        if !understood {
                            given.forget();
                        }
                        return Err(error.into());
                    }
                }
            }
            if !understood {
                given.forget();
            }
            Err(ApiError::internal("a transcriber ended without a word"))
        });
        Utterance { sound, work: AbortOnDropHandle::new(work) }
    }

    /// The utterance is complete: what was said comes while the next may already be spoken.
    fn end(&mut self) {
        let Some(Utterance { sound, work }) = self.utterance.take() else { return };
        let ended = Instant::now();
        drop(sound);
        self.understood.push_back(Box::pin(async move {
            (work.await.unwrap_or_else(|error| Err(ApiError::internal(error))), ended)
        }));
    }

    async fn tell(&mut self, heard: MicrophoneEvent) {
        // A session that has ended wants to know nothing.
        let _ = self.events.send(heard).await;
    }
}

/// More is said than can be understood at the same time.
pub(crate) fn backlog() -> ApiError {
    ApiError::unavailable("speech_backlog", "You speak faster than this can be understood. Please say it again.")
}

fn understood(said: Result<String, ApiError>, ended: Instant) -> MicrophoneEvent {
    match said {
        Ok(text) => MicrophoneEvent::Utterance(text, ended),
        Err(error) => MicrophoneEvent::Misunderstood(error),
    }
}
