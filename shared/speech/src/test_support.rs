//! Models for tests, each loaded once in a process.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::path::PathBuf;
use std::sync::OnceLock;

use foundation::need::{Needed, need};

use crate::audio::Pcm;
use crate::endpointing;
use crate::voice_activity::VoiceModel;

/// The voice activity model, for a test that cannot do without it: see [`need`].
pub(crate) fn needed_voice_model() -> Option<VoiceModel> {
    static LOADED: OnceLock<VoiceModel> = OnceLock::new();
    let folder = need(Needed::Model("silero-vad"))?;
    Some(LOADED.get_or_init(|| VoiceModel::load(&folder).unwrap()).clone())
}

/// Whether there is speech in a sound.
pub(crate) fn is_voiced(sound: &Pcm, model: &VoiceModel) -> bool {
    endpointing::voiced(sound, model).unwrap()
}

/// The folder of the recogniser's model, for a test that cannot do without it.
pub(crate) fn needed_speech_model() -> Option<PathBuf> {
    need(Needed::Model("moonshine-base-en"))
}
