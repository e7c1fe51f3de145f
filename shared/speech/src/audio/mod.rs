//! Sound as samples, and files of sound.
//!
//! [`decode`] turns a recording in any common format into [`Pcm`], and [`live`] does so while it arrives, both in
//! [child processes](AudioWorker). [`encode`] creates files that browsers play.

mod arriving;
pub mod decode;
pub mod encode;
mod error;
mod joined;
pub mod live;
mod mixing;
mod mp4;
mod recording;
mod resampling;
mod sniff;
#[cfg(test)]
pub(crate) mod test_support;
mod wav;
mod worker;

pub use decode::{AudioDecoder, AudioLimits, decode};
pub use encode::{EncodeError, SoundFormat};
pub use error::AudioError;
pub use live::{LiveDecoder, LiveFormat, LiveSound};
pub use worker::AudioWorker;
pub use worker::WORKER;

use std::time::Duration;

use resampling::Resampling;

/// The sample rate of speech recognition in hertz.
pub const RECOGNISED_RATE: u32 = 16_000;

/// Sound: signed 16-bit mono samples.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pcm {
    /// Sample rate in hertz.
    pub rate: u32,
    /// The samples.
    pub samples: Vec<i16>,
}

impl Pcm {
    /// The length of the sound.
    #[must_use]
    pub fn duration(&self) -> Duration {
        let samples = u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        Duration::from_secs(1) * samples / self.rate.max(1)
    }

    /// Silence of this length.
    #[must_use]
    pub fn silence(rate: u32, length: Duration) -> Self {
        Self { rate, samples: vec![0; samples_in(length, rate)] }
    }

    /// Appends another sound, converted to this rate. An empty sound without a rate takes over the other's rate.
    pub fn append(&mut self, other: &Self) {
        if self.rate == 0 {
            self.rate = other.rate;
        }
        if other.rate == self.rate {
            self.samples.extend_from_slice(&other.samples);
        } else {
            self.samples.extend(other.resampled(self.rate).samples);
        }
    }

    /// Appends silence.
    pub fn pause(&mut self, length: Duration) {
        self.samples.resize(self.samples.len() + samples_in(length, self.rate), 0);
    }

    /// Resamples to another rate in hertz, with an anti-aliasing filter. An unsupported rate gives silence of the same
    /// length.
    #[must_use]
    pub fn resampled(&self, rate: u32) -> Self {
        let mut samples = Vec::with_capacity(samples_in(self.duration(), rate));
        if let Ok(mut resampling) = Resampling::new(self.rate, rate) {
            let input: Vec<f32> = self.samples.iter().map(|&sample| f32::from(sample) / 32_768.0).collect();
            resampling.push(&input, &mut samples);
            resampling.finish(&mut samples);
        } else {
            samples.resize(samples_in(self.duration(), rate), 0);
        }
        Self { rate, samples }
    }
}

/// The number of samples in this time.
fn samples_in(length: Duration, rate: u32) -> usize {
    usize::try_from(length.as_nanos() * u128::from(rate) / 1_000_000_000).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests;
