//! Trade words: where the model is not sure of a word, and the user's manuals do not have it, terms of the manuals that
//! sound like it are proposed to the model. It hears the sound again with each of them. A term wins that it finds nearly
//! as likely as its own words.

use std::ops::Range;
use std::sync::Arc;

use inference::NetworkError;

use super::super::vocabulary::{Likeness, Vocabulary};
use super::model::{Step, Word, Writer, Written};

/// The probability from which the model is sure of a word, which is then kept.
const SURE: f32 = 0.9;
/// The probability below which the terms have all of the leeway. From there to [`SURE`] they have less and less.
const DOUBTFUL: f32 = 0.65;
/// Words that a term may replace together.
const MOST_WORDS: usize = 3;
/// Terms that are proposed for an unsure word.
const PROPOSALS: usize = 12;
/// Tokens after a term that must still fit.
const REST: usize = 3;
/// How much less likely than the model's own words a term may be, as a logarithm: a word that the model writes as one
/// token, since it is common everywhere; for each further token, up to a third; and two words, which seldom sound like
/// something else by chance.
const WORD: f32 = 1.5;
const TOKEN: f32 = 1.0;
const PAIR: f32 = 7.5;
/// How much less likely it may be for each unit of distance from what was heard.
const DISTANCE: f32 = 4.0;
/// Tokens that are written at most to try proposals.
const MOST_TRIED: usize = 60;

/// A word in the steps.
struct Heard {
    word: Word,
    /// Its steps, without punctuation at its end.
    steps: Range<usize>,
    /// That punctuation.
    marks: Vec<u32>,
}

/// A term that was tried.
struct Tried {
    gain: f32,
    /// Its first step, and its steps.
    begin: usize,
    steps: Vec<Step>,
    /// What is written after it.
    written: Arc<Written>,
    words: usize,
}

/// The steps, with terms of the vocabulary where the model finds them likely enough.
pub(super) fn corrected(
    writer: &Writer<'_>,
    mut steps: Vec<Step>,
    vocabulary: &Vocabulary,
) -> Result<Vec<Step>, NetworkError> {
    if vocabulary.is_empty() {
        return Ok(steps);
    }
    let (mut place, mut left) = (0, MOST_TRIED);
    while writer.is_wanted() {
        let heard = heard(writer, &steps);
        let Some(unsure) = (place..heard.len()).find(|at| heard.get(*at).is_some_and(is_unsure)) else { break };
        place = unsure + 1;
        if let Some(tried) = best(writer, &steps, &heard, unsure, vocabulary, &mut left)? {
            place = unsure + tried.words;
            steps.truncate(tried.begin);
            steps.extend(tried.steps);
            steps = writer.write_on(steps, tried.written)?;
        }
    }
    Ok(steps)
}

fn is_unsure(heard: &Heard) -> bool {
    let text = &heard.word.text;
    heard.word.certainty < SURE && text.contains(char::is_alphabetic) && !text.contains(char::is_numeric)
}

fn heard(writer: &Writer<'_>, steps: &[Step]) -> Vec<Heard> {
    let tokens = &writer.model.tokens;
    let begins =
        (0..steps.len()).filter(|at| *at == 0 || steps.get(*at).is_some_and(|step| tokens.begins_word(step.token)));
    let begins: Vec<usize> = begins.chain([steps.len()]).collect();
    let ranges = begins.iter().zip(begins.iter().skip(1)).map(|(begin, end)| *begin..*end);
    let word = |mut range: Range<usize>| {
        let mut marks = Vec::new();
        while let Some(last) = range.end.checked_sub(1).filter(|last| *last > range.start)
            && let Some(step) = steps.get(last).filter(|step| tokens.is_punctuation(step.token))
        {
            marks.insert(0, step.token);
            range.end = last;
        }
        let pieces: Vec<(u32, f32)> =
            steps.get(range.clone()).unwrap_or_default().iter().map(|step| (step.token, step.certainty)).collect();
        let word = tokens.words(&pieces).into_iter().next()?;
        Some(Heard { word, steps: range, marks })
    };
    ranges.filter_map(word).collect()
}

