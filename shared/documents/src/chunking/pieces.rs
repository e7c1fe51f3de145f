//! Splits the units of a page into pieces that stay whole.

use super::super::units::{Unit, UnitKind, sentences};

/// A row or step is only split if it is longer than a chunk by this factor.
const WHOLE: usize = 2;

/// A unit, or a part of one that is too long for a chunk.
#[derive(Debug, Clone)]
pub(super) struct Piece<'a> {
    pub(super) unit: &'a Unit,
    pub(super) text: String,
    pub(super) tokens: usize,
    /// Tokens of a row's title and groups, if they have to be repeated.
    pub(super) lead_tokens: usize,
}

/// The pieces of a unit.
pub(super) fn of_unit<'a>(unit: &'a Unit, max_tokens: usize, count_tokens: &impl Fn(&str) -> usize) -> Vec<Piece<'a>> {
    let lead_tokens = if unit.lead.is_empty() { 0 } else { count_tokens(&unit.lead) };
    let tokens = count_tokens(&unit.text);
    let most = if unit.kind == UnitKind::Text { max_tokens } else { WHOLE * max_tokens };
    if tokens <= most {
        return vec![Piece { unit, text: unit.text.clone(), tokens, lead_tokens }];
    }
    let parts = split_long(&unit.text, max_tokens, count_tokens).into_iter();
    parts.map(|text| Piece { unit, tokens: count_tokens(&text), text, lead_tokens }).collect()
}

/// Splits a text at the ends of sentences, and sentences that are too long at words.
fn split_long(text: &str, max_tokens: usize, count_tokens: &impl Fn(&str) -> usize) -> Vec<String> {
    let mut parts = Vec::new();
    for sentence in sentences(text) {
        if count_tokens(sentence) <= max_tokens {
            parts.push(sentence.to_owned());
            continue;
        }
        let mut part = String::new();
        let mut tokens = 0;
        for word in sentence.split(' ') {
            let more = count_tokens(word);
            if tokens + more > max_tokens && !part.is_empty() {
                parts.push(std::mem::take(&mut part));
                tokens = 0;
            }
            if !part.is_empty() {
                part.push(' ');
            }
            part.push_str(word);
            tokens += more;
        }
        parts.push(part);
    }
    parts
}
