//! Medians and distances.

/// The middle value; zero of none.
pub(super) fn median(values: impl Iterator<Item = f32>) -> f32 {
    let mut values: Vec<f32> = values.collect();
    values.sort_unstable_by(f32::total_cmp);
    let middle = values.len() / 2;
    match (values.get(middle.wrapping_sub(1)), values.get(middle)) {
        (Some(below), Some(above)) if values.len().is_multiple_of(2) => f32::midpoint(*below, *above),
        (_, Some(middle)) => *middle,
        _ => 0.0,
    }
}

/// A count as a number to calculate with.
#[expect(clippy::cast_precision_loss, reason = "counts of one page")]
pub(super) fn number(count: usize) -> f32 {
    count as f32
}

/// Smallest value; zero of none.
pub(super) fn least(values: impl Iterator<Item = f32>) -> f32 {
    values.min_by(f32::total_cmp).unwrap_or(0.0)
}

/// Greatest value; zero of none.
pub(super) fn greatest(values: impl Iterator<Item = f32>) -> f32 {
    values.max_by(f32::total_cmp).unwrap_or(0.0)
}