/// The best term for the words around an unsure one; `None` if the model's own are better.
fn best(
    writer: &Writer<'_>,
    steps: &[Step],
    heard: &[Heard],
    unsure: usize,
    vocabulary: &Vocabulary,
    left: &mut usize,
) -> Result<Option<Tried>, NetworkError> {
    let mut proposals = Vec::new();
    for words in 1..=MOST_WORDS {
        for first in (unsure + 1).saturating_sub(words)..=unsure {
            let Some(span) = heard.get(first..first + words) else { continue };
            let texts: Vec<String> = span.iter().map(|heard| plain(&heard.word.text)).collect();
            let text = texts.join(" ");
            let is_common = |text: Option<&String>| text.is_none_or(|text| Vocabulary::is_common(text));
            if vocabulary.knows(&text) || is_common(texts.first()) || is_common(texts.last()) {
                continue;
            }
            let keeps = |like: &Likeness<'_>| {
                let is_kept = |text: &String| like.text.split(' ').any(|kept| kept == text);
                let may_change = |heard: &Heard, text: &str| {
                    is_unsure(heard) && (Vocabulary::is_common(text) || !vocabulary.knows(text))
                };
                span.iter().zip(&texts).all(|(heard, text)| may_change(heard, text) || is_kept(text))
            };
            let like = vocabulary.like(&text, PROPOSALS).into_iter().filter(keeps);
            proposals.extend(like.map(|like| (like, first..first + words)));
        }
    }
    proposals.sort_by(|(one, _), (other, _)| one.distance.total_cmp(&other.distance));
    proposals.truncate(PROPOSALS);
    let mut best: Option<Tried> = None;
    for (like, words) in proposals {
        let span = heard.get(words).unwrap_or_default();
        for tokens in spellings(writer, span, like.text) {
            let Some(tried) = propose(writer, steps, span, &like, &tokens, left)? else { continue };
            if tried.gain > best.as_ref().map_or(0.0, |best| best.gain) {
                best = Some(tried);
            }
        }
    }
    Ok(best)
}

/// The tokens of a term in the place of some words: as it is, and with the punctuation between them.
fn spellings(writer: &Writer<'_>, span: &[Heard], text: &str) -> Vec<Vec<u32>> {
    let is_capital = span.first().is_some_and(|first| first.word.text.starts_with(char::is_uppercase));
    let text = if is_capital { capitalised(text) } else { text.to_owned() };
    let Some(plain) = writer.model.tokens.encode(&text) else { return Vec::new() };
    let words: Vec<&str> = text.split(' ').collect();
    let between = span.split_last().map_or(&[][..], |(_, before)| before);
    if words.len() != span.len() || between.iter().all(|heard| heard.marks.is_empty()) {
        return vec![plain];
    }
    let marks = between.iter().map(|heard| heard.marks.as_slice()).chain([&[][..]]);
    let spelled =
        words.iter().zip(marks).map(|(word, marks)| Some([&writer.model.tokens.encode(word)?, marks].concat()));
    let marked = spelled.collect::<Option<Vec<Vec<u32>>>>().map(|words| words.concat());
    [plain].into_iter().chain(marked).collect()
}

/// Tries a term in the place of some words; `None` as soon as it cannot win.
fn propose(
    writer: &Writer<'_>,
    steps: &[Step],
    span: &[Heard],
    like: &Likeness<'_>,
    tokens: &[u32],
    left: &mut usize,
) -> Result<Option<Tried>, NetworkError> {
    let (Some(first), Some(last)) = (span.first(), span.last()) else { return Ok(None) };
    let (begin, end) = (first.steps.start, last.steps.end);
    let count = like.text.split(' ').count();
    let rest = steps.get(end..steps.len().min(end + REST)).unwrap_or_default();
    let own: f32 = steps.get(begin..end + rest.len()).unwrap_or_default().iter().map(|step| step.certainty.ln()).sum();
    let certainty = span.iter().map(|heard| heard.word.certainty).fold(SURE, f32::min);
    let doubt = ((SURE - certainty) / (SURE - DOUBTFUL)).min(1.0);
    let leeway = match (count, tokens.len()) {
        (1, 0 | 1) => WORD,
        (1, 2) => WORD + TOKEN,
        (1, _) => WORD + 2.0 * TOKEN,
        _ => PAIR,
    };
    let mut gain = leeway * doubt - DISTANCE * like.distance - own;
    let Some(step) = steps.get(begin) else { return Ok(None) };
    let mut written = step.before.clone();
    let mut tried = Vec::new();
    for (place, token) in tokens.iter().copied().chain(rest.iter().map(|step| step.token)).enumerate() {
        let likelihood = written.likelihood(token);
        gain += likelihood;
        if gain <= 0.0 || *left == 0 {
            return Ok(None);
        }
        tried.push((Step { token, certainty: likelihood.exp(), before: written.clone() }, place));
        if token == writer.end() {
            break;
        }
        // The model's own words are written already.
        let same =
            tried.iter().zip(steps.get(begin..).unwrap_or_default()).all(|((one, _), own)| one.token == own.token);
        written = if let Some(next) = steps.get(begin + tried.len()).filter(|_| same) {
            next.before.clone()
        } else {
            *left -= 1;
            Arc::new(writer.write(&written, token)?)
        };
    }
    let written = match tried.get(tokens.len()) {
        Some((after, _)) => after.before.clone(),
        None => written,
    };
    let steps = tried.into_iter().take(tokens.len()).map(|(step, _)| step).collect();
    Ok(Some(Tried { gain, begin, steps, written, words: count }))
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric() || *c == ' ').flat_map(char::to_lowercase).collect()
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
