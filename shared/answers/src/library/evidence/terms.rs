//! The terms of a question and their weights.

use std::collections::HashSet;

use crate::library::Vocabulary;
use search::retrieval::analysis::TokenKind;
use search::retrieval::{Match, QuestionWord, WantedValue};

/// Weight of an unknown word, which says little about the content of the manuals.
const UNKNOWN_WEIGHT: f32 = 0.08;
/// Weight of a number relative to a word. It may be a measurement that no manual contains.
const NUMBER_WEIGHT: f32 = 0.7;
/// A code with at least this many digits that is only known by its parts is another code.
const CODE_DIGITS: usize = 3;

/// A word or part number of a question.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(crate) struct Term {
    /// Its original spelling.
    pub(crate) word: String,
    /// What it may stand for: index terms that must all occur, and their weight.
    forms: Vec<(Vec<String>, f32)>,
    /// Whether the forms are parts of a code that stand for it together.
    by_parts: bool,
    /// Rarity between 0 and 1.
    pub(crate) weight: f32,
    /// Whether any manual contains it in any form.
    pub(crate) known: bool,
    /// Whether it is a code that nothing else can replace: a part number, model or fault code.
    pub(crate) code: bool,
    /// Whether it is a number of at least three digits.
    pub(crate) number: bool,
    /// Whether it comes from the previous turn.
    pub(crate) context: bool,
    /// Whether it directly follows the previous term, as in "spark plug", so that the two form a compound.
    pub(crate) compound: bool,
    /// The value that it asks for, as "torque" does. A text with such a value need not contain the word.
    pub(crate) wanted: WantedValue,
}

impl Term {
    fn of(asked: &QuestionWord, pages: usize, names: &HashSet<String>) -> Self {
        let digits = asked.written.bytes().filter(u8::is_ascii_digit).count();
        // "S-100's" is no code that another thing has.
        let code = asked.is_code() && digits > 0 && !asked.written.contains(['\'', '\u{2019}']);
        let by_parts = asked.how == Match::Parts;
        let named = names.contains(&asked.written.to_lowercase());
        let is_whole = asked.is_known() && !(code && by_parts && digits >= CODE_DIGITS);
        let rare = match (asked.is_known(), asked.kind) {
            (_, TokenKind::Code) if code && !is_whole && !named => 1.0,
            (true, TokenKind::Number) => NUMBER_WEIGHT * rarity(asked.pages, pages),
            (true, _) => rarity(asked.pages, pages),
            (false, TokenKind::Number) => 0.0,
            (false, _) => UNKNOWN_WEIGHT,
        };
        let forms = asked.forms.iter().map(|form| (form.terms.clone(), 0.5 + 0.5 * form.weight)).collect();
        Self {
            word: asked.written.clone(),
            forms,
            by_parts,
            weight: rare * asked.weight,
            known: is_whole || named,
            code,
            number: asked.kind == TokenKind::Number && digits >= 3,
            context: asked.context,
            compound: false,
            wanted: WantedValue::of(&asked.written),
        }
    }

    /// All index terms that it may stand for.
    pub(crate) fn index_terms(&self) -> impl Iterator<Item = &str> {
        self.forms.iter().flat_map(|(terms, _)| terms).map(String::as_str)
    }

    /// Its weight in a text with these index terms, between 0 and 1.
    pub(crate) fn share(&self, found: &HashSet<String>) -> f32 {
        let held = self.forms.iter().filter(|(terms, _)| terms.iter().all(|term| found.contains(term)));
        if self.by_parts {
            #[expect(clippy::cast_precision_loss, reason = "a code has few parts")]
            return held.count() as f32 / self.forms.len().max(1) as f32;
        }
        held.map(|(_, counts)| *counts).fold(0.0, f32::max)
    }

    /// Its positions in a text with these index terms.
    pub(crate) fn places(&self, terms: &[String]) -> Vec<usize> {
        let is = |term: &String| self.forms.iter().any(|(form, _)| form.contains(term));
        terms.iter().enumerate().filter(|(_, term)| is(term)).map(|(place, _)| place).collect()
    }
}

/// The terms of a question. `names` are the words of the manuals' file names, which a question may use for a manual
/// that never names itself.
pub(crate) fn terms(text: &str, vocabulary: &Vocabulary, names: &HashSet<String>) -> Vec<Term> {
    let lower = text.to_lowercase();
    let mut terms: Vec<Term> = Vec::with_capacity(vocabulary.words.len());
    for asked in &vocabulary.words {
        let mut term = Term::of(asked, vocabulary.pages, names);
        term.compound = terms.last().is_some_and(|last| {
            let pair = format!("{} {}", last.word.to_lowercase(), term.word.to_lowercase());
            asked.kind == TokenKind::Word && lower.contains(&pair)
        });
        terms.push(term);
    }
    terms
}

/// Inverse document frequency, scaled to 1 for a word on no page.
#[expect(clippy::cast_precision_loss, reason = "page counts are far below 2^24")]
fn rarity(found: usize, pages: usize) -> f32 {
    let (found, pages) = (found as f32, pages as f32);
    let idf = |found: f32| (1.0 + (pages - found + 0.5).max(0.0) / (found + 0.5)).ln();
    if pages == 0.0 { 1.0 } else { idf(found) / idf(0.0) }
}
