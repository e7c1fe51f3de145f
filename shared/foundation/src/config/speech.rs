//! Speech recognition and synthesis.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use strum::{EnumString, VariantNames};
use url::Url;

use super::language_model::OpenAiConfig;
use super::reader::Reader;
use super::variables as var;

/// Speech recognition and synthesis.
#[derive(Debug, Clone)]
pub struct SpeechConfig {
    /// The speech recogniser (`SPEECH_TO_TEXT`).
    pub recognition: RecognitionConfig,
    /// The speech synthesizer (`TEXT_TO_SPEECH`).
    pub synthesis: SynthesisConfig,
    /// The folder of the model that tells speech from other sound (`VOICE_ACTIVITY_MODEL_DIR`).
    pub voice_activity_model: PathBuf,
    /// How many pieces of speech are recognised, or sentences spoken, in this process at a time (`SPEECH_THREADS`).
    pub threads: usize,
    /// The spoken language, as a BCP 47 tag (`SPEECH_LANGUAGE`).
    pub language: String,
    /// The longest recording that is accepted (`MAX_AUDIO_SECONDS`).
    pub longest_audio: Duration,
    /// The program that decodes recordings (`AUDIO_WORKER`); by default the running executable.
    pub audio_worker: Option<PathBuf>,
    /// How long a provider may take without sending anything (`SPEECH_SECONDS`).
    pub timeout: Duration,
}

/// A speech recogniser.
#[derive(Debug, Clone)]
pub enum RecognitionConfig {
    /// None: transcription responds that it is not configured.
    None,
    /// Moonshine, offline, with the folder of its model (`SPEECH_MODEL_DIR`).
    Moonshine(PathBuf),
    /// A program that reads WAV and writes text.
    Command {
        /// The program and its arguments (`SPEECH_COMMAND`).
        command: Vec<String>,
        /// Files that it may read in addition to its own (`SPEECH_COMMAND_FILES`).
        files: Vec<PathBuf>,
    },
    /// An `OpenAI`-compatible endpoint; its model is `OPENAI_TRANSCRIPTION_MODEL`.
    OpenAi(OpenAiConfig),
    /// Deepgram; its model is `DEEPGRAM_MODEL`.
    Deepgram(DeepgramConfig),
    /// Amazon Transcribe, with a custom endpoint if one is set.
    Transcribe(Option<String>),
}

/// A speech synthesizer.
#[derive(Debug, Clone)]
pub enum SynthesisConfig {
    /// None: synthesis responds that it is not configured.
    None,
    /// A Piper voice, offline, with its folder (`PIPER_VOICE_DIR`). Voices of eSpeak NG can be asked for by name.
    Piper {
        /// `PIPER_VOICE_DIR`.
        voice: PathBuf,
        /// `ESPEAK_VOICE`, if there is no Piper voice.
        espeak: String,
    },
    /// eSpeak NG, offline, with the name of its voice (`ESPEAK_VOICE`).
    Espeak(String),
    /// An `OpenAI`-compatible endpoint; its model is `OPENAI_SPEECH_MODEL`.
    OpenAi {
        /// The endpoint.
        endpoint: OpenAiConfig,
        /// `OPENAI_SPEECH_VOICE`.
        voice: String,
    },
    /// Deepgram. Its model determines the voice (`DEEPGRAM_VOICE`).
    Deepgram(DeepgramConfig),
    /// Amazon Polly.
    Polly {
        /// `POLLY_VOICE`.
        voice: String,
        /// `AWS_ENDPOINT_URL_POLLY`.
        endpoint: Option<String>,
    },
}

/// Deepgram.
#[derive(Debug, Clone)]
pub struct DeepgramConfig {
    /// `DEEPGRAM_BASE_URL`.
    pub base_url: Url,
    /// `DEEPGRAM_API_KEY`.
    pub api_key: SecretString,
    /// The model.
    pub model: String,
}

/// The word of `SPEECH_TO_TEXT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum SpeechToText {
    #[default]
    None,
    Moonshine,
    Command,
    OpenAi,
    Deepgram,
    Transcribe,
}

/// The word of `TEXT_TO_SPEECH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, EnumString, VariantNames)]
#[strum(serialize_all = "lowercase")]
enum TextToSpeech {
    #[default]
    None,
    Piper,
    Espeak,
    OpenAi,
    Deepgram,
    Polly,
}

