//! Compares figures.

use search::retrieval::analysis::Reading;

/// Whether a number equals the other, or an end of its range. ½ and 0.5 are equal.
pub(super) fn same_number(reading: &Reading, other: &Reading) -> bool {
    match (reading, other) {
        (Reading::Value { number, sign, .. }, Reading::Value { number: other, sign: other_sign, ends, .. }) => {
            sign.agrees(*other_sign) && (is_same(number, other) || ends.iter().any(|end| is_same(number, end)))
        }
        _ => false,
    }
}

fn is_same(one: &str, other: &str) -> bool {
    one == other || amount(one).zip(amount(other)).is_some_and(|(one, other)| (one - other).abs() < 1e-9)
}

/// The value of a number: `6.5`, `3/8`, `2-3/8`; `None` for a range.
fn amount(number: &str) -> Option<f64> {
    let (whole, fraction) = match number.split_once('/') {
        None => return number.parse().ok(),
        Some((above, below)) => {
            let (whole, above) = above.split_once('-').unwrap_or(("0", above));
            (whole, (above, below))
        }
    };
    let (above, below): (f64, f64) = (fraction.0.parse().ok()?, fraction.1.parse().ok()?);
    let whole: f64 = whole.parse().ok()?;
    (below > 0.0).then(|| whole + above / below)
}

pub(super) fn same_code(reading: &Reading, other: &Reading) -> bool {
    let names = |reading: &Reading| match reading {
        Reading::Code { code, with_prefix } => std::iter::once(code.clone()).chain(with_prefix.clone()).collect(),
        Reading::Value { .. } => Vec::new(),
    };
    let others = names(other);
    names(reading).iter().any(|name| others.contains(name))
}

/// Whether two units are the same. A degree may leave the scale open.
pub(super) fn same_unit(one: Option<&str>, other: Option<&str>) -> bool {
    let is_degree = |unit: &str| matches!(unit, "degree" | "celsius" | "fahrenheit");
    match (one, other) {
        (Some(one), Some(other)) => {
            one == other || ((one == "degree" || other == "degree") && is_degree(one) && is_degree(other))
        }
        _ => false,
    }
}
