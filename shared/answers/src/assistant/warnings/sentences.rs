//! Splits answers into sentences, and normalises texts for comparison.

use documents::units::sentences;
use search::retrieval::analysis::{Reading, figures};

/// A sentence of an answer.
pub(super) struct Sentence<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

/// The sentences of an answer with their positions, without warnings that it already contains.
pub(super) fn split(text: &str) -> Vec<Sentence<'_>> {
    let mut all = Vec::new();
    let mut begin = 0;
    for line in text.split_inclusive('\n') {
        let mut at = begin;
        for sentence in sentences(line) {
            at += text.get(at..).and_then(|rest| rest.find(sentence)).unwrap_or(0);
            if !line.starts_with(super::BEGIN) {
                all.push(Sentence { text: sentence, at });
            }
            at += sentence.len();
        }
        begin += line.len();
    }
    all
}

/// The values with a unit and the codes of a text.
pub(super) fn telling_figures(text: &str) -> Vec<Reading> {
    let readings = figures(text).into_iter().map(|figure| figure.reading);
    readings.filter(|reading| matches!(reading, Reading::Value { unit: Some(_), .. } | Reading::Code { .. })).collect()
}

/// A text without the numbers of callouts: `capscrews (4)`.
pub(super) fn without_callouts(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('(') {
        out.push_str(before);
        let inside = after.split_once(')').filter(|(inside, _)| inside.len() <= 12);
        let is_callout = |inside: &str| inside.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | ' ' | '-'));
        match inside {
            Some((inside, behind)) if is_callout(inside) => rest = behind,
            _ => {
                out.push('(');
                rest = after;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The numbers of the marks in a text.
fn marks(text: &str) -> impl Iterator<Item = usize> {
    let numbers = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    numbers.filter_map(|(number, _)| number.parse().ok())
}

pub(super) fn has_marks(text: &str) -> bool {
    marks(text).next().is_some()
}

/// Whether a sentence cites the citation at this index, or nothing.
pub(super) fn is_of(sentence: &str, place: Option<usize>) -> bool {
    !has_marks(sentence) || marks(sentence).any(|number| Some(number) == place.map(|place| place + 1))
}

pub(super) fn without_marks(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        rest = after.split_once(']').map_or(after, |(_, after)| after);
    }
    out.push_str(rest);
    out
}
