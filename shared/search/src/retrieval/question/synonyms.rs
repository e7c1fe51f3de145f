//! Synonyms: trade names, abbreviations, slang, and translations.
//!
//! `synonyms.txt` has one group per line. Its header describes the format.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use strsim::osa_distance;

use super::super::analysis::{Analyzer, Language, Token, TokenKind, plain, tokens};

/// Maximum number of words of a name.
const LONGEST: usize = 4;
/// Maximum number of synonyms of a word.
const MOST: usize = 24;

/// A synonym and its language.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Synonym {
    pub(super) language: Language,
    /// Its words in lower case.
    pub(super) words: Vec<String>,
}

/// Names by the stems of their words, per language.
struct Table {
    groups: Vec<Vec<Synonym>>,
    by_stems: HashMap<(Language, String), Vec<usize>>,
    /// English words that are names by themselves, by their first letter.
    words: BTreeMap<char, Vec<String>>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| Table::read(include_str!("synonyms.txt")));

impl Table {
    fn read(text: &str) -> Self {
        let mut table = Self { groups: Vec::new(), by_stems: HashMap::new(), words: BTreeMap::new() };
        let mut analyzers: HashMap<Language, Analyzer> = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
            let (left, right) = match line.split_once('>') {
                Some((left, right)) => (names(left), names(right)),
                None => (names(line), names(line)),
            };
            let group = table.groups.len();
            for name in &left {
                let analyzer = analyzers.entry(name.language).or_insert_with(|| Analyzer::of(name.language));
                let key = (name.language, stems(analyzer, name.words.iter().map(String::as_str)));
                table.by_stems.entry(key).or_default().push(group);
                if let ([word], Language::English) = (name.words.as_slice(), name.language)
                    && let Some(first) = word.chars().next()
                {
                    table.words.entry(first).or_default().push(word.clone());
                }
            }
            table.groups.push(right);
        }
        table
    }

    /// The synonyms of a name.
    fn others(&self, language: Language, key: &str, name: &[&str], into: &mut Vec<Synonym>) {
        for group in self.by_stems.get(&(language, key.to_owned())).into_iter().flatten() {
            for other in self.groups.get(*group).into_iter().flatten() {
                let is_same =
                    other.language == language && other.words.iter().map(String::as_str).eq(name.iter().copied());
                if !is_same && into.len() < MOST && !into.contains(other) {
                    into.push(other.clone());
                }
            }
        }
    }
}

/// The names on one side of a line: `bolt, screw | de: schraube | fr: vis, boulon`.
fn names(side: &str) -> Vec<Synonym> {
    let mut names = Vec::new();
    for part in side.split('|') {
        let (language, list) = match part.split_once(':') {
            Some((code, list)) => (language(code.trim()), list),
            None => (Language::English, part),
        };
        for name in list.split(',') {
            let words: Vec<String> = tokens(name).into_iter().map(lower).collect();
            if !words.is_empty() {
                names.push(Synonym { language, words });
            }
        }
    }
    names
}

fn lower(token: Token) -> String {
    token.word.unwrap_or_else(|| token.written.to_lowercase())
}

fn language(code: &str) -> Language {
    match code {
        "de" => Language::German,
        "es" => Language::Spanish,
        "fr" => Language::French,
        "it" => Language::Italian,
        "pt" => Language::Portuguese,
        "nl" => Language::Dutch,
        _ => Language::English,
    }
}

fn stems<'w>(analyzer: &Analyzer, words: impl Iterator<Item = &'w str>) -> String {
    words.map(|word| analyzer.stem(word).into_owned()).collect::<Vec<_>>().join(" ")
}

