//! Whether a sound is speech.

use foundation::need::Needed;
use speech::audio::Pcm;
use speech::endpointing::voiced;
use speech::voice_activity::VoiceModel;

/// Whether somebody speaks in a sound.
pub fn is_speech(sound: &Pcm) -> bool {
    let folder = Needed::Model("silero-vad").find().expect("scripts/models has run");
    voiced(sound, &VoiceModel::load(&folder).unwrap()).unwrap()
}
