//! The dot product of two vectors.

/// Number of independent sums. They let the compiler use vector registers, and no addition waits for the previous one.
const LANES: usize = 16;

/// The dot product. If the lengths differ, additional components are ignored.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let (a_blocks, a_rest) = a.as_chunks::<LANES>();
    let (b_blocks, b_rest) = b.as_chunks::<LANES>();
    let mut sums = [0.0_f32; LANES];
    for (a, b) in a_blocks.iter().zip(b_blocks) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let rest: f32 = a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_is_summed_completely() {
        for length in [0, 1, 15, 16, 17, 384, 400] {
            let ones = vec![1.0; length];
            let twos = vec![2.0; length];
            #[expect(clippy::cast_precision_loss, reason = "small")]
            let expected = 2.0 * length as f32;
            assert!((dot(&ones, &twos) - expected).abs() < 1e-3);
        }
    }
}