/// The synonyms of each token. Those of a name with several words are assigned to its last word.
pub(super) fn of(tokens: &[Token], own: Language) -> Vec<Vec<Synonym>> {
    let mut found: Vec<Vec<Synonym>> = vec![Vec::new(); tokens.len()];
    let mut languages = vec![Language::English, own];
    languages.dedup();
    for language in languages {
        let analyzer = Analyzer::of(language);
        let stems: Vec<Option<String>> = tokens.iter().map(|token| stem(&analyzer, token)).collect();
        for start in 0..tokens.len() {
            let mut key = String::new();
            let mut name = Vec::new();
            for (at, stem) in stems.iter().enumerate().skip(start).take(LONGEST) {
                let (Some(stem), Some(token)) = (stem, tokens.get(at)) else { break };
                if !key.is_empty() {
                    key.push(' ');
                }
                key.push_str(stem);
                name.push(token.word.as_deref().unwrap_or(&token.written));
                if let Some(found) = found.get_mut(at) {
                    TABLE.others(language, &key, &name, found);
                }
            }
        }
    }
    found
}

fn stem(analyzer: &Analyzer, token: &Token) -> Option<String> {
    match token.kind {
        TokenKind::Word => token.word.as_deref().map(|word| analyzer.stem(word).into_owned()),
        TokenKind::Unit => Some(analyzer.stem(&token.written.to_lowercase()).into_owned()),
        TokenKind::Number | TokenKind::Code => None,
    }
}

/// The synonyms of an English word.
pub(super) fn of_word(word: &str) -> Vec<Synonym> {
    let mut found = Vec::new();
    let key = Analyzer::default().stem(word).into_owned();
    TABLE.others(Language::English, &key, &[word], &mut found);
    found
}

/// The most likely correction of a misspelled English name, with one edit.
pub(super) fn nearest(word: &str) -> Option<String> {
    const LETTERS: usize = 5;
    let word = plain(word);
    if word.chars().count() < LETTERS {
        return None;
    }
    let names = TABLE.words.get(&word.chars().next()?)?;
    let near = |name: &&String| name.len().abs_diff(word.len()) <= 1 && osa_distance(name, &word) == 1;
    // A letter is left out more often than it is replaced.
    names.iter().filter(near).min_by_key(|name| (name.len() <= word.len(), *name)).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn others(question: &str, own: Language) -> Vec<String> {
        of(&tokens(question), own).concat().into_iter().map(|name| name.words.join(" ")).collect()
    }

    #[test]
    fn every_line_is_read() {
        for line in
            include_str!("synonyms.txt").lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
        {
            let sides: Vec<Vec<Synonym>> = line.split('>').map(names).collect();
            assert!(sides.iter().all(|side| !side.is_empty()), "{line}");
            let count: usize = sides.iter().map(Vec::len).sum();
            assert!(count > 1 && sides.len() <= 2, "{line}");
            assert!(sides.iter().flatten().all(|name| name.words.len() <= LONGEST), "{line}");
            let codes = line.matches(": ").count();
            let known = ["de: ", "es: ", "fr: ", "it: ", "pt: ", "nl: "];
            assert_eq!(codes, known.iter().map(|code| line.matches(code).count()).sum::<usize>(), "{line}");
        }
    }

    #[test]
    fn names_stand_for_each_other() {
        assert!(others("spanner size", Language::English).contains(&"wrench".to_owned()));
        assert!(others("wrench", Language::English).contains(&"spanner".to_owned()));
        assert!(others("the gearboxes", Language::English).contains(&"transmission".to_owned()));
        assert!(others("how tight", Language::English).contains(&"torque".to_owned()));
        assert!(others("flywheel", Language::English).iter().all(|name| name != "flywheel"));
    }

    #[test]
    fn slang_goes_one_way() {
        assert!(others("tranny", Language::English).contains(&"transmission".to_owned()));
        assert!(!others("transmission", Language::English).contains(&"tranny".to_owned()));
    }

    #[test]
    fn names_are_translated() {
        assert!(others("Drehmoment der Schrauben", Language::German).contains(&"torque".to_owned()));
        assert!(others("couple de serrage", Language::French).contains(&"torque".to_owned()));
        assert!(others("la bomba de agua", Language::Spanish).contains(&"pump".to_owned()));
    }

    #[test]
    fn misspelt_names_are_known() {
        assert_eq!(nearest("spaner").as_deref(), Some("spanner"));
        assert_eq!(nearest("zzzzzz"), None);
    }
}
