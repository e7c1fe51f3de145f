//! What something is called that lacks a thing: `no cap on it` and `cover missing` are what manuals call `uncapped`
//! and `uncovered`. English only.

use super::super::analysis::{Analyzer, Language, Token};
use super::synonyms::Synonym;

/// Words that say, before the thing, that it is not there.
const BEFORE: [&str; 4] = ["no", "without", "missing", "lost"];
/// The same behind it.
const BEHIND: [&str; 3] = ["missing", "gone", "lost"];
/// Words that may stand between, and how many of them may.
const BETWEEN: [&str; 13] = ["a", "an", "any", "the", "its", "it", "their", "is", "are", "was", "were", "got", "dust"];
const MOST_BETWEEN: usize = 2;

/// What a thing may be called that lacks the word `at` this place, the likeliest first: none where the question does not
/// say that it lacks it.
pub(super) fn privatives(tokens: &[Token], at: usize, names: &[Synonym]) -> Vec<String> {
    let Some(word) = tokens.get(at).and_then(|token| token.word.as_deref()) else { return Vec::new() };
    let before = tokens.get(..at).unwrap_or_default().iter().rev();
    let behind = tokens.get(at + 1..).unwrap_or_default().iter();
    if !says_lack(before, &BEFORE) && !says_lack(behind, &BEHIND) {
        return Vec::new();
    }
    let own = std::iter::once(word);
    let others = names.iter().filter(|name| name.language == Language::English);
    let others = others.filter_map(|name| match name.words.as_slice() {
        [word] => Some(word.as_str()),
        _ => None,
    });
    let english = Analyzer::default();
    own.chain(others).flat_map(|word| participles(&english.stem(word))).map(|word| format!("un{word}")).collect()
}

/// Whether one of `words` comes next, but for a few that say nothing.
fn says_lack<'t>(tokens: impl Iterator<Item = &'t Token>, words: &[&str]) -> bool {
    let words_of_question = tokens.take(MOST_BETWEEN + 1).map_while(|token| token.word.as_deref());
    for word in words_of_question {
        if words.contains(&word) {
            return true;
        }
        if !BETWEEN.contains(&word) {
            return false;
        }
    }
    false
}

/// The ways in which a noun becomes a participle: `cap`, `capped`; `seal`, `sealed`; `brace`, `braced`.
fn participles(noun: &str) -> Vec<String> {
    match noun.chars().last() {
        Some('e') => vec![format!("{noun}d")],
        Some(last) => vec![format!("{noun}{last}ed"), format!("{noun}ed")],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::analysis::tokens;
    use super::*;

    fn lacking(question: &str) -> Vec<String> {
        let tokens = tokens(question);
        let names = super::super::synonyms::of(&tokens, Language::English);
        (0..tokens.len()).flat_map(|at| privatives(&tokens, at, names.get(at).map_or(&[], Vec::as_slice))).collect()
    }

    #[test]
    fn what_lacks_a_thing_has_a_name() {
        for (question, name) in [
            ("there is no cap on the hose", "uncapped"),
            ("hose without its cap", "uncapped"),
            ("both caps are gone", "uncapped"),
            ("no plugs in it", "unplugged"),
            ("no plugs in it", "uncapped"),
            ("the seal is missing", "unsealed"),
            ("shipped without a guard", "unguarded"),
        ] {
            assert!(lacking(question).contains(&name.to_owned()), "{question}: {:?}", lacking(question));
        }
    }

    #[test]
    fn what_is_there_lacks_nothing() {
        for question in ["put the cap on", "which plug fits?", "where does the cap go", "remove the cover"] {
            assert_eq!(lacking(question), Vec::<String>::new(), "{question}");
        }
    }
}
