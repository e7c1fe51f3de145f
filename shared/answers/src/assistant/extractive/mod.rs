//! Answers without a language model: quotes the sentences, steps and rows of the manuals that answer the question, with
//! their pages.
//!
//! It is deterministic and works offline. It says how certain it is, and clearly if the manuals contain no answer: see
//! [`decision`].

mod cautions;
mod decision;
mod language;
mod phrases;
mod pictures;
mod quote;
mod smalltalk;

use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;

use self::decision::Outcome;
pub(super) use self::language::AnswerLanguage;
use self::quote::Naming;
pub(super) use self::quote::{end_of_step, line, steps_of};
use super::citations::escape;
use super::error::AnswerError;
use super::essence::letters;
use super::model::{Brief, LanguageModel, ModelEvent, QuotedPassage};
use super::references;
use crate::library::Holdings;
use crate::library::evidence::{self, Candidate, FoundPage, Question};
use documents::units::Unit;

/// Number of passages to consider.
const PASSAGES: usize = 12;
/// Number of passages that are quoted if there is no answer.
const CLOSEST: usize = 3;
/// Number of unknown words that are named then.
const UNKNOWN: usize = 4;
/// Maximum length of all quotations in characters.
const LONGEST: usize = 4_000;
/// Number of pages that are quoted if the answer is read out, because a listener cannot skim.
const PAGES_ALOUD: usize = 1;
/// Maximum length of a passage that is quoted if there is no answer, in characters.
const GLIMPSE: usize = 220;
/// Number of pieces in which an answer is streamed, and the time from the first to the last.
const PIECES: usize = 10;
const STREAMED_IN: Duration = Duration::from_millis(400);

/// The offline model.
#[derive(Debug, Clone, Copy, Default)]
pub struct Extractive;

impl LanguageModel for Extractive {
    fn name(&self) -> &'static str {
        "extractive"
    }

    fn passages(&self) -> usize {
        PASSAGES
    }

    fn sees_images(&self) -> bool {
        false
    }

    fn quotes(&self) -> bool {
        true
    }

    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>> {
        let ExtractiveAnswer { text, quoted } = write(&brief);
        let pieces = pieces(&text);
        let pause = STREAMED_IN / u32::try_from(pieces.len().max(1)).unwrap_or(1);
        // A page that shows what arrives cannot show what arrives all at once.
        let paced = futures::stream::iter(pieces.into_iter().enumerate()).then(move |(at, piece)| async move {
            if at > 0 {
                tokio::time::sleep(pause).await;
            }
            Ok(ModelEvent::Token(piece))
        });
        let quoted = quoted.into_iter().map(|quoted| Ok(ModelEvent::Quoted(quoted)));
        futures::stream::iter(quoted.collect::<Vec<_>>()).chain(paced).boxed()
    }
}

/// An answer and its quotations.
#[derive(Default)]
struct ExtractiveAnswer {
    text: String,
    quoted: Vec<QuotedPassage>,
}

impl From<String> for ExtractiveAnswer {
    fn from(text: String) -> Self {
        Self { text, quoted: Vec::new() }
    }
}

/// Splits the text into about [`PIECES`] pieces at word boundaries.
fn pieces(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    words.chunks(words.len().div_ceil(PIECES).max(1)).map(<[&str]>::concat).collect()
}

fn write(brief: &Brief) -> ExtractiveAnswer {
    let language = AnswerLanguage::of(&brief.text);
    if !brief.picture_summaries.is_empty() {
        return pictures::write(brief, language);
    }
    if brief.text.trim().is_empty() {
        return format!("{} {}", language.please_type(), language.cannot_see()).into();
    }
    let mut written = reply(brief, language);
    if !brief.images.is_empty() {
        written.text.push_str(&format!("\n\n{}", language.cannot_see()));
    }
    written
}

fn reply(brief: &Brief, language: AnswerLanguage) -> ExtractiveAnswer {
    if let Some(reply) = smalltalk::reply(&brief.text, language) {
        return reply.to_owned().into();
    }
    let findings = &brief.findings;
    if findings.holdings.searchable == 0 {
        return nothing_to_search(findings.holdings, language).to_owned().into();
    }
    let question = Question::of(&brief.text, findings);
    if question.terms.is_empty() {
        return language.ask_about_equipment().to_owned().into();
    }
    let pages = evidence::pages(findings);
    let judged = evidence::judge(findings, &pages, &question);
    let outcome = decision::decide(&judged, &question);
    if let Some(best) = judged.first() {
        tracing::debug!(
            ?outcome,
            wanted = ?question.wanted,
            score = best.score,
            coverage = best.coverage,
            cosine = best.cosine,
            "judged"
        );
    }
    let mut written = if outcome == Outcome::NotHeld {
        not_held(brief, (&pages, &judged), &question, language).into()
    } else {
        let chosen = decision::choose(&judged, &pages, &question, outcome == Outcome::Answered);
        quotations(brief, (&pages, &chosen), &question, (language, outcome))
    };
    if findings.holdings.processing > 0 {
        written.text.push_str(&format!("\n\n{}", language.still_processing()));
    }
    written
}