impl SpeechConfig {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            recognition: RecognitionConfig::read(reader),
            synthesis: SynthesisConfig::read(reader),
            voice_activity_model: reader.model_folder(&var::VOICE_ACTIVITY_MODEL_DIR, "silero-vad"),
            threads: reader.number(&var::SPEECH_THREADS, 1, 64),
            language: reader.text(&var::SPEECH_LANGUAGE),
            longest_audio: Duration::from_secs(reader.number(&var::MAX_AUDIO_SECONDS, 1, 14_400)),
            audio_worker: reader.optional(&var::AUDIO_WORKER).map(PathBuf::from),
            timeout: Duration::from_secs(reader.number(&var::SPEECH_SECONDS, 1, 900)),
        }
    }
}

impl RecognitionConfig {
    fn read(reader: &mut Reader<'_>) -> Self {
        match reader.choice(&var::SPEECH_TO_TEXT) {
            SpeechToText::Moonshine => {
                Self::Moonshine(reader.model_folder(&var::SPEECH_MODEL_DIR, "moonshine-base-en"))
            }
            SpeechToText::Command => {
                let command: Vec<String> =
                    reader.text(&var::SPEECH_COMMAND).split_whitespace().map(str::to_owned).collect();
                if command.is_empty() {
                    reader.problem(&var::SPEECH_COMMAND, "must be set for SPEECH_TO_TEXT=command");
                }
                let files = reader.list(&var::SPEECH_COMMAND_FILES).into_iter().map(PathBuf::from).collect();
                Self::Command { command, files }
            }
            SpeechToText::OpenAi => {
                speech_endpoint(reader, &var::OPENAI_TRANSCRIPTION_MODEL).map_or(Self::None, Self::OpenAi)
            }
            SpeechToText::Deepgram => deepgram(reader, &var::DEEPGRAM_MODEL).map_or(Self::None, Self::Deepgram),
            SpeechToText::Transcribe => Self::Transcribe(reader.optional(&var::AWS_ENDPOINT_URL_TRANSCRIBE_STREAMING)),
            SpeechToText::None => Self::None,
        }
    }
}

impl SynthesisConfig {
    fn read(reader: &mut Reader<'_>) -> Self {
        match reader.choice(&var::TEXT_TO_SPEECH) {
            TextToSpeech::Piper => Self::Piper {
                voice: reader.model_folder(&var::PIPER_VOICE_DIR, "piper-en-us-joe"),
                espeak: reader.text(&var::ESPEAK_VOICE),
            },
            TextToSpeech::Espeak => Self::Espeak(reader.text(&var::ESPEAK_VOICE)),
            TextToSpeech::OpenAi => {
                let voice = reader.text(&var::OPENAI_SPEECH_VOICE);
                let endpoint = speech_endpoint(reader, &var::OPENAI_SPEECH_MODEL);
                endpoint.map_or(Self::None, |endpoint| Self::OpenAi { endpoint, voice })
            }
            TextToSpeech::Deepgram => deepgram(reader, &var::DEEPGRAM_VOICE).map_or(Self::None, Self::Deepgram),
            TextToSpeech::Polly => Self::Polly {
                voice: reader.text(&var::POLLY_VOICE),
                endpoint: reader.optional(&var::AWS_ENDPOINT_URL_POLLY),
            },
            TextToSpeech::None => Self::None,
        }
    }
}

/// The speech endpoint, if one is set, otherwise that of the language model.
fn speech_endpoint(reader: &mut Reader<'_>, model: &var::Variable) -> Option<OpenAiConfig> {
    let own = reader.optional(&var::OPENAI_SPEECH_BASE_URL).is_some();
    let base_url = reader.url(if own { &var::OPENAI_SPEECH_BASE_URL } else { &var::OPENAI_BASE_URL })?;
    Some(OpenAiConfig {
        base_url,
        api_key: reader.secret(&var::OPENAI_API_KEY),
        model: reader.text(model),
        idle_timeout: Duration::from_secs(reader.number(&var::SPEECH_SECONDS, 1, 900)),
    })
}

fn deepgram(reader: &mut Reader<'_>, model: &var::Variable) -> Option<DeepgramConfig> {
    let api_key = reader.secret(&var::DEEPGRAM_API_KEY).unwrap_or_else(|| {
        reader.problem(&var::DEEPGRAM_API_KEY, "must be set for the provider deepgram");
        SecretString::default()
    });
    Some(DeepgramConfig { base_url: reader.url(&var::DEEPGRAM_BASE_URL)?, api_key, model: reader.text(model) })
}
