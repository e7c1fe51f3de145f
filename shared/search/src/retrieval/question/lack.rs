//! What manuals call a state that a question says the long way: `no cap on it` and `not capped` are `uncapped`, and `cover
//! missing` is `uncovered`. English only.

use super::super::analysis::{Analyzer, Language, Token};
use super::synonyms::Synonym;

/// Words before a thing that is not there.
const WITHOUT: [&str; 7] = ["no", "without", "missing", "lost", "lacks", "lacking", "forgot"];
/// Words behind a thing that is not there. "Off" is one only after a verb: `the cap was left off`, not `take the cap off`.
const GONE: [&str; 4] = ["missing", "gone", "lost", "off"];
/// Words before what was not done. Apostrophes are not part of words.
const NOT: [&str; 12] =
    ["not", "never", "isnt", "arent", "wasnt", "werent", "hasnt", "havent", "hadnt", "doesnt", "dont", "didnt"];
/// Words between [`NOT`] and a thing that is not there: `it does not have a cap`.
const HAVING: [&str; 3] = ["have", "had", "got"];
/// The word before [`NOT`] and a thing that is not there: `there isn't a cap`.
const THERE: [&str; 1] = ["there"];
/// Words that may stand between, and how many of them may.
const BETWEEN: [&str; 23] = [
    "a", "an", "any", "the", "its", "it", "their", "been", "is", "are", "was", "were", "got", "came", "left",
    "properly", "be", "being", "get", "have", "yet", "ever", "even",
];
const MOST_BETWEEN: usize = 3;

/// What the word `at` this place may be called together with the words that negate it, the likeliest first. None if
/// nothing does.
pub(super) fn privatives(tokens: &[Token], at: usize, names: &[Synonym]) -> Vec<String> {
    let Some(word) = tokens.get(at).and_then(|token| token.word.as_deref()) else { return Vec::new() };
    if BETWEEN.contains(&word) {
        return Vec::new();
    }
    let before = || tokens.get(..at).unwrap_or_default().iter().rev();
    let behind = tokens.get(at + 1..).unwrap_or_default().iter();
    if word.ends_with("ed") && next_of(before(), &NOT, false).is_some() {
        return vec![format!("un{word}")];
    }
    let follow = |words: &[&str], earlier: &[&str]| {
        next_of(before(), words, true).is_some_and(|at| next_of(before().skip(at + 1), earlier, false).is_some())
    };
    let is_absent = next_of(before(), &WITHOUT, true).is_some()
        || next_of(behind, &GONE, false).is_some()
        || follow(&HAVING, &NOT)
        || follow(&NOT, &THERE);
    if !is_absent {
        return Vec::new();
    }
    let others = names.iter().filter(|name| name.language == Language::English);
    let others = others.filter_map(|name| match name.words.as_slice() {
        [word] => Some(word.as_str()),
        _ => None,
    });
    let english = Analyzer::default();
    let states = std::iter::once(word).chain(others).flat_map(|word| participles(&english, word));
    states.map(|state| format!("un{state}")).collect()
}

/// How many tokens stand before the next of `words`, if it comes soon: only a few that say nothing may stand there and,
/// where it `may_be_named`, one that names the thing more closely: `no rubber cap`. What is done to it does not:
/// `without removing the cap`.
fn next_of<'t>(tokens: impl Iterator<Item = &'t Token>, words: &[&str], mut may_be_named: bool) -> Option<usize> {
    let next = tokens.take(MOST_BETWEEN + 1).map_while(|token| token.word.as_deref());
    for (between, word) in next.enumerate() {
        if words.contains(&word) && (word != "off" || between > 0) {
            return Some(between);
        }
        if !BETWEEN.contains(&word) {
            if !may_be_named || word.ends_with("ing") {
                return None;
            }
            may_be_named = false;
        }
    }
    None
}

/// The ways in which a noun becomes a participle: `cap`, `capped`; `seal`, `sealed`; `insulation`, `insulated`.
fn participles(english: &Analyzer, noun: &str) -> Vec<String> {
    if let Some(verb) = noun.strip_suffix("ation") {
        return vec![format!("{verb}ated")];
    }
    let stem = english.stem(noun);
    match stem.chars().last() {
        Some('e') => vec![format!("{stem}d")],
        Some(last) => vec![format!("{stem}{last}ed"), format!("{stem}ed")],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::analysis::tokens;
    use super::super::synonyms;
    use super::*;

    fn states(question: &str) -> Vec<String> {
        let tokens = tokens(question);
        let names = synonyms::of(&tokens, Language::English);
        let states = (0..tokens.len()).map(|at| privatives(&tokens, at, names.get(at).map_or(&[], Vec::as_slice)));
        states.flatten().collect()
    }

    #[test]
    fn what_lacks_a_thing_has_a_name() {
        for (question, state) in [
            ("there is no cap on the hose", "uncapped"),
            ("hose without its cap", "uncapped"),
            ("both caps are gone", "uncapped"),
            ("the caps were left off", "uncapped"),
            ("somebody forgot the rubber cap", "uncapped"),
            ("no plugs in it", "unplugged"),
            ("no plugs in it", "uncapped"),
            ("the seal is missing", "unsealed"),
            ("shipped without a guard", "unguarded"),
            ("it came with no lid", "uncovered"),
            ("a harness without insulation", "uninsulated"),
            ("the joint was not lubricated", "unlubricated"),
            ("the port was never properly sealed", "unsealed"),
            ("the line isn't capped", "uncapped"),
            ("those bolts weren't tightened", "untightened"),
            ("the bushing hasn’t yet been greased", "ungreased"),
            ("its fan does not have a guard", "unguarded"),
            ("the tank hasn't got a plastic lid", "uncovered"),
            ("they didn't have plugs", "unplugged"),
            ("it doesn't even have a lid", "uncovered"),
            ("there isn't a cap on this one", "uncapped"),
            ("there were not any rubber seals in the kit", "unsealed"),
        ] {
            assert!(states(question).contains(&state.to_owned()), "{question}: {:?}", states(question));
        }
    }

    #[test]
    fn what_is_there_lacks_nothing() {
        for question in [
            "put the cap on",
            "take the cap off",
            "which plug fits?",
            "where does the cap go",
            "can I do it without removing the cap?",
            "the cap is not on",
            "do I have the right cap?",
            "I don't know where the cap goes",
            "it doesn't fit the cap",
            "there is no mark on the cap",
            "there isn't a mark on the cap",
            "is there a cap that does not leak?",
        ] {
            let states = states(question);
            assert!(
                !states.iter().any(|state| state.starts_with("uncap") || state == "unplugged"),
                "{question}: {states:?}"
            );
        }
    }
}
