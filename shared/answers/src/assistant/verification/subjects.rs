//! Determines the subject of a figure.

use std::collections::HashSet;
use std::ops::Range;

use search::retrieval::analysis::{Analyzer, Figure, Reading};

/// Words that say how or in which order a value applies, not to what.
const GENERAL: &str = "tighten torque set adjust apply use value specification take need require have be \
    first second third final last initial pass stage then again further about approximately \
    anziehen festziehen drehmoment einstellen wert betragen haben erste zweite \
    apretar par ajustar valor tener primero segundo \
    serrer couple régler valeur avoir premier deuxième";
/// Words that connect a subject to the figure before it: `40 N·m for the front bolts`.
const BINDING: [&str; 15] =
    ["for", "on", "at", "to", "für", "bei", "an", "auf", "am", "para", "en", "pour", "sur", "au", "aux"];
/// The same if no subject precedes the figure: `3 l of oil`.
const OF: [&str; 6] = ["of", "von", "de", "del", "du", "des"];
/// Ends of such a subject.
const CLAUSE_ENDS: [&str; 10] = [",", ";", ":", "(", "[", " and ", " und ", " y ", " et ", "\n"];
/// Maximum number of letters between two figures that belong together: two units, the ends of a range.
const JOINED: usize = 3;

/// The words of a language that name a subject.
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

    /// The terms of a text, without general ones.
    pub(super) fn words(&self, text: &str) -> Vec<String> {
        let mut words = self.analyzer.terms(text);
        words.retain(|word| !self.general.contains(word));
        words
    }

    /// Whether a text names a subject.
    pub(super) fn names(&self, text: &str) -> bool {
        self.words(text).iter().any(|word| word.chars().any(char::is_alphabetic))
    }

    /// The range of the words that name the subject of a figure: those after it, if they are connected to it and name
    /// something; otherwise those before it, up to the previous figure of its kind. "of" is followed by the substance:
    /// in "fill the gearbox with 3 l of oil", the subject is the gearbox.
    pub(super) fn of(&self, text: &str, figures: &[Figure], place: usize, sentence: &Range<usize>) -> Range<usize> {
        let Some(figure) = figures.get(place) else { return sentence.clone() };
        let next = figures.get(place + 1).map_or(sentence.end, |next| next.range.start.min(sentence.end));
        let before = self.before(text, figures.get(..place).unwrap_or_default(), figure, sentence);
        let names = |range: &Range<usize>| self.names(text.get(range.clone()).unwrap_or_default());
        let bound = |words: &[&str]| bound(text, figure.range.end..next, words).filter(names);
        if let Some(bound) = bound(&BINDING) {
            return bound;
        }
        let of_what = if names(&before) { None } else { bound(&OF) };
        of_what.unwrap_or(before)
    }

    /// The words of the sentence before a figure, from the previous figure of its kind.
    fn before(&self, text: &str, earlier: &[Figure], figure: &Figure, sentence: &Range<usize>) -> Range<usize> {
        let is_apart = |from: usize, to: usize| {
            let between = text.get(from..to).unwrap_or_default();
            between.chars().filter(|c| c.is_alphabetic()).count() > JOINED
        };
        let is_before = |before: &Figure| {
            let is_inside = before.range.start >= sentence.start;
            is_inside && is_of_kind(before, figure) && is_apart(before.range.end, figure.range.start)
        };
        let end = figure.range.start;
        let Some(at) = earlier.iter().rposition(is_before) else { return sentence.start.min(end)..end };
        let mut begin = earlier.get(at).map_or(sentence.start, |before| before.range.end);
        // What stands right behind that figure belongs to it.
        for next in earlier.iter().skip(at + 1) {
            if !is_apart(begin, next.range.start) && is_apart(next.range.end, end) {
                begin = next.range.end;
            }
        }
        self.in_cell(text, begin..end)
    }

    /// The last cell of a row that names something.
    fn in_cell(&self, text: &str, range: Range<usize>) -> Range<usize> {
        let written = text.get(range.clone()).unwrap_or_default();
        let mut end = written.len();
        let cell = written.rmatch_indices("; ").find_map(|(at, mark)| {
            let begin = at + mark.len();
            let names = self.names(written.get(begin..end).unwrap_or_default());
            end = at;
            names.then_some(range.start + begin)
        });
        cell.unwrap_or(range.start)..range.end
    }
}

/// The words after a figure, in this range, that begin with one of these.
fn bound(text: &str, behind: Range<usize>, words: &[&str]) -> Option<Range<usize>> {
    let written = text.get(behind.clone())?;
    let bound = written.trim_start_matches([' ', ')', '*', '_']);
    let first = bound.split(|c: char| !c.is_alphabetic()).next()?.to_lowercase();
    let end = CLAUSE_ENDS.iter().filter_map(|end| bound.find(end)).min().unwrap_or(bound.len());
    let start = behind.start + written.len() - bound.len();
    words.contains(&first.as_str()).then_some(start..start + end)
}

/// Whether both are values with a unit, numbers without one, or codes. Numbers are part of a value's subject: "# 5:
/// 50.9 mm".
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
    use search::retrieval::analysis::{Language, figures};

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
        assert_eq!(english("Fill the gearbox with 3 qt of oil"), ["Fill the gearbox with"]);
        assert_eq!(english("3 qt of oil are enough"), ["of oil are enough"]);
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
