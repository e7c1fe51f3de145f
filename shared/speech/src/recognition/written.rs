//! Spoken text as people write it: numbers in digits, units, threads and part numbers.
//!
//! Recognisers write most numbers in digits already, but not all, and none of them knows what technicians say between
//! numbers.

use std::sync::LazyLock;

use text2num::{Language, replace_numbers_in_text};

/// Numbers below this stay words when they stand alone, as in "which one".
const ALONE: f64 = 10.0;

/// Units after a number, as they are spoken in one to three words, and as they are written.
const UNITS: [(&[&str], &str); 27] = [
    (&["foot", "pounds"], "ft-lb"),
    (&["foot", "pound"], "ft-lb"),
    (&["pound", "feet"], "lb-ft"),
    (&["pound", "foot"], "lb-ft"),
    (&["inch", "pounds"], "in-lb"),
    (&["inch", "pound"], "in-lb"),
    (&["pound", "inches"], "lb-in"),
    (&["newton", "meters"], "N·m"),
    (&["newton", "metres"], "N·m"),
    (&["newton", "meter"], "N·m"),
    (&["newton", "metre"], "N·m"),
    (&["pounds", "per", "square", "inch"], "psi"),
    (&["p", "s", "i"], "psi"),
    (&["psi"], "psi"),
    (&["kilopascals"], "kPa"),
    (&["millimeters"], "mm"),
    (&["millimetres"], "mm"),
    (&["millimeter"], "mm"),
    (&["millimetre"], "mm"),
    (&["centimeters"], "cm"),
    (&["centimetres"], "cm"),
    (&["r", "p", "m"], "rpm"),
    (&["revolutions", "per", "minute"], "rpm"),
    (&["degrees", "celsius"], "°C"),
    (&["degrees", "centigrade"], "°C"),
    (&["degrees", "fahrenheit"], "°F"),
    (&["kilometers", "per", "hour"], "km/h"),
];

/// A word between the marks around it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    before: String,
    text: String,
    after: String,
}

/// English text as it is written.
pub(super) fn written(text: &str) -> String {
    static ENGLISH: LazyLock<Language> = LazyLock::new(Language::english);
    let text = replace_numbers_in_text(text, &*ENGLISH, ALONE);
    let words: Vec<Word> = text.split_whitespace().flat_map(apart).map(Word::of).collect();
    let words = joined(&words, thread);
    let words = joined(&words, measure);
    let words = joined(&words, spelled);
    words.iter().map(Word::to_string).collect::<Vec<_>>().join(" ")
}

/// Splits "foot-pounds", which is one word or two.
fn apart(word: &str) -> Vec<&str> {
    match word.split_once('-') {
        Some((one @ ("foot" | "pound" | "inch" | "newton"), other)) => vec![one, other],
        _ => vec![word],
    }
}

impl Word {
    fn of(word: &str) -> Self {
        let is_mark = |c: char| matches!(c, '"' | '(' | ')' | ',' | ';' | ':' | '!' | '?' | '\'');
        let text = word.trim_start_matches(is_mark);
        let before = word.get(..word.len() - text.len()).unwrap_or_default();
        let inner = text.trim_end_matches(|c: char| is_mark(c) || c == '.');
        let after = text.get(inner.len()..).unwrap_or_default();
        Self { before: before.to_owned(), text: inner.to_owned(), after: after.to_owned() }
    }

    fn lower(&self) -> String {
        self.text.to_lowercase()
    }

    fn is_number(&self) -> bool {
        self.text.starts_with(|c: char| c.is_ascii_digit())
            && self.text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | '/'))
    }

    fn is_letter(&self) -> bool {
        let mut characters = self.text.chars();
        characters.next().is_some_and(|c| c.is_ascii_alphabetic()) && characters.next().is_none()
    }

    /// Whether it is a letter that is a word, or a sign, as well: "a", "I", "x".
    fn is_plain_word(&self) -> bool {
        matches!(&*self.lower(), "a" | "i" | "x")
    }

    /// Whether nothing stands between it and the next word.
    fn goes_on(&self) -> bool {
        self.after.is_empty()
    }
}

impl std::fmt::Display for Word {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}{}", self.before, self.text, self.after)
    }
}

/// Replaces the words that `find` joins to one: it is given the rest of the text, and gives the text and how many words
/// it takes.
fn joined(words: &[Word], find: fn(&[Word]) -> Option<(String, usize)>) -> Vec<Word> {
    let mut out = Vec::with_capacity(words.len());
    let mut rest = words;
    while let Some((first, others)) = rest.split_first() {
        let Some((text, taken)) = find(rest) else {
            out.push(first.clone());
            rest = others;
            continue;
        };
        let after = rest.get(taken - 1).map_or_else(String::new, |last| last.after.clone());
        out.push(Word { before: first.before.clone(), text, after });
        rest = rest.get(taken..).unwrap_or_default();
    }
    out
}

