//! A question's terms and what each weighs.

use std::collections::HashSet;

use super::quantity;
use crate::library::Vocabulary;
use crate::retrieval::analysis::Analyzer;

/// Words that frame a question and say nothing of its subject.
const FRAMING: &[&str] = &[
    "about",
    "again",
    "allowed",
    "also",
    "answer",
    "any",
    "before",
    "after",
    "below",
    "above",
    "both",
    "correct",
    "describe",
    "did",
    "done",
    "exactly",
    "explain",
    "far",
    "find",
    "get",
    "give",
    "given",
    "go",
    "happen",
    "happens",
    "help",
    "kind",
    "know",
    "list",
    "long",
    "look",
    "made",
    "make",
    "manual",
    "many",
    "may",
    "mean",
    "meaning",
    "means",
    "might",
    "much",
    "must",
    "name",
    "need",
    "needed",
    "normal",
    "often",
    "other",
    "out",
    "page",
    "part",
    "please",
    "procedure",
    "proper",
    "properly",
    "purpose",
    "recommend",
    "recommended",
    "require",
    "required",
    "say",
    "section",
    "shall",
    "show",
    "specification",
    "specified",
    "step",
    "steps",
    "take",
    "task",
    "tell",
    "thing",
    "type",
    "use",
    "used",
    "using",
    "value",
    "want",
    "way",
    "work",
    "works",
    "would",
    "could",
    "without",
    "while",
    "during",
    "each",
    "per",
    "only",
    "own",
    "so",
    "than",
    "too",
    "very",
    "not",
    "no",
    "here",
    "some",
    "let",
    "see",
    "us",
    "our",
    "whose",
    "most",
    "least",
    "maximum",
    "minimum",
    "treat",
    "treated",
    "store",
    "stored",
    "produce",
    "produces",
    "produced",
    "locate",
    "located",
    "location",
    "contain",
    "contains",
    "include",
    "includes",
    "included",
    "provide",
    "provides",
    "perform",
    "performed",
    "carry",
    "carried",
    "occur",
    "occurs",
    "cause",
    "causes",
    "caused",
    "ensure",
    "keep",
    "kept",
    "put",
    "placed",
    "begin",
    "become",
    "called",
    "call",
    "come",
    "comes",
    "differ",
    "difference",
    "different",
    "define",
    "defined",
    "consist",
    "consists",
    "belong",
    "stand",
    "stands",
];

/// How a framing word weighs against a word of the subject.
const FRAMING_WEIGHT: f32 = 0.1;
/// How a word of the turn before weighs against one of the question.
const CONTEXT_WEIGHT: f32 = 0.5;

/// One word or part number of a question.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a sign of its own")]
pub(super) struct Term {
    /// As it was written.
    pub(super) word: String,
    /// The index term; of a part number, the whole of it.
    whole: String,
    /// The parts of a part number, which together stand for it too.
    parts: Vec<String>,
    /// Index terms of words that stand for it.
    said: Vec<String>,
    /// Rarity between 0 and 1, less for framing words.
    pub(super) weight: f32,
    /// Whether it occurs anywhere in the manuals.
    pub(super) known: bool,
    /// Whether it is a framing word.
    pub(super) framing: bool,
    /// Whether it mixes digits with letters or joins: a part number, a model, a fault code.
    pub(super) code: bool,
    /// Whether it is from the turn before.
    pub(super) context: bool,
    /// Whether it stands directly behind the term before it, as in "spark plug": the two mean
    /// something together.
    pub(super) compound: bool,
}

impl Term {
    /// Whether a text with these index terms holds it.
    pub(super) fn is_in(&self, terms: &HashSet<String>) -> bool {
        let parts = !self.parts.is_empty() && self.parts.iter().all(|part| terms.contains(part));
        terms.contains(&self.whole) || parts || self.said.iter().any(|said| terms.contains(said))
    }

    /// Where it stands in a text with these index terms.
    pub(super) fn places(&self, terms: &[String]) -> Vec<usize> {
        let is = |term: &String| *term == self.whole || self.parts.contains(term);
        terms.iter().enumerate().filter(|(_, term)| is(term)).map(|(place, _)| place).collect()
    }
}

