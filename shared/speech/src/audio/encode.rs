//! Encodes sound as files that browsers play.

mod mp3;
mod opus;

use std::io::Cursor;
use std::str::FromStr;

use super::{Pcm, RECOGNISED_RATE};
use foundation::ApiError;

/// A file format for sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SoundFormat {
    /// WAV: uncompressed samples.
    #[default]
    Wav,
    /// MPEG audio layer III.
    Mp3,
    /// Opus in Ogg.
    Opus,
}

/// The name is not that of a [`SoundFormat`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be wav, mp3 or opus")]
pub struct UnknownFormat;

/// Encoding failed, because of the encoder and not because of its input.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sound could not be encoded as {format}: {reason}")]
pub struct EncodeError {
    format: SoundFormat,
    reason: String,
}

impl EncodeError {
    fn new(format: SoundFormat, reason: impl std::fmt::Display) -> Self {
        Self { format, reason: reason.to_string() }
    }
}

impl From<EncodeError> for ApiError {
    fn from(error: EncodeError) -> Self {
        Self::internal(error)
    }
}

impl SoundFormat {
    /// The media type.
    #[must_use]
    pub fn content_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/ogg;codecs=opus",
        }
    }

    /// Its name in requests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
        }
    }
}

impl std::fmt::Display for SoundFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for SoundFormat {
    type Err = UnknownFormat;

    fn from_str(name: &str) -> Result<Self, UnknownFormat> {
        [Self::Wav, Self::Mp3, Self::Opus].into_iter().find(|format| format.name() == name).ok_or(UnknownFormat)
    }
}

impl Pcm {
    /// Encodes the sound as a complete file.
    ///
    /// # Errors
    /// If the encoder fails.
    pub fn encode(&self, format: SoundFormat) -> Result<Vec<u8>, EncodeError> {
        match format {
            SoundFormat::Wav => wav(self),
            SoundFormat::Mp3 => mp3::encode(self),
            SoundFormat::Opus => opus::encode(self),
        }
    }

    /// The sound at the first of these ascending rates that is not lower than its own, or at the last.
    fn at_one_of(&self, rates: &[u32]) -> Self {
        let own = if self.rate == 0 { RECOGNISED_RATE } else { self.rate };
        let rate = rates.iter().find(|&&rate| rate >= own).or(rates.last()).copied().unwrap_or(own);
        if rate == own { Self { rate, samples: self.samples.clone() } } else { self.resampled(rate) }
    }
}

fn wav(sound: &Pcm) -> Result<Vec<u8>, EncodeError> {
    let specification = hound::WavSpec {
        channels: 1,
        sample_rate: if sound.rate == 0 { RECOGNISED_RATE } else { sound.rate },
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut file = Vec::with_capacity(sound.samples.len() * 2 + 44);
    let write = |file: &mut Vec<u8>| -> Result<(), hound::Error> {
        let mut writer = hound::WavWriter::new(Cursor::new(file), specification)?;
        for &sample in &sound.samples {
            writer.write_sample(sample)?;
        }
        writer.finalize()
    };
    write(&mut file).map_err(|error| EncodeError::new(SoundFormat::Wav, error))?;
    Ok(file)
}

#[cfg(test)]
mod tests;
