//! Numbers and how they are spoken.

/// A quantity at the start of a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quantity<'a> {
    /// The spoken number: "10 to 15", "minus 40", "one half".
    pub(super) said: String,
    /// Whether the singular follows it.
    pub(super) single: bool,
    /// The rest of the word: usually a unit, or nothing.
    pub(super) rest: &'a str,
    /// Whether a hyphen separates the number from the rest, as in "12-V battery".
    pub(super) hyphen: bool,
}

/// Signs before a number and how they are spoken.
const SIGNS: &[(&str, &str)] = &[
    ("+/-", "plus or minus "),
    ("±", "plus or minus "),
    (">=", "at least "),
    ("<=", "at most "),
    ("≥", "at least "),
    ("≤", "at most "),
    (">", "more than "),
    ("<", "less than "),
    ("~", "about "),
    ("≈", "about "),
    ("-", "minus "),
    ("−", "minus "),
    ("+", "plus "),
    ("#", "number "),
];

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];

const TENS: [&str; 7] = ["", "", "twenty", "thirty", "forty", "fifty", "sixty"];

/// Reads the quantity at the start of a word.
pub(super) fn quantity(word: &str) -> Option<Quantity<'_>> {
    let (sign, rest) =
        SIGNS.iter().find_map(|(sign, said)| Some((*said, word.strip_prefix(sign)?))).unwrap_or(("", word));
    let (first, rest) = number(rest)?;
    if let Some((second, rest)) = after_dash(rest).and_then(number).filter(|(_, rest)| !continues(rest)) {
        return Some(Quantity { said: format!("{sign}{first} to {second}"), single: false, rest, hyphen: false });
    }
    if let Some((second, rest)) = rest.strip_prefix(['×', 'x']).and_then(number) {
        return Some(Quantity { said: format!("{sign}{first} by {second}"), single: false, rest, hyphen: false });
    }
    let single = first == "1" || first.starts_with(|c: char| c.is_ascii_alphabetic());
    let unhyphened = rest.strip_prefix('-').filter(|rest| rest.starts_with(|c: char| c.is_alphabetic() || c == '°'));
    let (rest, hyphen) = unhyphened.map_or((rest, false), |rest| (rest, true));
    Some(Quantity { said: format!("{sign}{first}"), single, rest, hyphen })
}

/// The second number of a range, after the dash.
fn after_dash(rest: &str) -> Option<&str> {
    ["...", "…", "–", "—", "-"].iter().find_map(|dash| rest.strip_prefix(dash))
}

/// Whether the digits are part of something else, by what follows: a date, a part number.
fn continues(rest: &str) -> bool {
    rest.starts_with(['-', '/', '–']) && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit())
}

/// A number or fraction at the start, and the rest.
fn number(text: &str) -> Option<(String, &str)> {
    let end = digits_end(text);
    let (digits, rest) = text.split_at_checked(end)?;
    if digits.is_empty() {
        return None;
    }
    if let Some(after) = rest.strip_prefix('/') {
        let (denominator, after) = after.split_at_checked(digits_end(after))?;
        if let Some(said) = fraction(digits, denominator).filter(|_| !continues(after)) {
            return Some((said, after));
        }
    }
    Some((digits.to_owned(), rest))
}

/// The length of a number at the start, such as 12, 1,500 or 0.25.
fn digits_end(text: &str) -> usize {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    let mut end = 0;
    while digit(end) || (end > 0 && matches!(bytes.get(end), Some(b'.' | b',')) && digit(end + 1)) {
        end += 1;
    }
    end
}

/// A fraction in words: "three eighths". `None` if it is not a fraction of an inch, such as 24/7.
fn fraction(numerator: &str, denominator: &str) -> Option<String> {
    let (numerator, denominator) = (numerator.parse::<usize>().ok()?, denominator.parse::<usize>().ok()?);
    let part = match denominator {
        2 => "half",
        3 => "third",
        4 => "quarter",
        8 => "eighth",
        16 => "sixteenth",
        32 => "thirty-second",
        64 => "sixty-fourth",
        _ => return None,
    };
    if numerator == 0 || numerator >= denominator {
        return None;
    }
    Some(format!("{} {part}{}", in_words(numerator)?, if numerator == 1 { "" } else { "s" }))
}

/// A number below 64 in words.
fn in_words(number: usize) -> Option<String> {
    if let Some(word) = SMALL.get(number) {
        return Some((*word).to_owned());
    }
    let tens = TENS.get(number / 10)?;
    Some(if number.is_multiple_of(10) { (*tens).to_owned() } else { format!("{tens}-{}", SMALL.get(number % 10)?) })
}

/// Whether a quantity is only a fraction, which may follow a whole number: "1 1/2".
pub(super) fn is_fraction(word: &str) -> bool {
    number(word).is_some_and(|(said, _)| said.starts_with(|c: char| c.is_ascii_alphabetic()))
}
