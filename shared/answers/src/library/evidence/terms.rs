//! A question's terms and what each weighs.

use std::collections::HashSet;

use crate::library::Vocabulary;
use search::retrieval::analysis::TokenKind;
use search::retrieval::{Match, QuestionWord, WantedValue};

/// How a word that occurs nowhere weighs: it says little of what the manuals hold.
const UNKNOWN_WEIGHT: f32 = 0.08;
/// How a number weighs against a word: it may be what was measured, and stand nowhere.
const NUMBER_WEIGHT: f32 = 0.7;
/// Digits from which a code that is known by its parts only is another code.
const CODE_DIGITS: usize = 3;

/// One word or part number of a question.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a property of its own")]
pub(crate) struct Term {
    /// As it was written.
    pub(crate) word: String,
    /// What it may stand for, each as index terms that must all be there, and what that counts.
    forms: Vec<(Vec<String>, f32)>,
    /// Whether the forms are parts of a code, which together stand for it.
    by_parts: bool,
    /// Rarity between 0 and 1.
    pub(crate) weight: f32,
    /// Whether it occurs anywhere in the manuals, in whatever form.
    pub(crate) known: bool,
    /// Whether it is a code that no other can stand for: a part number, a model, a fault code.
    pub(crate) code: bool,
    /// Whether it is a number of three digits or more.
    pub(crate) number: bool,
    /// Whether it is from the turn before.
    pub(crate) context: bool,
    /// Whether it stands directly behind the term before it, as in "spark plug": the two mean
    /// something together.
    pub(crate) compound: bool,
    /// What it asks for, as "torque" does: a text that holds such a value need not hold the word.
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

    /// What a text with these index terms counts for it, between 0 and 1.
    pub(crate) fn share(&self, found: &HashSet<String>) -> f32 {
        let held = self.forms.iter().filter(|(terms, _)| terms.iter().all(|term| found.contains(term)));
        if self.by_parts {
            #[expect(clippy::cast_precision_loss, reason = "a code has few parts")]
            return held.count() as f32 / self.forms.len().max(1) as f32;
        }
        held.map(|(_, counts)| *counts).fold(0.0, f32::max)
    }

    /// Where it stands in a text with these index terms.
    pub(crate) fn places(&self, terms: &[String]) -> Vec<usize> {
        let is = |term: &String| self.forms.iter().any(|(form, _)| form.contains(term));
        terms.iter().enumerate().filter(|(_, term)| is(term)).map(|(place, _)| place).collect()
    }
}

/// The terms of a question. `names` are the words of the manuals' file names, which a question may use
/// for a manual that never names itself.
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

/// Inverse document frequency, on a scale where a word that no page holds has 1.
#[expect(clippy::cast_precision_loss, reason = "page counts are far below 2^24")]
fn rarity(found: usize, pages: usize) -> f32 {
    let (found, pages) = (found as f32, pages as f32);
    let idf = |found: f32| (1.0 + (pages - found + 0.5).max(0.0) / (found + 0.5)).ln();
    if pages == 0.0 { 1.0 } else { idf(found) / idf(0.0) }
}
