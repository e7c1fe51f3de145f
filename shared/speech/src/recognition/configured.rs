//! Creates the configured transcriber.

use std::sync::Arc;

#[cfg(feature = "aws")]
use super::Transcribe;
use super::{Deepgram, Moonshine, NoTranscriber, OpenAi, SpeechCommand, Transcriber};
use crate::voice_activity::VoiceModel;
use foundation::config::{Config, RecognitionConfig};
use foundation::provider::Cause;

/// The configured transcriber.
///
/// # Errors
/// If the client of a service cannot be set up, because there are no root certificates or the key contains characters
/// that a header cannot; if the service is not part of this program.
#[cfg_attr(not(feature = "aws"), expect(clippy::unused_async, reason = "for Transcribe alone"))]
pub async fn configured(config: &Config, voice: &VoiceModel) -> Result<Arc<dyn Transcriber>, Cause> {
    let speech = &config.speech;
    let (language, timeout) = (speech.language.as_str(), speech.timeout);
    Ok(match &speech.recognition {
        RecognitionConfig::None => Arc::new(NoTranscriber),
        RecognitionConfig::Moonshine(folder) => {
            Arc::new(Moonshine::new(folder, voice.clone(), speech.threads, timeout))
        }
        RecognitionConfig::Command { command, files } => Arc::new(SpeechCommand::new(command, files, timeout)),
        RecognitionConfig::OpenAi(endpoint) => Arc::new(OpenAi::new(endpoint, language)?),
        RecognitionConfig::Deepgram(deepgram) => Arc::new(Deepgram::new(deepgram, language, timeout)?),
        #[cfg(feature = "aws")]
        RecognitionConfig::Transcribe(endpoint) => {
            Arc::new(Transcribe::new(&config.aws, endpoint.as_deref(), language, timeout).await)
        }
        #[cfg(not(feature = "aws"))]
        RecognitionConfig::Transcribe(_) => return Err(foundation::provider::NotBuilt("Amazon Transcribe").into()),
    })
}
