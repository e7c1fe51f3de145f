//! Tokens to words.

use std::collections::HashMap;
use std::path::Path;

use inference::{NetworkError, read_json};

use super::model::Word;

/// What stands for a space at the beginning of a token.
const SPACE: char = '▁';

/// The tokens: pieces of words. The number of a piece is the rank of the merge that makes it of two smaller ones.
#[derive(Debug)]
pub(super) struct Tokens {
    /// The text of each token, by its number.
    texts: Vec<Token>,
    /// The number of each piece.
    numbers: HashMap<String, u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// Text; whether it begins a word.
    Text(String, bool),
    /// A byte of a character that has no token of its own.
    Byte(u8),
    /// A mark that is not spoken.
    Mark,
}

impl Tokens {
    /// Reads a JSON array of all tokens.
    pub(super) fn read(file: &Path) -> Result<Self, NetworkError> {
        let tokens: Vec<String> = read_json(file)?;
        Ok(Self::of(tokens))
    }

    fn of(names: Vec<String>) -> Self {
        let texts = names.iter().map(|name| Token::of(name)).collect();
        Self { texts, numbers: names.into_iter().zip(0..).collect() }
    }

    /// The tokens of words, each of which follows a space; `None` if a character has no token.
    pub(super) fn encode(&self, words: &str) -> Option<Vec<u32>> {
        let marked = words.split_whitespace().fold(String::new(), |text, word| format!("{text}{SPACE}{word}"));
        let mut pieces: Vec<String> = marked.chars().map(String::from).collect();
        let number = |piece: &str| self.numbers.get(piece).copied();
        loop {
            let merges = pieces.iter().zip(pieces.iter().skip(1)).enumerate();
            let ranked = merges.filter_map(|(place, (one, next))| Some((number(&format!("{one}{next}"))?, place)));
            let Some((_, place)) = ranked.min() else { break };
            let next = pieces.remove(place + 1);
            pieces.get_mut(place)?.push_str(&next);
        }
        pieces.iter().map(|piece| number(piece)).collect()
    }

    /// Whether a token begins a word.
    pub(super) fn begins_word(&self, token: u32) -> bool {
        matches!(self.texts.get(token as usize), Some(Token::Text(_, true)))
    }

    /// Whether a token is a mark of punctuation, or none that is spoken.
    pub(super) fn is_punctuation(&self, token: u32) -> bool {
        match self.texts.get(token as usize) {
            Some(Token::Text(text, _)) => !text.contains(char::is_alphanumeric),
            Some(Token::Byte(_)) => false,
            Some(Token::Mark) | None => true,
        }
    }

    /// The words of these tokens, each of which has a certainty.
    pub(super) fn words(&self, tokens: &[(u32, f32)]) -> Vec<Word> {
        let mut words: Vec<(Vec<u8>, f32)> = Vec::new();
        for (token, certainty) in tokens {
            let (bytes, begins) = match self.texts.get(*token as usize) {
                Some(Token::Text(text, begins)) => (text.as_bytes(), *begins),
                Some(Token::Byte(byte)) => (std::slice::from_ref(byte), false),
                Some(Token::Mark) | None => continue,
            };
            match words.last_mut() {
                Some((word, least)) if !begins => {
                    word.extend_from_slice(bytes);
                    *least = least.min(*certainty);
                }
                _ => words.push((bytes.to_vec(), *certainty)),
            }
        }
        let words = words
            .into_iter()
            .map(|(bytes, certainty)| Word { text: String::from_utf8_lossy(&bytes).trim().to_owned(), certainty });
        words.filter(|word| !word.text.is_empty()).collect()
    }
}

impl Token {
    fn of(token: &str) -> Self {
        if let Some(byte) = token.strip_prefix("<0x").and_then(|rest| rest.strip_suffix('>')) {
            return u8::from_str_radix(byte, 16).map_or(Self::Mark, Self::Byte);
        }
        if token.len() > 1 && token.starts_with('<') && token.ends_with('>') {
            return Self::Mark;
        }
        match token.strip_prefix(SPACE) {
            Some(text) => Self::Text(text.replace(SPACE, " "), true),
            None => Self::Text(token.replace(SPACE, " "), false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens() -> Tokens {
        let names = ["<unk>", "<s>", "</s>", "<0xC3>", "<0xA9>", "▁valve", "▁caf", "s", ".", "▁", "<"];
        Tokens::of(names.map(str::to_owned).to_vec())
    }

    fn texts(numbers: &[u32]) -> Vec<String> {
        let tokens_of: Vec<(u32, f32)> = numbers.iter().map(|number| (*number, 1.0)).collect();
        tokens().words(&tokens_of).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn tokens_join_to_words() {
        assert_eq!(texts(&[5, 7, 8]), ["valves."]);
        assert_eq!(texts(&[7, 5, 5]), ["s", "valve", "valve"]);
        assert_eq!(texts(&[6, 3, 4]), ["café"]);
        assert_eq!(texts(&[1, 5, 2, 0, 99]), ["valve"]);
        assert_eq!(texts(&[5, 3]), ["valve\u{fffd}"], "half a character");
        assert_eq!(texts(&[9, 10, 9]), ["<"]);
        assert_eq!(texts(&[]), Vec::<String>::new());
    }

    #[test]
    fn words_are_encoded_by_the_ranks_of_merges() {
        let names = ["▁", "a", "b", "c", "ab", "bc", "▁a", "▁ab"];
        let tokens = Tokens::of(names.map(str::to_owned).to_vec());
        assert_eq!(tokens.encode("abc"), Some(vec![7, 3]), "ab before bc");
        assert_eq!(tokens.encode("bc a"), Some(vec![0, 5, 6]));
        assert_eq!(tokens.encode("ad"), None);
    }

    #[test]
    fn a_word_is_as_certain_as_its_least_certain_token() {
        let words = tokens().words(&[(5, 0.9), (7, 0.4), (6, 0.7)]);
        assert_eq!(words.iter().map(|word| word.certainty).collect::<Vec<_>>(), [0.4, 0.7]);
    }
}
