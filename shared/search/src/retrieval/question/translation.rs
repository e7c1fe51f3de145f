//! Translates questions into English, word by word.

use super::super::analysis::{Language, tokens};
use super::MOST_TOKENS;
use super::synonyms::{self, Synonym};

/// The known words of a question in another language, in English, for models that know no other language. `None` if
/// there is nothing to translate.
#[must_use]
pub fn in_english(text: &str) -> Option<String> {
    let own = Language::of_question(text.trim().rsplit('\n').next().unwrap_or(text));
    if own == Language::English {
        return None;
    }
    let mut tokens = tokens(text);
    tokens.truncate(MOST_TOKENS);
    let synonyms = synonyms::of(&tokens, own);
    let mut words: Vec<String> = Vec::new();
    let mut translated = 0;
    for (token, synonyms) in tokens.iter().zip(&synonyms) {
        let mut names = synonyms.iter().filter(|synonym| synonym.language == Language::English);
        let english = names.clone().find(|name| !is_abbreviation(name)).or_else(|| names.next());
        let is_filler = token.word.as_ref().is_some_and(|word| own.is_filler(word));
        let word = match english {
            Some(english) => english.words.join(" "),
            None if is_filler => continue,
            None => token.written.clone(),
        };
        translated += usize::from(english.is_some());
        if !words.contains(&word) {
            words.push(word);
        }
    }
    (translated > 0).then(|| words.join(" "))
}

/// Whether a name is an abbreviation that models seldom know: `p/n`, `a/c`.
fn is_abbreviation(name: &Synonym) -> bool {
    name.words.iter().all(|word| word.chars().count() <= 2)
}
