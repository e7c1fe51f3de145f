//! A question's terms and what each weighs.

use std::collections::HashSet;

use super::quantity;
use crate::library::Vocabulary;
use crate::retrieval::analysis::Analyzer;

/// Words that frame a question and say nothing of its subject.
const FRAMING: &str = "\
    about above according after again al allowed already also am answer any anything au aux avec back bad \
    become been before begin beim being belong below best between bit bits book books both buddy call called \
    can't cant carried carry cause caused causes combien come comes comment como con consist consists contain \
    contains correct could cual cuanto cuál cuánto cómo d'un d'une dans darf das de debe define defined del \
    dem den der des describe did die differ difference different document documents dois don't donde done \
    dont down du during dónde each ein eine el else en enough ensure es est et exact exactly explain far faut \
    final find fine first fit fits fitting for für general get give given go goes going gonna good got gotta \
    guys happen happens has having hay held help here hey hold i'm i've ich il im include included includes \
    ist it's its ive just kann keep kept kind know l'un la las last le least les less let like list lo locate \
    located location long look los made make manual manuals many maximum may mean meaning means might minimum \
    mit more most much muss must name need needed new next nicht no normal not now occur occurs off often ok \
    okay old on one ones only other our out over own où page para part per perform performed peut placed \
    please por pour pourquoi procedure produce produced produces proper properly provide provides purpose put \
    quand quel quelle quelles quels question qué real really recommend recommended require required right \
    same say se section see shall show since sind so some somebody something specification specified stand \
    stands step steps still store stored stuff su suposed supposed take task tell than that's thats thing \
    through too treat treated type un una und une up us use used using value very viel vom want wants warum \
    way welche welcher welches went werden what's whats when while whose wie wird without work works would \
    zum zur \
";

/// How a framing word weighs against a word of the subject.
const FRAMING_WEIGHT: f32 = 0.1;
/// How a word of the turn before weighs against one of the question.
const CONTEXT_WEIGHT: f32 = 0.5;

/// How a word that occurs nowhere weighs.
const UNKNOWN_WEIGHT: f32 = 0.08;

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
    let framing = is_framing(word);
    let context = !own.contains(&whole);
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let code = digits > 0 && !is_measure(word) && (digits < word.chars().filter(|c| c.is_alphanumeric()).count() || digits >= 7);
    let mut weight = if found > 0 {
        rarity(found, vocabulary.pages)
    } else if code && !named {
        1.0
    } else {
        // A word that the manuals do not use says little of what they hold.
        UNKNOWN_WEIGHT
    };
    if framing {
        // That the manuals never say "stored" says nothing of their subjects.
        weight *= if found > 0 { FRAMING_WEIGHT } else { 0.0 };
    }
    if context {
        weight *= CONTEXT_WEIGHT;
    }
    let analyzer = Analyzer::default();
    let said: Vec<String> = quantity::said_for(word).flat_map(|said| analyzer.terms(said)).collect();
    Term {
        word: word.to_owned(),
        code,
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

fn is_framing(word: &str) -> bool {
    let lower = word.to_lowercase().replace('\u{2019}', "'");
    FRAMING.split_whitespace().any(|known| known == lower)
}

/// Inverse document frequency, on a scale where a word that no page holds has 1.
#[expect(clippy::cast_precision_loss, reason = "page counts are far below 2^24")]
fn rarity(found: usize, pages: usize) -> f32 {
    let (found, pages) = (found as f32, pages as f32);
    let idf = |found: f32| (1.0 + (pages - found + 0.5).max(0.0) / (found + 0.5)).ln();
    if pages == 0.0 { 1.0 } else { idf(found) / idf(0.0) }
}

/// `12V`, `3/4`, `45nm`: a value, not a code.
fn is_measure(word: &str) -> bool {
    let unit = word.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | '/' | '-'));
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    unit.len() < word.len() && unit.chars().all(char::is_alphabetic) && unit.len() <= 5 && digits <= 6
}
