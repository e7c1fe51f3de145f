//! Speech recognition and synthesis.
//!
//! Recordings in any common format become [`audio::Pcm`]. A [`Transcriber`] turns that into text, at once or while the
//! user is speaking. A [`Synthesizer`] turns text into sound; before, [`spoken`] turns written text into the words that
//! a person would say. [`endpointing`] detects when a user has stopped speaking. The configuration chooses the programs
//! and services.

pub mod audio;
pub mod endpointing;
pub mod recognition;
pub mod spoken;
pub mod synthesis;
#[cfg(test)]
mod test_support;
pub mod voice_activity;

pub use recognition::{SpokenSegment, Transcriber, Transcript, TranscriptEvent, Vocabulary};
pub use synthesis::{Synthesizer, Utterance};

use std::sync::Arc;

use foundation::config::Config;
use foundation::provider::Cause;
use voice_activity::VoiceModel;

/// The configured engines. Clones share them.
#[derive(Debug, Clone)]
pub struct Speech {
    /// Tells speech from other sound.
    pub voice: VoiceModel,
    /// Turns speech into text.
    pub transcriber: Arc<dyn Transcriber>,
    /// Turns text into speech.
    pub synthesizer: Arc<dyn Synthesizer>,
}

impl Speech {
    /// Sets up what the configuration chooses. Models of recognition and synthesis are loaded when they are first needed.
    ///
    /// # Errors
    /// If the client of a service cannot be set up; if the service is not part of this program; if the voice activity
    /// model is there, but cannot be loaded.
    pub async fn configured(config: &Config) -> Result<Self, Cause> {
        let voice = VoiceModel::load(&config.speech.voice_activity_model)?;
        let transcriber = recognition::configured(config, &voice).await?;
        Ok(Self { voice, transcriber, synthesizer: synthesis::configured(config).await? })
    }

    /// Loads the models of a conversation, so that its first words do not wait for them.
    pub async fn prepare(&self) {
        futures::join!(self.transcriber.prepare(), self.synthesizer.prepare());
    }
}

#[cfg(test)]
foundation::launcher_for_tests!();
