//! Numbers with the thousands and decimal separators of other countries.

use super::{Figure, Reading};

/// The meaning of a number if points group thousands (`2.450`) or commas mark decimals (`1,125`).
pub(super) fn in_other_countries(written: &str, figure: &Figure) -> Vec<Reading> {
    let Reading::Value { sign, unit, .. } = &figure.reading else { return Vec::new() };
    let written = written.get(figure.range.clone()).unwrap_or_default();
    let number = written.trim_start_matches(|c: char| !c.is_ascii_digit());
    let number = number.split(|c: char| !c.is_ascii_digit() && !matches!(c, '.' | ',')).next().unwrap_or_default();
    let number = number.trim_end_matches(['.', ',']);
    let is_group = |group: &str| group.len() == 3;
    let is_first = |group: &str| (1..=3).contains(&group.len()) && !group.starts_with('0');
    let groups: Vec<&str> = number.split(['.', ',']).collect();
    let number = match groups.as_slice() {
        [first, rest @ ..] if !rest.is_empty() && !number.contains(',') && is_first(first) => {
            rest.iter().all(|group| is_group(group)).then(|| groups.concat())
        }
        [first, decimals] if number.contains(',') && is_first(first) && is_group(decimals) => {
            let decimals = decimals.trim_end_matches('0');
            Some(if decimals.is_empty() { (*first).to_owned() } else { format!("{first}.{decimals}") })
        }
        _ => None,
    };
    let value = |number| Reading::Value { number, sign: *sign, ends: Vec::new(), unit: unit.clone() };
    number.map(value).into_iter().collect()
}

/// Joins groups of three digits that are separated by spaces and may be one number: `2 450 psi`. Both figures get that
/// meaning as an alternative.
pub(super) fn join_groups(written: &str, found: &mut [Figure]) {
    let digits = |figure: &Figure| match &figure.reading {
        Reading::Value { number, ends, .. } if ends.is_empty() && number.bytes().all(|b| b.is_ascii_digit()) => {
            Some(number.clone())
        }
        _ => None,
    };
    let mut at = 0;
    while let Some(first) = found.get(at) {
        let (mut number, begin) = (digits(first).filter(|number| number.len() <= 3), at);
        at += 1;
        while let (Some(known), Some(last), Some(next)) = (&number, found.get(at - 1), found.get(at)) {
            let gap = written.get(last.range.end..next.range.start).unwrap_or_default();
            let is_bare = matches!(&last.reading, Reading::Value { unit: None, .. });
            let group =
                digits(next).filter(|group| group.len() == 3 && is_bare && matches!(gap, " " | "\u{a0}" | "\u{202f}"));
            let Some(group) = group else { break };
            number = Some(format!("{known}{group}"));
            at += 1;
        }
        let joined = found.get_mut(begin..at).unwrap_or_default();
        if let ([first, .., last], Some(number)) = (&*joined, number)
            && let (Reading::Value { sign, .. }, Reading::Value { unit, .. }) = (&first.reading, &last.reading)
        {
            let whole = Reading::Value { number, sign: *sign, ends: Vec::new(), unit: unit.clone() };
            for figure in joined {
                figure.others.push(whole.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Reading, figures};

    #[test]
    fn numbers_of_other_countries_are_read_too() {
        let others = |text: &str| -> Vec<String> {
            let found = figures(text);
            let shown = |reading: &Reading| match reading {
                Reading::Value { number, unit, .. } => format!("{number} {}", unit.clone().unwrap_or_default()),
                Reading::Code { code, .. } => code.clone(),
            };
            found.iter().flat_map(|figure| &figure.others).map(shown).collect()
        };
        for (text, other) in [
            ("2.450 psi", "2450 psi"),
            ("bei 1.200.000 km", "1200000 kilometre"),
            ("1,125 Zoll", "1.125 inch"),
            ("3,500 mm", "3.5 millimetre"),
        ] {
            assert_eq!(others(text), [other], "{text}");
        }
        for text in ["2.45 psi", "0.450 psi", "2450 psi", "1.2345 mm", "12 bolts of 450 mm", "2 45 psi"] {
            assert!(others(text).is_empty(), "{text}: {:?}", others(text));
        }
        assert_eq!(others("12 450 psi"), ["12450 psi", "12450 psi"]);
        assert_eq!(others("1\u{a0}234\u{202f}567 km").last().map(String::as_str), Some("1234567 kilometre"));
    }
}
