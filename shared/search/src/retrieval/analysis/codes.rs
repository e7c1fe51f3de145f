//! Part numbers, stock numbers, models, threads and fault codes.

use super::tokens::{Event, MAX_TERM, Role};

/// Minimum digits of a part of a code that is indexed separately, without the letters before it.
const LONG: usize = 4;
/// Maximum number of parts of a code whose neighbours are indexed as pairs.
const FEW_PARTS: usize = 6;

/// A code without its joiners. A point stays, since it may belong to a number.
pub(super) fn compact(lower: &str) -> String {
    lower.chars().filter(|c| !matches!(c, '-' | '/' | '\'')).map(|c| if c == ',' { '.' } else { c }).collect()
}

/// Emits the terms of a code: the whole code with and without its joiners, without the letters before it, its parts,
/// and pairs of parts.
pub(super) fn each_term(lower: &str, take: &mut impl FnMut(Event<'_>)) {
    let mut give = |role: Role, term: &str| {
        if !term.is_empty() && term.len() <= MAX_TERM {
            take(Event::Term(role, term));
        }
    };
    let whole = compact(lower);
    give(Role::Whole, &whole);
    let bare = whole.trim_start_matches(char::is_alphabetic);
    if bare.len() < whole.len() && bare.len() >= LONG && bare.bytes().all(|b| b.is_ascii_digit()) {
        give(Role::Part, bare);
    }
    let parts: Vec<&str> = lower.split(['-', '/', '\'']).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return;
    }
    for part in &parts {
        give(Role::Part, part);
        let digits = part.trim_start_matches(char::is_alphabetic);
        let is_long = digits.len() >= LONG && digits.bytes().all(|b| b.is_ascii_digit());
        if is_long && digits.len() < part.len() && digits != bare {
            give(Role::Part, digits);
        }
    }
    if is_stock_number(lower) {
        // The item's own number, without the class it is in.
        give(Role::Part, whole.get(LONG..).unwrap_or_default());
    } else if (3..=FEW_PARTS).contains(&parts.len()) {
        for pair in parts.windows(2) {
            give(Role::Part, &pair.concat());
        }
    }
}

/// Whether digits and hyphens form a NATO stock number, or one of the form used before 1974.
pub(super) fn is_stock_number(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    digits && matches!(lengths.as_slice(), [4, 2, 3, 4] | [4, 3, 4] | [4, 9] | [13])
}

/// A metric thread in its normal form, `m12x1.75`. `spelling` is in lower case without spaces.
pub(super) fn metric_thread(spelling: &str) -> Option<String> {
    let rest = spelling.strip_prefix('m')?;
    let (diameter, pitch) =
        rest.split_once('x').or_else(|| rest.split_once('-').filter(|(_, pitch)| pitch.contains('.')))?;
    let number = |text: &str| -> Option<String> {
        let text = text.replace(',', ".");
        let fits = (1..=4).contains(&text.len()) && text.starts_with(|c: char| c.is_ascii_digit());
        let value: f32 = text.parse().ok().filter(|_| fits)?;
        (value > 0.0).then(|| value.to_string())
    };
    let pitch = number(pitch).filter(|pitch| pitch.parse::<f32>().is_ok_and(|pitch| pitch <= 9.0))?;
    Some(format!("m{}x{pitch}", number(diameter)?))
}

/// Other spellings that a code may be mistaken for: `O` for `0`, `I` and `l` for `1`. The code itself is not included,
/// and for codes with many such characters not all combinations are.
#[must_use]
pub fn confused(code: &str) -> Vec<String> {
    const MOST: usize = 64;
    let mut found = vec![String::with_capacity(code.len())];
    for character in code.chars() {
        let also: &[char] = match character {
            'o' => &['0'],
            '0' => &['o'],
            'i' => &['1', 'l'],
            'l' => &['1', 'i'],
            '1' => &['i', 'l'],
            _ => &[],
        };
        let mut more = Vec::new();
        if found.len() < MOST {
            for other in also {
                more.extend(found.iter().map(|begun| format!("{begun}{other}")));
            }
        }
        for begun in &mut found {
            begun.push(character);
        }
        found.extend(more);
    }
    found.retain(|other| other != code);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms(code: &str) -> Vec<String> {
        let mut terms = Vec::new();
        each_term(code, &mut |event| {
            if let Event::Term(_, term) = event {
                terms.push(term.to_owned());
            }
        });
        terms
    }

    #[test]
    fn a_code_is_found_whole_and_in_parts() {
        let all = terms("an960-416l");
        for term in ["an960416l", "an960", "416l"] {
            assert!(all.contains(&term.to_owned()), "{term} in {all:?}");
        }
        let all = terms("nas43dd3-27");
        assert!(all.contains(&"nas43dd327".to_owned()), "{all:?}");
        assert!(terms("re504836").contains(&"504836".to_owned()));
    }

    #[test]
    fn stock_numbers_are_known() {
        for number in ["5305-00-068-0508", "2920-909-2488", "5305000680508", "5305-000680508"] {
            assert!(is_stock_number(number), "{number}");
        }
        assert!(!is_stock_number("5305-00-068"));
        assert!(terms("5305-00-068-0508").contains(&"000680508".to_owned()));
    }

    #[test]
    fn metric_threads_have_one_form() {
        for spelling in ["m14x1.50", "m14x1,5", "m14x1.5"] {
            assert_eq!(metric_thread(spelling).as_deref(), Some("m14x1.5"), "{spelling}");
        }
        assert_eq!(metric_thread("m14"), None);
        assert_eq!(metric_thread("max12"), None);
    }

    #[test]
    fn confusable_signs_are_tried_both_ways() {
        assert_eq!(confused("b20"), ["b2o"]);
        let found = confused("xo1");
        assert!(
            found.contains(&"x0i".to_owned()) && found.contains(&"xol".to_owned()) && found.len() == 5,
            "{found:?}"
        );
        assert!(confused("00000000000000000000").len() <= 64 * 3);
    }
}
