//! Converts between sample rates while samples arrive.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Async, Fft, FixedAsync, FixedSync, Indexing, Resampler, SincInterpolationParameters, WindowFunction};

use super::AudioError;

/// Supported sample rates in hertz.
const RATES: std::ops::RangeInclusive<u32> = 1_000..=384_000;

/// Length of the blocks that are converted at a time, in milliseconds. It is that of typical Opus packets, so that none
/// waits for the next.
const BLOCK_MILLISECONDS: u32 = 20;

/// Maximum block length in samples for conversion by Fourier transform. Rates without a common divisor would need a
/// block of a second.
const LONGEST_TRANSFORM: u32 = 8_192;

/// Number of filter taps for such rates.
const FILTER_TAPS: u32 = 128;

/// Converts one channel to another sample rate, with an anti-aliasing filter. The result has the same length and timing
/// as the input.
pub(super) struct Resampling {
    /// `None` if both rates are the same.
    resampler: Option<Box<dyn Resampler<f32>>>,
    from: u32,
    to: u32,
    /// Samples of an incomplete block.
    waiting: Vec<f32>,
    block: Vec<f32>,
    /// Remaining samples of the filter's delay to skip.
    delay: usize,
    taken: u64,
    given: u64,
}

impl Resampling {
    /// Converts between two rates in hertz.
    ///
    /// # Errors
    /// [`AudioError::Unsupported`] for rates outside the supported range.
    pub(super) fn new(from: u32, to: u32) -> Result<Self, AudioError> {
        if !RATES.contains(&from) || !RATES.contains(&to) {
            return Err(AudioError::Unsupported);
        }
        let resampler = if from == to { None } else { Some(resampler(from, to)?) };
        let (delay, block) =
            resampler.as_ref().map_or((0, 0), |resampler| (resampler.output_delay(), resampler.output_frames_max()));
        Ok(Self { resampler, from, to, waiting: Vec::new(), block: vec![0.0; block], delay, taken: 0, given: 0 })
    }

    /// Converts complete blocks. The remaining samples wait.
    pub(super) fn push(&mut self, samples: &[f32], out: &mut Vec<i16>) {
        self.taken += samples.len() as u64;
        let Some(resampler) = &mut self.resampler else {
            out.extend(samples.iter().map(|&sample| to_i16(sample)));
            return;
        };
        self.waiting.extend_from_slice(samples);
        let mut used = 0;
        while self.waiting.len() - used >= resampler.input_frames_next() {
            let (read, written) = convert(resampler.as_mut(), &self.waiting, &mut self.block, used, None);
            if read == 0 {
                break;
            }
            used += read;
            keep(self.block.get(..written).unwrap_or_default(), &mut self.delay, u64::MAX, &mut self.given, out);
        }
        self.waiting.drain(..used);
    }

    /// Converts the remaining samples, followed by silence.
    pub(super) fn finish(&mut self, out: &mut Vec<i16>) {
        let Some(resampler) = &mut self.resampler else { return };
        let due = (self.taken * u64::from(self.to)).div_ceil(u64::from(self.from));
        while self.given < due {
            let left = self.waiting.len().min(resampler.input_frames_next());
            let (read, written) = convert(resampler.as_mut(), &self.waiting, &mut self.block, 0, Some(left));
            if read == 0 {
                break;
            }
            self.waiting.drain(..left);
            keep(self.block.get(..written).unwrap_or_default(), &mut self.delay, due, &mut self.given, out);
        }
    }
}

/// Uses a Fourier transform for rates with a common divisor, as nearly all have, and a filter for others.
fn resampler(from: u32, to: u32) -> Result<Box<dyn Resampler<f32>>, AudioError> {
    let common = greatest_common_divisor(from, to);
    let smallest = from / common;
    let block = (from * BLOCK_MILLISECONDS / 1_000).max(1);
    if smallest.max(to / common) <= LONGEST_TRANSFORM {
        let fft = Fft::<f32>::new(from as usize, to as usize, block as usize, 1, FixedSync::Both);
        return Ok(Box::new(fft.map_err(|_| AudioError::Unsupported)?));
    }
    let taps = FILTER_TAPS * from.div_ceil(to).max(1);
    let parameters = SincInterpolationParameters::new(taps as usize, WindowFunction::BlackmanHarris2);
    let ratio = f64::from(to) / f64::from(from);
    let sinc = Async::<f32>::new_sinc(ratio, 1.0, &parameters, block as usize, 1, FixedAsync::Input);
    Ok(Box::new(sinc.map_err(|_| AudioError::Unsupported)?))
}

/// Converts one block from `offset`. Returns how many samples were read and written.
fn convert(
    resampler: &mut dyn Resampler<f32>,
    input: &[f32],
    block: &mut [f32],
    offset: usize,
    partial: Option<usize>,
) -> (usize, usize) {
    let room = block.len();
    let mut indexing = Indexing::new().input_offset(offset);
    indexing.partial_len = partial;
    let Ok(source) = InterleavedSlice::new(input, 1, input.len()) else { return (0, 0) };
    let Ok(mut target) = InterleavedSlice::new_mut(block, 1, room) else { return (0, 0) };
    resampler.process_into_buffer(&source, &mut target, Some(&indexing)).unwrap_or((0, 0))
}

/// Skips the filter's delay and what exceeds the expected length.
fn keep(block: &[f32], delay: &mut usize, due: u64, given: &mut u64, out: &mut Vec<i16>) {
    let skipped = block.len().min(*delay);
    *delay -= skipped;
    let room = usize::try_from(due - *given).unwrap_or(usize::MAX);
    let before = out.len();
    out.extend(block.iter().skip(skipped).take(room).map(|&sample| to_i16(sample)));
    *given += (out.len() - before) as u64;
}

/// Converts a sample from the range -1 to 1 to 16 bits. Louder samples are clipped; NaN becomes silence.
#[expect(clippy::cast_possible_truncation, reason = "a cast from a float saturates")]
fn to_i16(sample: f32) -> i16 {
    (sample * 32_768.0).round() as i16
}

fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a.max(1) } else { greatest_common_divisor(b, a % b) }
}
