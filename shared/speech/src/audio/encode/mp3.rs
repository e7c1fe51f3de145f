use rusty_mp3::{Mp3Encoder, Mp3EncoderConfig};

use super::{EncodeError, SoundFormat};
use crate::audio::Pcm;

/// Sample rates of MPEG 1, 2 and 2.5 in hertz.
const RATES: [u32; 9] = [8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

/// Kilobits per second, enough for clear mono speech.
const BITRATE: u32 = 64;

/// Encodes the sound as an MP3 file.
pub(super) fn encode(sound: &Pcm) -> Result<Vec<u8>, EncodeError> {
    let sound = sound.at_one_of(&RATES);
    let mut encoder = Mp3Encoder::new(Mp3EncoderConfig { bitrate_kbps: BITRATE, vbr_quality: None });
    let pushed = encoder.push_pcm_s16(&sound.samples, 1, sound.rate);
    pushed.map_err(|error| EncodeError::new(SoundFormat::Mp3, error))?;
    encoder.finish();
    let mut file = Vec::new();
    // It has been given all: the only error it can answer with now is that nothing is left.
    while let Ok(packet) = encoder.next_packet() {
        file.extend(packet);
    }
    Ok(file)
}
