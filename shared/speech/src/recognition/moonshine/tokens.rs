//! Tokens to words.

use std::path::Path;

use inference::{NetworkError, read_json};

use super::model::Word;

/// What stands for a space at the beginning of a token.
const SPACE: char = '▁';

/// The text of each token, by its number.
#[derive(Debug)]
pub(super) struct Tokens(Vec<Token>);

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
        Ok(Self(tokens.iter().map(|token| Token::of(token)).collect()))
    }

    /// The words of these tokens, each of which has a certainty.
    pub(super) fn words(&self, tokens: &[(u32, f32)]) -> Vec<Word> {
        let mut words: Vec<(Vec<u8>, f32)> = Vec::new();
        for (token, certainty) in tokens {
            let (bytes, begins) = match self.0.get(*token as usize) {
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
        Tokens(names.into_iter().map(Token::of).collect())
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
    fn a_word_is_as_certain_as_its_least_certain_token() {
        let words = tokens().words(&[(5, 0.9), (7, 0.4), (6, 0.7)]);
        assert_eq!(words.iter().map(|word| word.certainty).collect::<Vec<_>>(), [0.4, 0.7]);
    }
}
