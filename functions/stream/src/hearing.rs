//! The microphone: decodes arriving sound, splits it into utterances, and recognises them while the user is speaking.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::Bytes;
use foundation::ApiError;
use futures::StreamExt;
use futures::stream::FuturesOrdered;
use speech::audio::{AudioWorker, LiveDecoder, LiveFormat, LiveSound, RECOGNISED_RATE};
use speech::endpointing::{Endpointer, Endpointing, SpeechEvent, is_unfinished};
use speech::{Speech, Transcriber, TranscriptEvent, Vocabulary};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::task::AbortOnDropHandle;

use crate::voice_meter::{GivenSound, VoiceMeter};

/// The default rate of raw samples.
pub(crate) const DEFAULT_RATE: u32 = RECOGNISED_RATE;

/// An event of the microphone.
#[derive(Debug)]
pub(crate) enum MicrophoneEvent {
    /// The user has begun to speak. With `words_follow`, there are transcripts before the end of the utterance.
    Started { words_follow: bool },
    /// The transcript so far.
    Partial(String),
    /// The transcript of an utterance, and when the utterance ended.
    Utterance(String, Instant),
    /// The recording ended without speech.
    Nothing,
    /// An utterance could not be recognised. The microphone stays open.
    Misunderstood(ApiError),
    /// The sound cannot be decoded, or there is too much of it. The microphone is closed.
    Broken(ApiError),
}

/// Number of events that may wait for the session.
const EVENTS: usize = 16;
/// Number of blocks of sound, of at least 16 milliseconds, that may wait for the transcriber. They hold the longest
/// utterance, so that a slow transcriber never blocks the microphone.
const BLOCKS: usize = 4_096;
/// Number of utterances that may be recognised at a time.
const UTTERANCES: usize = 3;
/// Maximum time that a microphone may stay open.
const LONGEST: Duration = Duration::from_hours(4);

/// A recording that is arriving. Dropping it stops the work.
#[derive(Debug)]
pub(crate) struct Microphone {
    decoder: Option<LiveDecoder>,
    _listener: AbortOnDropHandle<()>,
}

impl Microphone {
    /// Opens the microphone. Its events come from the receiver. `silence` ends an utterance. The `vocabulary` of the
    /// user's manuals helps as soon as it is there.
    pub(crate) fn open(
        format: LiveFormat,
        audio: &AudioWorker,
        speech: &Speech,
        vocabulary: impl Future<Output = Option<Arc<Vocabulary>>> + Send + 'static,
        meter: VoiceMeter,
        silence: Duration,
    ) -> Result<(Self, mpsc::Receiver<MicrophoneEvent>), ApiError> {
        let (decoder, sound) = LiveDecoder::new(format, LONGEST, audio)?;
        let preparing = speech.clone();
        tokio::spawn(async move { preparing.prepare().await });
        let known = Arc::new(OnceLock::new());
        let knowing = speech.transcriber.knowing(known.clone());
        if knowing.is_some() {
            tokio::spawn(async move {
                if let Some(words) = vocabulary.await {
                    let _ = known.set(words);
                }
            });
        }
        let (events, heard) = mpsc::channel(EVENTS);
        let endpointer = Endpointer::new(Endpointing { silence, ..Endpointing::default() }, speech.voice.listen()?);
        let listener = Listener {
            transcriber: knowing.unwrap_or_else(|| speech.transcriber.clone()),
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

    /// Takes the next piece of the recording.
    pub(crate) async fn push(&mut self, piece: Bytes) {
        if let Some(decoder) = &mut self.decoder {
            decoder.push(piece).await;
        }
    }

    /// Ends the recording. Speech at its end is still recognised.
    pub(crate) async fn finish(&mut self) {
        if let Some(decoder) = self.decoder.take() {
            decoder.finish().await;
        }
    }

    /// Whether it still takes pieces.
    pub(crate) fn is_open(&self) -> bool {
        self.decoder.is_some()
    }
}

/// An utterance that is being spoken.
struct Utterance {
    sound: mpsc::Sender<Vec<i16>>,
    /// Whether its last words ask for more.
    unfinished: Arc<AtomicBool>,
    work: AbortOnDropHandle<Result<String, ApiError>>,
}

/// The transcript of a finished utterance, and when the utterance ended.
type PendingTranscript = futures::future::BoxFuture<'static, (Result<String, ApiError>, Instant)>;

struct Listener {
    transcriber: Arc<dyn Transcriber>,
    meter: VoiceMeter,
    endpointer: Endpointer,
    events: mpsc::Sender<MicrophoneEvent>,
    /// Whether there was any speech.
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
                        let unfinished = self.utterance.as_ref().is_some_and(|one| one.unfinished.load(Ordering::Relaxed));
                        self.endpointer.set_unfinished(unfinished);
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
                    self.tell(MicrophoneEvent::Started { words_follow: self.transcriber.gives_partials() }).await;
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
        let unfinished = Arc::new(AtomicBool::new(false));
        let asks_for_more = unfinished.clone();
        let work = tokio::spawn(async move {
            meter.check().await?;
            let given = GivenSound::new(meter);
            let mut hearing = transcriber.listen(given.measured(ReceiverStream::new(blocks)).boxed());
            let mut understood = false;
            while let Some(heard) = hearing.next().await {
                match heard {
                    Ok(TranscriptEvent::Partial(text)) => {
                        understood |= !text.is_empty();
                        asks_for_more.store(is_unfinished(&text), Ordering::Relaxed);
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
        Utterance { sound, unfinished, work: AbortOnDropHandle::new(work) }
    }

    /// Ends the utterance. Its transcript may arrive while the next utterance is being spoken.
    fn end(&mut self) {
        let Some(Utterance { sound, work, .. }) = self.utterance.take() else { return };
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

/// The error if there are more utterances than can be recognised at a time.
pub(crate) fn backlog() -> ApiError {
    ApiError::unavailable("speech_backlog", "You speak faster than this can be understood. Please say it again.")
}

fn understood(said: Result<String, ApiError>, ended: Instant) -> MicrophoneEvent {
    match said {
        Ok(text) => MicrophoneEvent::Utterance(text, ended),
        Err(error) => MicrophoneEvent::Misunderstood(error),
    }
}
