//! From several channels to one.

/// The loudest sample that is believed; full scale is 1.
const LOUDEST: f32 = 4.0;
/// Power of a block below which nothing is told from it: 80 decibels below full scale.
const QUIETEST: f32 = 1e-8;
/// Channels cancel each other where their mean has less than this share of the power that it has of
/// sounds that have nothing to do with each other.
const CANCELLED: f32 = 0.1;
/// They do so no more above this share.
const AUDIBLE: f32 = 0.5;

/// Mixes blocks of a recording to one channel.
///
/// That is the mean of all channels: two people who speak at once on channels of their own stay within
/// bounds. Where the channels cancel each other, as where one of two microphones is wired the wrong way
/// round, it is one of them.
#[derive(Debug, Default)]
pub(super) struct Mixer {
    /// The channel that is taken alone.
    alone: Option<usize>,
}

impl Mixer {
    /// Mixes a block; appends it to `mixed`. What is no number, infinite, or too small for the processor
    /// to be quick with becomes silence in `channels`.
    pub(super) fn mix(&mut self, channels: &mut [Vec<f32>], mixed: &mut Vec<f32>) {
        for sample in channels.iter_mut().flatten() {
            *sample = if sample.is_normal() { sample.clamp(-LOUDEST, LOUDEST) } else { 0.0 };
        }
        let Some((first, others)) = channels.split_first() else { return };
        let start = mixed.len();
        mixed.extend_from_slice(first);
        if others.is_empty() {
            return;
        }
        let block = mixed.get_mut(start..).unwrap_or_default();
        for channel in others {
            for (sum, sample) in block.iter_mut().zip(channel) {
                *sum += sample;
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a few channels")]
        let count = channels.len() as f32;
        for sum in block.iter_mut() {
            *sum /= count;
        }
        self.choose(channels, power(block) * count, count);
        if let Some(channel) = self.alone.and_then(|index| channels.get(index)) {
            for (sum, sample) in block.iter_mut().zip(channel) {
                *sum = *sample;
            }
        }
    }

    /// Decides by a block whether the channels cancel each other. `mean` is the power of their mean, times
    /// their number.
    fn choose(&mut self, channels: &[Vec<f32>], mean: f32, count: f32) {
        let powers: Vec<f32> = channels.iter().map(|channel| power(channel)).collect();
        let expected = powers.iter().sum::<f32>() / count;
        if expected < QUIETEST {
            return;
        }
        if mean < CANCELLED * expected {
            let loudest = || {
                (0..powers.len())
                    .max_by(|&a, &b| powers.get(a).partial_cmp(&powers.get(b)).unwrap_or(std::cmp::Ordering::Equal))
            };
            self.alone = self.alone.or_else(loudest);
        } else if mean > AUDIBLE * expected {
            self.alone = None;
        }
    }
}

/// The mean square.
fn power(samples: &[f32]) -> f32 {
    #[expect(clippy::cast_precision_loss, reason = "a block is short")]
    let count = samples.len().max(1) as f32;
    samples.iter().map(|sample| sample * sample).sum::<f32>() / count
}

#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::cast_precision_loss, reason = "tests")]
mod tests {
    use super::*;

    fn tone(loudness: f32) -> Vec<f32> {
        (0..960).map(|at| (at as f32 * 0.05).sin() * loudness).collect()
    }

    fn mixed(mixer: &mut Mixer, channels: &[Vec<f32>]) -> Vec<f32> {
        let mut mixed = Vec::new();
        mixer.mix(&mut channels.to_vec(), &mut mixed);
        mixed
    }

    #[test]
    fn channels_that_cancel_each_other_are_heard() {
        let turned: Vec<f32> = tone(0.48).iter().map(|sample| -sample).collect();
        let mut mixer = Mixer::default();
        assert_eq!(mixed(&mut mixer, &[turned.clone(), tone(0.5)]), tone(0.5), "the louder one");
        // The choice is kept while nothing is heard, and while they still cancel each other.
        mixed(&mut mixer, &[vec![0.0; 960], vec![0.0; 960]]);
        assert_eq!(mixed(&mut mixer, &[turned, tone(0.47)]), tone(0.47));
        // Somebody who speaks into one of them is heard at half the loudness, as ever.
        let alone = mixed(&mut mixer, &[vec![0.0; 960], tone(0.5)]);
        assert_eq!(alone, tone(0.5).iter().map(|sample| sample / 2.0).collect::<Vec<_>>());
        assert_eq!(mixed(&mut mixer, &[tone(0.5), tone(0.5)]), tone(0.5));
    }

    #[test]
    fn samples_that_are_none_are_silence() {
        let mut one = tone(0.5);
        let expected = {
            let mut expected = one.clone();
            *expected.get_mut(100).unwrap() = 0.0;
            expected
        };
        for odd in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MIN_POSITIVE / 4.0] {
            *one.get_mut(100).unwrap() = odd;
            assert_eq!(mixed(&mut Mixer::default(), std::slice::from_ref(&one)), expected, "{odd}");
        }
        *one.get_mut(100).unwrap() = 1e30;
        assert!(mixed(&mut Mixer::default(), &[one]).iter().all(|sample| sample.abs() <= LOUDEST));
    }
}