/// The terms of `query`, each once. Those that are not in `text` come from the turn before.
pub(super) fn terms(text: &str, query: &str, vocabulary: &Vocabulary, names: &HashSet<String>) -> Vec<Term> {
    let analyzer = Analyzer::default();
    let own: HashSet<String> = analyzer.terms(text).into_iter().collect();
    let mut seen = HashSet::new();
    let mut terms: Vec<Term> = Vec::new();
    // The term that the next word would stand directly behind.
    let mut before: Option<usize> = None;
    for token in
        query.split_inclusive(|c: char| !(c.is_alphanumeric() || matches!(c, '-' | '.' | '/' | '\'' | '\u{2019}')))
    {
        let word = token.trim_matches(|c: char| !c.is_alphanumeric());
        let last = before.take();
        let is_code = word.bytes().any(|b| b.is_ascii_digit());
        let found = analyzer.terms(word);
        let groups: Vec<Vec<String>> =
            if is_code { vec![found] } else { found.into_iter().map(|term| vec![term]).collect() };
        for group in groups.into_iter().filter(|group| !group.is_empty()) {
            let mut term = term(word, group, &own, vocabulary, names);
            if seen.insert(term.whole.clone()) {
                let follows = last.is_some_and(|last| last + 1 == terms.len());
                term.compound = follows && !term.framing && terms.last().is_some_and(|last| !last.framing);
                before = token.ends_with(' ').then_some(terms.len());
                terms.push(term);
            }
        }
    }
    terms
}

fn term(
    word: &str,
    mut group: Vec<String>,
    own: &HashSet<String>,
    vocabulary: &Vocabulary,
    names: &HashSet<String>,
) -> Term {
    let parts = group.split_off(1);
    let whole = group.pop().unwrap_or_default();
    let pages = |term: &String| vocabulary.pages_with.get(term).copied().unwrap_or(0);
    let by_parts = parts.iter().map(pages).min().unwrap_or(0);
    let found = pages(&whole).max(by_parts);
    let named = names.contains(&whole) || (!parts.is_empty() && parts.iter().all(|part| names.contains(part)));
    let framing = FRAMING.contains(&word.to_lowercase().as_str());
    let context = !own.contains(&whole);
    let mut weight = if named && found == 0 { 0.0 } else { rarity(found, vocabulary.pages) };
    if framing {
        // That the manuals never say "stored" says nothing of their subjects.
        weight *= if found > 0 { FRAMING_WEIGHT } else { 0.0 };
    }
    if context {
        weight *= CONTEXT_WEIGHT;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let analyzer = Analyzer::default();
    let said: Vec<String> = quantity::said_for(word).flat_map(|said| analyzer.terms(said)).collect();
    Term {
        word: word.to_owned(),
        code: digits > 0 && digits < word.len(),
        known: found > 0 || named || !said.is_empty(),
        said,
        whole,
        parts,
        weight,
        framing,
        context,
        compound: false,
    }
}

/// Inverse document frequency, on a scale where a word that no page holds has 1.
#[expect(clippy::cast_precision_loss, reason = "page counts are far below 2^24")]
fn rarity(found: usize, pages: usize) -> f32 {
    let (found, pages) = (found as f32, pages as f32);
    let idf = |found: f32| (1.0 + (pages - found + 0.5).max(0.0) / (found + 0.5)).ln();
    if pages == 0.0 { 1.0 } else { idf(found) / idf(0.0) }
}

/// Whether the question asks how something is done.
pub(super) fn asks_how_to(question: &str) -> bool {
    let lower = question.trim().to_lowercase();
    let starts =
        ["how do ", "how to ", "how can ", "how should ", "how is ", "how are ", "how would ", "how does one "];
    let verbs = ["remove", "install", "replace", "adjust", "inspect", "clean", "assemble", "disassemble", "repair"];
    let first = lower.split_whitespace().next().unwrap_or_default();
    starts.iter().any(|start| lower.starts_with(start))
        || verbs.contains(&first)
        || ["procedure", "steps"].iter().any(|word| lower.contains(word))
}
