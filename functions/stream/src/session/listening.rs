//! The recordings of a connection: sound in, questions out.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;
use foundation::ids::UserId;
use speech::Vocabulary;
use speech::audio::LiveFormat;
use tokio::sync::mpsc;

use super::{Question, Session};
use crate::frames::{AudioFormat, ServerFrame};
use crate::hearing::{DEFAULT_RATE, Microphone, MicrophoneEvent, backlog};
use crate::outbox::Disconnected;
use crate::vocabularies::Vocabularies;

/// Number of recordings of a connection that may be recognised at a time.
const MOST_RECORDINGS: usize = 3;

impl Session {
    pub(super) async fn listen(&mut self, piece: Bytes) -> Result<(), Disconnected> {
        if self.ignores_sound {
            return Ok(());
        }
        if self.microphones.back().is_none_or(|(microphone, _)| !microphone.is_open()) {
            if self.microphones.len() >= MOST_RECORDINGS {
                self.ignores_sound = true;
                return self.refuse(&backlog()).await;
            }
            let format = match self.config.format {
                Some(AudioFormat::Pcm16) => LiveFormat::Raw(self.config.sample_rate.unwrap_or(DEFAULT_RATE)),
                _ => LiveFormat::Recording,
            };
            let meter = self.speaker.meter(&self.parts);
            let silence = self.parts.limits.endpoint_silence;
            let vocabulary = Box::pin(vocabulary(self.parts.vocabularies.clone(), self.speaker.user.clone()));
            match Microphone::open(format, &self.parts.audio, &self.parts.speech, vocabulary, meter, silence) {
                Ok(opened) => self.microphones.push_back(opened),
                Err(error) => {
                    self.ignores_sound = true;
                    return self.refuse(&error).await;
                }
            }
        }
        if let Some((microphone, _)) = self.microphones.back_mut() {
            microphone.push(piece).await;
        }
        Ok(())
    }

    pub(super) async fn hear(&mut self, heard: MicrophoneEvent) -> Result<(), Disconnected> {
        match heard {
            MicrophoneEvent::Started { words_follow } => {
                self.overlapping = (words_follow && self.is_answering()).then(Instant::now);
                if self.overlapping.is_none() {
                    self.silence().await;
                }
                Ok(())
            }
            MicrophoneEvent::Partial(text) => {
                if let Some(since) = self.overlapping {
                    if !self.out.played.is_interrupted_so_far(&text, since) {
                        return Ok(());
                    }
                    self.overlapping = None;
                    self.silence().await;
                }
                if self.config.transcript != Some(true) {
                    return Ok(());
                }
                self.out.send(&ServerFrame::Transcript { text, is_final: false }).await
            }
            MicrophoneEvent::Utterance(text, ended) => {
                if let Some(since) = self.overlapping.take()
                    && !self.out.played.is_interrupted_by(&text, since)
                {
                    // The answer goes on.
                    return self.out.send(&ServerFrame::Transcript { text: String::new(), is_final: true }).await;
                }
                self.out.send(&ServerFrame::Transcript { text: text.clone(), is_final: true }).await?;
                let (audio, recognised) = (self.config.audio.unwrap_or_default(), Some(ended.elapsed()));
                self.begin(Question { text, named: None, audio, asked: ended, recognised }).await
            }
            MicrophoneEvent::Nothing => {
                self.out.send(&ServerFrame::Transcript { text: String::new(), is_final: true }).await
            }
            MicrophoneEvent::Misunderstood(error) => {
                self.overlapping = None;
                self.refuse(&error).await
            }
            MicrophoneEvent::Broken(error) => {
                // A later recording is another matter.
                self.microphones.pop_front();
                self.ignores_sound = self.microphones.is_empty();
                self.refuse(&error).await
            }
        }
    }
}

/// The next event, recording by recording; pending forever if there is no recording.
pub(super) async fn heard(
    microphones: &mut VecDeque<(Microphone, mpsc::Receiver<MicrophoneEvent>)>,
) -> MicrophoneEvent {
    while let Some((_, events)) = microphones.front_mut() {
        if let Some(heard) = events.recv().await {
            return heard;
        }
        microphones.pop_front();
    }
    std::future::pending().await
}

/// The vocabulary of the user's manuals. Recognition goes without if there is none.
async fn vocabulary(vocabularies: Vocabularies, user: UserId) -> Option<Arc<Vocabulary>> {
    let vocabulary = vocabularies.get(&user).await;
    vocabulary.inspect_err(|error| tracing::warn!(%error, "recognition goes without trade words")).ok()
}
