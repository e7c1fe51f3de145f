//! Sound as samples, and the files it comes and goes in.

/// Samples a second of everything that is recognised.
pub const RECOGNISED_RATE: u32 = 16_000;

/// Sound: signed 16-bit samples of one channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pcm {
    /// Samples a second, in hertz.
    pub rate: u32,
    /// The samples.
    pub samples: Vec<i16>,
}

impl Pcm {
    /// How long it sounds.
    #[must_use]
    pub fn duration(&self) -> std::time::Duration {
        let samples = u32::try_from(self.samples.len()).unwrap_or(u32::MAX);
        std::time::Duration::from_secs(1) * samples / self.rate.max(1)
    }
}
