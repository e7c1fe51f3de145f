//! Values that a question may ask for, and texts that contain them.
//!
//! "What torque …?" is answered by "tighten to 25-37 lb-ft", which does not contain the word, and not by a sentence
//! about torque without a number.

use search::retrieval::WantedValue;
use search::retrieval::analysis::{NUMBER_WORDS, measures};

/// Questions that ask for a number without a particular unit.
const COUNTS: &[&str] = &[
    "how many",
    "how much",
    "how far",
    "how long",
    "how often",
    "how fast",
    "how high",
    "how deep",
    "how big",
    "what size",
    "wie viel",
    "wieviel",
    "wie lange",
    "wie weit",
    "wie oft",
    "cuánto",
    "cuanto",
    "cuánta",
    "cuántos",
    "combien",
    "least ",
    "the most",
    "what load",
    "setting",
];

/// The value that a question asks for.
#[derive(Default)]
pub(crate) struct RequestedValue {
    wanted: WantedValue,
    any_number: bool,
}

impl RequestedValue {
    /// Determines it from a question.
    pub(crate) fn of(question: &str) -> Self {
        let lower = question.to_lowercase();
        Self { wanted: WantedValue::of(question), any_number: COUNTS.iter().any(|count| lower.contains(count)) }
    }

    /// Whether the question asks for a value at all.
    pub(crate) fn is_value(&self) -> bool {
        self.any_number || self.wanted.is_value()
    }

    /// Whether the question asks for a part, stock or tool number.
    pub(crate) fn is_number(&self) -> bool {
        self.wanted.is_number()
    }

    /// Whether the text contains such a value.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        if self.wanted.is_value() { measures(text).iter().any(|unit| self.wanted.is(unit)) } else { has_number(text) }
    }
}

/// Whether a text contains a number that may be a value: a number in words, or a figure without a letter before it that
/// is neither the label of a step nor the number of a figure's part.
fn has_number(text: &str) -> bool {
    let lower = text.to_lowercase();
    let is_number = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_callout = word.starts_with('(') && word.trim_end_matches(['.', ',', ';']).ends_with(')');
        !is_callout
            && (bare.starts_with(|c: char| c.is_ascii_digit())
                || matches!(bare, "once" | "twice")
                || NUMBER_WORDS.contains(&bare))
    };
    let is_label = |word: &str| word.ends_with(['.', ')']) && word.len() <= 4;
    let mut words = lower.split_whitespace();
    let first = words.next().unwrap_or_default();
    (!is_label(first) && is_number(first)) || words.any(is_number)
}

/// Whether a text contains a number with a unit, which might be taken for a value.
pub(crate) fn has_any_value(text: &str) -> bool {
    !measures(text).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_a_number_in_a_unit_of_the_quantity() {
        let torque = RequestedValue::of("What torque for the rod cap nuts?");
        assert!(torque.is_value());
        assert!(torque.is_in("tighten to 44-52 lb-ft (60-71 N•m)."));
        assert!(!torque.is_in("Torque the nuts evenly (see page 12).") && !torque.is_in("a bolt of 3 in."));
        let volts = RequestedValue::of("What voltage does the cell produce?");
        assert!(volts.is_in("nearly .9 volts") && volts.is_in("set PV1 to 3.3V") && !volts.is_in("version 5"));
        let span = RequestedValue::of("What distance may hoses span?");
        assert!(span.is_in("no more than two feet without") && !span.is_in("two hoses"));
    }

    #[test]
    fn labels_and_callouts_are_no_values() {
        let count = RequestedValue::of("How many bolts hold the lid?");
        assert!(count.is_in("Remove 6 bolts (3).") && count.is_in("held by four bolts"));
        assert!(!count.is_in("3. Remove bolts (3) and lid (4)."));
        assert!(has_any_value("fill with 3 qt") && !has_any_value("3. Fill with oil"));
    }
}
