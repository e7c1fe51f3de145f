//! What a figure is said of.

use std::collections::HashSet;
use std::ops::Range;

use crate::retrieval::analysis::{Analyzer, Figure, Reading};

/// Words that say how a value is given, or in which turn, and not of what it is.
const GENERAL: &str = "tighten torque set adjust apply use value specification take need require have be \
    first second third final last initial pass stage then again further about approximately \
    anziehen festziehen drehmoment einstellen wert betragen haben erste zweite \
    apretar par ajustar valor tener primero segundo \
    serrer couple régler valeur avoir premier deuxième";
/// Words that bind what follows them to the figure before: `40 N·m for the front bolts`.
const BINDING: [&str; 20] = [
    "for", "on", "at", "of", "to", "für", "bei", "an", "auf", "am", "para", "de", "del", "en", "pour", "du", "des",
    "sur", "au", "aux",
];
/// What ends the words that are bound.
const CLAUSE_ENDS: [&str; 10] = [",", ";", ":", "(", "[", " and ", " und ", " y ", " et ", "\n"];
/// Letters between two figures up to which they are one: two units, the ends of a range.
const JOINED: usize = 3;

/// The words of a language that say what something is of.
pub(super) struct Subjects {
    analyzer: Analyzer,
    general: HashSet<String>,
}

impl Subjects {
    pub(super) fn new(analyzer: Analyzer) -> Self {
        let general = analyzer.terms(GENERAL).into_iter().collect();
        Self { analyzer, general }
    }

    pub(super) fn analyzer(&self) -> &Analyzer {
        &self.analyzer
    }

    /// The terms of a text, without those that say only how a value is given.
    pub(super) fn words(&self, text: &str) -> Vec<String> {
        let mut words = self.analyzer.terms(text);
        words.retain(|word| !self.general.contains(word));
        words
    }

    /// Whether a text names something.
    pub(super) fn names(&self, text: &str) -> bool {
        self.words(text).iter().any(|word| word.chars().any(char::is_alphabetic))
    }

    /// Where the words stand that a figure is said of: those behind it, where they bind to it and name something; else
    /// those before it, from the figure of its kind before.
    pub(super) fn of(&self, text: &str, figures: &[Figure], place: usize, sentence: &Range<usize>) -> Range<usize> {
        let Some(figure) = figures.get(place) else { return sentence.clone() };
        let next = figures.get(place + 1).map_or(sentence.end, |next| next.range.start.min(sentence.end));
        let behind = text.get(figure.range.end..next).unwrap_or_default();
        let bound = behind.trim_start_matches([' ', ')', '*', '_']);
        let first = bound.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default().to_lowercase();
        if BINDING.contains(&first.as_str()) {
            let end = CLAUSE_ENDS.iter().filter_map(|end| bound.find(end)).min().unwrap_or(bound.len());
            if self.names(bound.get(..end).unwrap_or_default()) {
                let start = figure.range.end + behind.len() - bound.len();
                return start..start + end;
            }
        }
        let letters = |from: usize, to: usize| {
            text.get(from..to).unwrap_or_default().chars().filter(|c| c.is_alphabetic()).count()
        };
        let is_before = |before: &Figure| {
            let is_apart = letters(before.range.end, figure.range.start) > JOINED;
            before.range.start >= sentence.start && is_apart && is_of_kind(before, figure)
        };
        let earlier = figures.get(..place).unwrap_or_default();
        let Some(before) = earlier.iter().rposition(is_before) else {
            return sentence.start.min(figure.range.start)..figure.range.start;
        };
        let mut begin = sentence.start;
        for next in earlier.iter().skip(before) {
            // What stands right behind the figure before belongs to that.
            let is_of_it = begin == sentence.start || letters(begin, next.range.start) <= JOINED;
            if is_of_it && letters(next.range.end, figure.range.start) > JOINED {
                begin = next.range.end;
            }
        }
        // In a row, what stands in the last cell that names something.
        let mut cells = text.get(begin..figure.range.start).unwrap_or_default().rmatch_indices("; ");
        let mut end = figure.range.start;
        let cell = cells.find_map(|(at, mark)| {
            let cell = begin + at + mark.len();
            let names = self.names(text.get(cell..end).unwrap_or_default());
            end = begin + at;
            names.then_some(cell)
        });
        cell.unwrap_or(begin).min(figure.range.start)..figure.range.start
    }
}

/// Whether both are values with a unit, numbers without one, or codes. Numbers are a part of what a value is said of:
/// "# 5: 50.9 mm".
pub(super) fn is_of_kind(one: &Figure, other: &Figure) -> bool {
    match (&one.reading, &other.reading) {
        (Reading::Value { unit, .. }, Reading::Value { unit: other, .. }) => unit.is_some() == other.is_some(),
        (Reading::Code { .. }, Reading::Code { .. }) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::retrieval::analysis::{Language, figures};

    fn said_of(text: &str, language: Language) -> Vec<&str> {
        let (subjects, found) = (Subjects::new(Analyzer::of(language)), figures(text));
        let of = |place| text.get(subjects.of(text, &found, place, &(0..text.len()))).unwrap_or_default().trim();
        (0..found.len()).map(of).collect()
    }

    #[test]
    fn the_words_before_a_figure_or_those_bound_to_it() {
        let english = |text| said_of(text, Language::English);
        assert_eq!(english("Front bolts take 40 Nm, rear bolts 60 Nm"), ["Front bolts take", ", rear bolts"]);
        assert_eq!(english("Use 40 Nm for the lid and 60 Nm for the base"), ["for the lid", "for the base"]);
        assert_eq!(english("Apply 44 lb-ft to the drain plug"), ["to the drain plug"]);
        assert_eq!(english("The drain plug takes 44 lb-ft of torque"), ["The drain plug takes"]);
        assert_eq!(english("Journal # 5 has 50.9 mm"), ["Journal #", "Journal # 5 has"]);
        assert_eq!(english("AB12 7, in the lid CD34").last(), Some(&", in the lid"));
        assert_eq!(english("Lid: AB12, in front; base: CD34").last(), Some(&"base:"));
        assert_eq!(english("Lid: AB12, in front; CD34").last(), Some(&", in front;"));
        assert_eq!(english("Lid: AB12 in front; and base; CD34").last(), Some(&"and base;"));
        let german = said_of("Ziehen Sie den Stopfen mit 60 Nm an", Language::German);
        assert_eq!(german, ["Ziehen Sie den Stopfen mit"]);
        let spanish = said_of("El tapón lleva 60 Nm de par", Language::Spanish);
        assert_eq!(spanish, ["El tapón lleva"]);
    }
}
