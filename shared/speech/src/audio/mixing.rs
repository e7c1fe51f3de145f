//! Mixes several channels into one.

/// Larger samples are clipped; full scale is 1.
const LOUDEST: f32 = 4.0;
/// Blocks with less power are not evaluated: 80 decibels below full scale.
const QUIETEST: f32 = 1e-8;
/// Channels count as cancelling each other if the power of their mean is below this share of that of unrelated sounds.
const CANCELLED: f32 = 0.1;
/// And no longer above this share.
const AUDIBLE: f32 = 0.5;

/// Mixes blocks of a recording to one channel.
///
/// The result is the mean of all channels, so two simultaneous speakers on separate channels do not clip. If the
/// channels cancel each other, for example because one of two microphones has reversed polarity, the result is one
/// channel alone.
#[derive(Debug, Default)]
pub(super) struct Mixer {
    /// The channel that is used alone.
    alone: Option<usize>,
}

impl Mixer {
    /// Mixes a block and appends it to `mixed`. In `channels`, NaN, infinite and denormal samples become silence.
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

    /// Decides for a block whether the channels cancel each other. `mean` is the power of their mean, multiplied by
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

/// The mean square of samples.
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