/// The quotations, best page first.
fn quotations(
    brief: &Brief,
    (pages, chosen): (&[FoundPage], &[&Candidate]),
    question: &Question,
    (language, outcome): (AnswerLanguage, Outcome),
) -> ExtractiveAnswer {
    let mut order: Vec<usize> = Vec::new();
    for candidate in chosen {
        if !order.contains(&candidate.page) {
            order.push(candidate.page);
        }
    }
    // Warnings that the answer begins with are told.
    let mut told: Vec<String> = brief.pending.iter().map(|warning| letters(&warning.text)).collect();
    let mut quoted: Vec<String> = Vec::new();
    let mut places: Vec<QuotedPassage> = Vec::new();
    let mut length = 0;
    for at in order {
        let Some(page) = pages.get(at) else { continue };
        let Some(passage) = brief.findings.passages.get(page.passage) else { continue };
        let units: Vec<usize> = chosen.iter().filter(|unit| unit.page == at).map(|unit| unit.at).collect();
        let quotation = quote::quotation(page, passage.hit.page, &units, question);
        let naming = if brief.aloud { Naming::Aloud } else { Naming::Written };
        let text = quotation.write((passage, page.passage + 1, naming), (language, &mut told));
        let text = references::linked(text, (&passage.hit, &page.source), brief);
        let is_first = quoted.is_empty();
        length += text.chars().count();
        if !text.is_empty() && (is_first || length <= LONGEST) {
            quoted.push(text);
            let (pages, spots) = (quotation.pages(passage.hit.page), quotation.spots());
            let warnings = quotation.warnings(&passage.hit.document_id);
            places.push(QuotedPassage { passage: page.passage, pages, spots, begun: quotation.begun, warnings });
        }
        if brief.aloud && quoted.len() == PAGES_ALOUD {
            break;
        }
    }
    if outcome == Outcome::Likely {
        let likely = if brief.aloud { language.likely_aloud() } else { language.likely(quoted.len() > 1) };
        quoted.insert(0, likely.to_owned());
    }
    ExtractiveAnswer { text: quoted.join("\n\n"), quoted: places }
}

/// Says that there is no answer, and shows the closest passages without values that might be taken for one.
fn not_held(
    brief: &Brief,
    (pages, judged): (&[FoundPage], &[Candidate]),
    question: &Question,
    language: AnswerLanguage,
) -> String {
    let mut text = language.not_held().to_owned();
    let unknown = || question.terms.iter().filter(|term| !term.known && !term.context);
    // Beside a code that is unknown, other words tell nothing.
    let any_code = unknown().any(|term| term.code);
    let named = unknown().filter(|term| term.code || !any_code).take(UNKNOWN);
    let unknown: Vec<String> = named.map(|term| format!("\"{}\"", escape(&term.word))).collect();
    if !unknown.is_empty() {
        text.push_str(&format!(" {}", language.unknown(&unknown)));
    }
    let mut closest: Vec<String> = Vec::new();
    let mut shown: Vec<usize> = Vec::new();
    for candidate in judged {
        let Some(page) = pages.get(candidate.page) else { continue };
        let Some(passage) = brief.findings.passages.get(page.passage) else { continue };
        let Some(unit) = page.units.get(candidate.at).filter(|unit| is_glimpse(unit)) else { continue };
        if closest.len() < CLOSEST && !shown.contains(&candidate.page) {
            shown.push(candidate.page);
            let place = language.source(&escape(&passage.hit.file_name), (passage.hit.page, passage.hit.page_end));
            closest.push(format!("- “{}” ({place})", escape(&unit.text)));
        }
    }
    if !closest.is_empty() {
        text.push_str(&format!("\n\n{}\n\n{}", language.closest(), closest.join("\n")));
    }
    text
}

/// Whether a unit shows the topic of a passage without a value or number that might be taken for an answer.
fn is_glimpse(unit: &Unit) -> bool {
    let long_number = |word: &str| word.bytes().filter(u8::is_ascii_digit).count() >= 3;
    unit.text.chars().count() <= GLIMPSE
        && !evidence::has_any_value(&unit.text)
        && !unit.text.split_whitespace().any(long_number)
}

fn nothing_to_search(holdings: Holdings, language: AnswerLanguage) -> &'static str {
    if holdings.processing > 0 {
        language.all_processing()
    } else if holdings.failed > 0 {
        language.none_readable()
    } else {
        language.no_manuals()
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
