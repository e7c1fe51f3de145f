//! Numbers in normal form.

use super::scan::{Gap, Raw};

/// A number, a range or a fraction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Numbers {
    /// The normal form of the whole.
    pub(super) whole: String,
    /// The two ends of a range, or the fraction of a mixed number.
    pub(super) parts: Vec<String>,
}

/// Parses a run of digits and joiners, and returns how many runs the number takes including those `after` it. `None` if
/// it is a code.
pub(super) fn numbers(text: &str, after: &[Raw<'_>]) -> Option<(Numbers, usize)> {
    if let Some(fraction) = fraction(text) {
        return Some((fraction, 1));
    }
    if !text.contains(['-', '/']) {
        let whole = number(text)?;
        // 2 3/8 is 2-3/8.
        let next = after.first().filter(|raw| raw.gap == Gap::Space && whole.len() <= 3 && is_whole(&whole));
        let mixed = next.and_then(|raw| fraction(&format!("{whole}-{}", raw.text)).filter(|_| !raw.text.contains('-')));
        return Some(mixed.map_or((Numbers { whole, parts: Vec::new() }, 1), |mixed| (mixed, 2)));
    }
    let (low, high) = text.split_once('-')?;
    let (low, high) = (number(low)?, number(high)?);
    // Groups of many digits are no range but a part number.
    let rises = low.parse::<f64>().ok()? <= high.parse::<f64>().ok()?;
    let is_range = rises && low.len() <= 5 && high.len() <= 5;
    is_range.then(|| (Numbers { whole: format!("{low}-{high}"), parts: vec![low, high] }, 1))
}

/// A fraction: alone, after a whole number, or before the pitch of a thread.
fn fraction(text: &str) -> Option<Numbers> {
    let (whole, rest) = match text.split_once('-') {
        Some((whole, rest)) if rest.contains('/') => (Some(whole), rest),
        _ => (None, text),
    };
    let (fraction, pitch) = match rest.split_once('-') {
        Some((fraction, pitch)) if fraction.contains('/') => (fraction, Some(pitch)),
        _ => (rest, None),
    };
    let (above, below) = fraction.split_once('/')?;
    let (above, below): (u32, u32) = (short(above)?, short(below)?);
    if below < 2 || above == 0 || above >= below {
        return None;
    }
    let mut parts = vec![format!("{above}/{below}")];
    match (whole, pitch) {
        (None, None) => Some(Numbers { whole: parts.pop()?, parts }),
        (Some(whole), None) => {
            let whole = short(whole)?;
            Some(Numbers { whole: format!("{whole}-{above}/{below}"), parts })
        }
        (whole, Some(pitch)) => {
            let pitch = short(pitch)?;
            let size = match whole {
                Some(whole) => format!("{}-{above}/{below}", short(whole)?),
                None => format!("{above}/{below}"),
            };
            parts.push(pitch.to_string());
            Some(Numbers { whole: format!("{size}-{pitch}"), parts })
        }
    }
}

/// A number of at most two digits, or three in a denominator.
fn short(text: &str) -> Option<u32> {
    (!text.is_empty() && text.len() <= 3 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())?
}

fn is_whole(number: &str) -> bool {
    number.bytes().all(|b| b.is_ascii_digit())
}

/// Normalises one number: decimal point, no thousands separators, no redundant zeros.
fn number(text: &str) -> Option<String> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if digits(text) {
        return Some(text.to_owned());
    }
    let points: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| matches!(c, '.' | ',')).collect();
    let (at, point) = *points.last()?;
    let (whole, decimals) = (text.get(..at)?, text.get(at + 1..)?);
    let thousands = |whole: &str| {
        let mut groups = whole.split(['.', ',']);
        groups.next().is_some_and(|first| digits(first) && first.len() <= 3)
            && groups.all(|group| digits(group) && group.len() == 3)
    };
    // 1,500 and 12,000,000; 0,125 is a decimal.
    let is_group = digits(decimals) && decimals.len() == 3 && thousands(whole) && !whole.starts_with('0');
    let several = points.len() > 1 && points.iter().all(|(_, other)| *other == point);
    if is_group && (point == ',' || several) {
        return Some(text.chars().filter(char::is_ascii_digit).collect());
    }
    if !digits(decimals) || !(whole.is_empty() || digits(whole) || (points.len() > 1 && !several && thousands(whole))) {
        return None;
    }
    let whole: String = whole.chars().filter(char::is_ascii_digit).collect();
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let decimals = decimals.trim_end_matches('0');
    Some(if decimals.is_empty() { whole.to_owned() } else { format!("{whole}.{decimals}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(text: &str) -> Option<String> {
        numbers(text, &[]).map(|(numbers, _)| numbers.whole)
    }

    #[test]
    fn spellings_of_a_number_are_one() {
        for (written, meant) in [
            ("6,5", "6.5"),
            ("6.50", "6.5"),
            (".004", "0.004"),
            ("0,125", "0.125"),
            ("1,500", "1500"),
            ("1.234,5", "1234.5"),
            ("12,000,000", "12000000"),
            ("8.0", "8"),
            ("2-3/8", "2-3/8"),
            ("3/8", "3/8"),
            ("3/4-16", "3/4-16"),
            ("25-37", "25-37"),
            ("0.10-0.25", "0.1-0.25"),
        ] {
            assert_eq!(whole(written).as_deref(), Some(meant), "{written}");
        }
    }

    #[test]
    fn codes_are_no_numbers() {
        for code in ["28775-218", "9-2815-237-34", "1.2.3", "4/3", "10/100/1000", "m8"] {
            assert_eq!(whole(code), None, "{code}");
        }
    }
}