/// The thread that these words begin with: "M 12 by 1.75", "M12 by 1.75".
fn thread(words: &[Word]) -> Option<(String, usize)> {
    let size = |word: &Word| word.lower().strip_prefix('m').filter(|size| is_decimal(size)).map(str::to_owned);
    let (size, taken) = match words {
        [first, ..] if let Some(size) = size(first) => (size, 1),
        [first, second, ..] if first.lower() == "m" && first.goes_on() && is_decimal(&second.text) => {
            (second.text.clone(), 2)
        }
        _ => return None,
    };
    match words.get(taken - 1..) {
        Some([last, by, pitch, ..])
            if last.goes_on() && matches!(&*by.lower(), "by" | "x" | "times") && is_decimal(&pitch.text) =>
        {
            Some((format!("M{size}x{}", pitch.text), taken + 2))
        }
        _ => Some((format!("M{size}"), taken)),
    }
}

fn is_decimal(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_digit() || c == '.')
}

/// The name that these words spell: letters one by one, numbers, and dashes. It has letters and digits.
fn spelled(words: &[Word]) -> Option<(String, usize)> {
    let mut name = String::new();
    let (mut taken, mut parts) = (0, 0);
    for (at, word) in words.iter().enumerate() {
        let is_dash = matches!(&*word.lower(), "dash" | "hyphen" | "-");
        let is_code = word.text.chars().any(|c| c.is_ascii_digit())
            && word.text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let is_letter = |at: usize| words.get(at).is_some_and(|word| word.is_letter() && !word.is_plain_word());
        // "a" and "I" are letters only among others.
        let spells = word.is_letter() && (is_letter(at) || is_letter(at + 1) || (at > 0 && is_letter(at - 1)));
        if is_dash && at > 0 {
            name.push('-');
        } else if spells || is_code {
            name.push_str(&word.text.to_uppercase());
            (taken, parts) = (at + 1, parts + 1);
        } else {
            break;
        }
        if !word.goes_on() {
            break;
        }
    }
    let name = name.trim_end_matches('-').to_owned();
    let is_name = name.chars().any(|c| c.is_ascii_alphabetic()) && name.chars().any(|c| c.is_ascii_digit());
    (is_name && parts > 0).then_some((name, taken))
}

/// The number and the unit that these words begin with.
fn measure(words: &[Word]) -> Option<(String, usize)> {
    let (number, rest) = words.split_first().filter(|(number, _)| number.is_number() && number.goes_on())?;
    let matching = |spoken: &[&str]| {
        rest.len() >= spoken.len()
            && spoken.iter().zip(rest).all(|(spoken, word)| word.lower() == *spoken)
            && rest.iter().take(spoken.len() - 1).all(Word::goes_on)
    };
    let (spoken, unit) = UNITS.iter().find(|(spoken, _)| matching(spoken))?;
    Some((format!("{} {unit}", number.text), spoken.len() + 1))
}

#[cfg(test)]
mod tests {
    use super::written;

    #[test]
    fn numbers_and_units_are_written_as_people_write_them() {
        for (spoken, expected) in [
            ("Tighten it to twenty five foot pounds.", "Tighten it to 25 ft-lb."),
            ("to twenty-five foot-pounds, then stop", "to 25 ft-lb, then stop"),
            ("set it to 60 p s i", "set it to 60 psi"),
            ("ninety newton metres", "90 N·m"),
            ("at one thousand five hundred r p m?", "at 1500 rpm?"),
            ("zero point zero zero five inches", "0.005 inches"),
            ("below forty degrees Celsius", "below 40 °C"),
            ("seventy-five pound feet", "75 lb-ft"),
            ("one hundred and ten inch-pounds or so", "110 in-lb or so"),
            ("12 pounds per square inch", "12 psi"),
            ("Which one is it?", "Which one is it?"),
            ("The two of them", "The two of them"),
            ("I am on foot, pounds are heavy", "I am on foot, pounds are heavy"),
            ("", ""),
        ] {
            assert_eq!(written(spoken), expected, "{spoken}");
        }
    }

    #[test]
    fn threads_and_part_numbers_are_joined() {
        for (spoken, expected) in [
            ("an M twelve by one point seven five bolt", "an M12x1.75 bolt"),
            ("Use M8 by 1.25.", "Use M8x1.25."),
            ("an M10 bolt", "an M10 bolt"),
            ("part A B seven four three dash one two", "part AB743-12"),
            ("fault code E one zero four?", "fault code E104?"),
            ("the part number is b743-12", "the part number is B743-12"),
            ("I have a 10 here", "I have a 10 here"),
            ("a 24 volt system", "a 24 volt system"),
            ("page 12 of 40", "page 12 of 40"),
            ("serial K 9 dash", "serial K9 dash"),
            ("Take 2 a day", "Take 2 a day"),
            ("Can I 5 times", "Can I 5 times"),
            ("a 2 x 4 beam", "a 2 x 4 beam"),
            ("P N seven seven three one dash two zero four dash B", "PN7731-204-B"),
            ("the filter H F 6 5 5 3", "the filter HF6553"),
            ("relay K 3 and K 4", "relay K3 and K4"),
        ] {
            assert_eq!(written(spoken), expected, "{spoken}");
        }
    }
}
