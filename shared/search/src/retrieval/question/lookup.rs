//! Looks up terms in several segments at once.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use super::super::Segment;
use super::super::analysis::{Analyzer, Language};
use super::spelling::{self, Near};
use super::synonyms::Synonym;
use super::{INSTEAD, Match, WordForm};

/// A lookup: terms, and the language of the manuals to search.
type LookupKey = (Option<Language>, Vec<String>);

pub(super) struct Lookup<'a> {
    segments: &'a [&'a Segment],
    /// Number of pages of earlier lookups. Neighbouring words of a question are looked up repeatedly.
    known: RefCell<HashMap<LookupKey, usize>>,
    analyzers: BTreeMap<Language, Analyzer>,
}

impl<'a> Lookup<'a> {
    pub(super) fn new(segments: &'a [&'a Segment]) -> Self {
        let mut analyzers = BTreeMap::new();
        for segment in segments {
            analyzers.entry(segment.language()).or_insert_with(|| Analyzer::of(segment.language()));
        }
        Self { segments, known: RefCell::default(), analyzers }
    }

    /// The word itself, in each language in which a manual contains it.
    pub(super) fn exact(&self, word: &str) -> Vec<WordForm> {
        let terms = self.analyzers.iter().filter_map(|(language, analyzer)| Some((*language, analyzer.term_of(word)?)));
        let forms = terms.map(|(language, term)| WordForm {
            terms: vec![term.into_owned()],
            language: Some(language),
            weight: 1.0,
            how: Match::Exact,
        });
        forms.filter(|form| self.pages(form) > 0).collect()
    }

    /// A term that is the same in all languages, if any manual contains it.
    pub(super) fn form(&self, term: &str, how: Match) -> Option<WordForm> {
        let form = WordForm { terms: vec![term.to_owned()], language: None, weight: 1.0, how };
        (self.pages(&form) > 0).then_some(form)
    }

    /// Synonyms that occur in manuals of their language, with their weights there.
    pub(super) fn synonyms(&self, synonyms: &[Synonym], weight: impl Fn(Language) -> f32) -> Vec<WordForm> {
        let mut forms: Vec<WordForm> = Vec::new();
        for synonym in synonyms {
            let Some(analyzer) = self.analyzers.get(&synonym.language) else { continue };
            let terms = analyzer.terms(&synonym.words.join(" "));
            let language = synonym.language;
            let form = WordForm { terms, language: Some(language), weight: weight(language), how: Match::Synonym };
            if !form.terms.is_empty() && self.pages(&form) > 0 && !forms.contains(&form) {
                forms.push(form);
            }
        }
        forms
    }

    /// A code that a manual writes in pieces: `AN960C416` where it says `AN 960 C 416`. Only codes that are
    /// nowhere as they are written are looked for so, since all pages are read.
    pub(super) fn written_apart(&self, compact: &str) -> Option<WordForm> {
        const SHORTEST: usize = 5;
        if compact.len() < SHORTEST {
            return None;
        }
        let code: Vec<char> = compact.chars().collect();
        self.segments.iter().find_map(|segment| {
            let found = segment.page_texts().find_map(|text| spelling::find_apart(text, &code))?;
            let analyzer = self.analyzers.get(&segment.language())?;
            let terms = analyzer.terms(found);
            let form = WordForm { terms, language: Some(segment.language()), weight: 1.0, how: Match::Exact };
            (!form.terms.is_empty() && self.pages(&form) > 0).then_some(form)
        })
    }

    /// Two words written as one, both of which a manual holds.
    pub(super) fn split(&self, word: &str) -> Vec<WordForm> {
        const LETTERS: usize = 3;
        let mut best: Option<(usize, WordForm)> = None;
        for (at, _) in word.char_indices().skip(1) {
            let Some((first, second)) = word.split_at_checked(at) else { continue };
            let short = first.chars().count() < LETTERS || second.chars().count() < LETTERS;
            if short {
                continue;
            }
            for (language, analyzer) in &self.analyzers {
                let (Some(one), Some(two)) = (analyzer.term_of(first), analyzer.term_of(second)) else { continue };
                let terms = vec![one.into_owned(), two.into_owned()];
                let form = WordForm { terms, language: Some(*language), weight: INSTEAD, how: Match::Compound };
                let pages = self.pages(&form);
                if pages > best.as_ref().map_or(0, |(most, _)| *most) {
                    best = Some((pages, form));
                }
            }
        }
        best.map(|(_, form)| form).into_iter().collect()
    }

    /// The word of the manuals in this language that is nearest to one that is in none.
    pub(super) fn nearest(&self, word: &str, language: Language) -> Option<Near> {
        spelling::nearest(word, |start| {
            let segments = self.segments.iter().filter(move |segment| segment.language() == language);
            let entries = segments.flat_map(move |segment| segment.words_beginning(start));
            entries.map(|entry| (entry.word.as_str(), entry.count))
        })
    }

    /// Whether a word is a stop word in the manuals.
    pub(super) fn is_stop_word(&self, word: &str) -> bool {
        self.analyzers.values().any(|analyzer| analyzer.is_stop_word(word))
    }

    /// Number of pages with a form. For several terms: pages with the rarest, in manuals that contain all of them.
    pub(super) fn pages(&self, form: &WordForm) -> usize {
        let key = (form.language, form.terms.clone());
        if let Some(pages) = self.known.borrow().get(&key) {
            return *pages;
        }
        let pages = self.count(form);
        self.known.borrow_mut().insert(key, pages);
        pages
    }

    fn count(&self, form: &WordForm) -> usize {
        let searched = |segment: &&&Segment| form.language.is_none_or(|language| segment.language() == language);
        let segments = self.segments.iter().filter(searched);
        let least = |segment: &&Segment| form.terms.iter().map(|term| segment.pages_with(term)).min().unwrap_or(0);
        segments.map(least).sum()
    }
}
