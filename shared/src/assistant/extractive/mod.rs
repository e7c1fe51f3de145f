//! Answers without a language model: the sentences, steps and rows of the manuals that answer, quoted
//! as they stand, with their pages.
//!
//! Deterministic and offline. It says how sure it is, and plainly where the manuals hold no answer: see
//! [`decision`].

mod decision;
mod definition;
mod evidence;
mod phrases;
mod pictures;
mod quantity;
mod question;
mod quote;
mod smalltalk;
mod sources;
mod variants;
mod wanted;

use std::collections::HashSet;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::BoxStream;

use self::decision::Outcome;
use self::evidence::{Candidate, Found, Question};
use self::phrases::Tongue;
use self::quantity::Asked;
use self::quote::Naming;
use self::variants::Variants;
use self::wanted::Wanted;
use super::citations::escape;
use super::error::AnswerError;
use super::model::{Brief, LanguageModel, ModelEvent};
use crate::documents::units::Unit;
use crate::library::{Findings, Holdings, Passage};

/// Passages that are looked at.
const PASSAGES: usize = 12;
/// Places that are quoted where there is no answer.
const CLOSEST: usize = 3;
/// What a value or number of the kind that is wanted counts for a unit that is shown to a language model.
const TOLD: f32 = 0.2;
/// Unknown words that are named there.
const UNKNOWN: usize = 4;
/// Characters of all quotations; what is beyond is left.
const LONGEST: usize = 4_000;
/// Pages that are quoted where the answer is read out: what is heard cannot be skimmed.
const PAGES_ALOUD: usize = 1;
/// Characters of a place that is quoted where there is no answer.
const GLIMPSE: usize = 220;
/// Pieces that an answer is streamed in, and the time from the first to the last.
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

    fn answer(&self, brief: Brief) -> BoxStream<'static, Result<ModelEvent, AnswerError>> {
        let text = write(&brief);
        let pieces = pieces(&text);
        let pause = STREAMED_IN / u32::try_from(pieces.len().max(1)).unwrap_or(1);
        // A page that shows what arrives cannot show what arrives all at once.
        let paced = futures::stream::iter(pieces.into_iter().enumerate()).then(move |(at, piece)| async move {
            if at > 0 {
                tokio::time::sleep(pause).await;
            }
            Ok(ModelEvent::Token(piece))
        });
        paced.boxed()
    }
}

/// The text in about [`PIECES`] pieces of whole words.
fn pieces(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_inclusive(char::is_whitespace).collect();
    words.chunks(words.len().div_ceil(PIECES).max(1)).map(<[&str]>::concat).collect()
}

fn write(brief: &Brief) -> String {
    let tongue = Tongue::of(&brief.text);
    if !brief.sights.is_empty() {
        return pictures::write(brief, tongue);
    }
    if brief.text.trim().is_empty() {
        return format!("{} {}", tongue.please_type(), tongue.cannot_see());
    }
    let mut text = reply(brief, tongue);
    if !brief.images.is_empty() {
        text.push_str(&format!("\n\n{}", tongue.cannot_see()));
    }
    text
}

fn reply(brief: &Brief, tongue: Tongue) -> String {
    if let Some(reply) = smalltalk::reply(&brief.text, tongue) {
        return reply.to_owned();
    }
    let findings = &brief.findings;
    if findings.holdings.searchable == 0 {
        return nothing_to_search(findings.holdings, tongue).to_owned();
    }
    let terms = question::terms(&brief.text, &findings.vocabulary, &file_names(findings));
    if terms.is_empty() {
        return tongue.ask_about_equipment().to_owned();
    }
    let asked = Asked::of(&brief.text);
    let wanted = Wanted::of(&brief.text, &asked);
    let question = Question { terms: &terms, asked, wanted, variants: Variants::of(&brief.query) };
    let pages = evidence::pages(brief);
    let judged = evidence::judge(brief, &pages, &question);
    let outcome = decision::decide(&judged, &question);
    if let Some(best) = judged.first() {
        tracing::debug!(
            ?outcome,
            ?wanted,
            score = best.score,
            coverage = best.coverage,
            cosine = best.cosine,
            "judged"
        );
    }
    let mut text = if outcome == Outcome::NotHeld {
        not_held(brief, (&pages, &judged), &question, tongue)
    } else {
        let chosen = decision::choose(&judged, &pages, &question, outcome == Outcome::Answered);
        quotations(brief, (&pages, &chosen), &question, (tongue, outcome))
    };
    if findings.holdings.processing > 0 {
        text.push_str(&format!("\n\n{}", tongue.still_processing()));
    }
    text
}

/// What is quoted, the best page first.
fn quotations(
    brief: &Brief,
    (pages, chosen): (&[Found], &[&Candidate]),
    question: &Question<'_>,
    (tongue, outcome): (Tongue, Outcome),
) -> String {
    let mut order: Vec<usize> = Vec::new();
    for candidate in chosen {
        if !order.contains(&candidate.page) {
            order.push(candidate.page);
        }
    }
    let mut told: Vec<String> = Vec::new();
    let mut quoted: Vec<String> = Vec::new();
    let mut length = 0;
    for at in order {
        let Some(page) = pages.get(at) else { continue };
        let Some(passage) = brief.findings.passages.get(page.passage) else { continue };
        let units: Vec<usize> = chosen.iter().filter(|unit| unit.page == at).map(|unit| unit.at).collect();
        let quotation = quote::quotation(page, passage.hit.page, &units, question);
        let naming = if brief.aloud { Naming::Aloud } else { Naming::Written };
        let text = quotation.write((passage, page.passage + 1, naming), (tongue, &mut told));
        let is_first = quoted.is_empty();
        length += text.chars().count();
        if !text.is_empty() && (is_first || length <= LONGEST) {
            quoted.push(text);
        }
        if brief.aloud && quoted.len() == PAGES_ALOUD {
            break;
        }
    }
    if outcome == Outcome::Likely {
        let likely = if brief.aloud { tongue.likely_aloud() } else { tongue.likely(quoted.len() > 1) };
        quoted.insert(0, likely.to_owned());
    }
    quoted.join("\n\n")
}

/// Finds what to show of pages that are not shown whole.
pub(super) struct Telling {
    terms: Vec<question::Term>,
    asked: Asked,
}

impl Telling {
    /// For the question of a brief.
    pub(super) fn of(brief: &Brief) -> Self {
        let terms = question::terms(&brief.text, &brief.findings.vocabulary, &HashSet::new());
        Self { terms, asked: Asked::of(&brief.text) }
    }

    /// The units of a passage's page that tell most of the question, in their order on the page.
    pub(super) fn units(&self, findings: &Findings, passage: &Passage, most: usize) -> Vec<String> {
        let source = sources::Source::of(findings, passage);
        let analyzer = source.analyzer();
        let score = |unit: &Unit| {
            let found: HashSet<String> = analyzer.terms(&unit.in_full()).into_iter().collect();
            let share = |term: usize| self.terms.get(term).map_or(0.0, |term| term.share(&found));
            let held = evidence::weighted(&self.terms, share);
            if held > 0.0 && evidence::tells(&self.asked, unit) { held + TOLD } else { held }
        };
        let units = source.units(passage.hit.page..=passage.hit.page);
        let mut judged: Vec<(f32, usize, &Unit)> = units
            .iter()
            .enumerate()
            .map(|(at, unit)| (score(unit), at, unit))
            .filter(|(score, ..)| *score > 0.0)
            .collect();
        judged.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        judged.truncate(most);
        judged.sort_by_key(|(_, at, _)| *at);
        judged.into_iter().map(|(_, _, unit)| unit.in_full()).collect()
    }
}

/// Says that there is no answer, and shows the closest places without any value that could be taken for one.
fn not_held(
    brief: &Brief,
    (pages, judged): (&[Found], &[Candidate]),
    question: &Question<'_>,
    tongue: Tongue,
) -> String {
    let mut text = tongue.not_held().to_owned();
    let unknown = || question.terms.iter().filter(|term| !term.known && !term.context);
    // Beside a code that is unknown, other words tell nothing.
    let any_code = unknown().any(|term| term.code);
    let named = unknown().filter(|term| term.code || !any_code).take(UNKNOWN);
    let unknown: Vec<String> = named.map(|term| format!("\"{}\"", escape(&term.word))).collect();
    if !unknown.is_empty() {
        text.push_str(&format!(" {}", tongue.unknown(&unknown)));
    }
    let mut closest: Vec<String> = Vec::new();
    let mut shown: Vec<usize> = Vec::new();
    for candidate in judged {
        let Some(page) = pages.get(candidate.page) else { continue };
        let Some(passage) = brief.findings.passages.get(page.passage) else { continue };
        let Some(unit) = page.units.get(candidate.at).filter(|unit| is_glimpse(unit)) else { continue };
        if closest.len() < CLOSEST && !shown.contains(&candidate.page) {
            shown.push(candidate.page);
            let place = tongue.source(&escape(&passage.hit.file_name), (passage.hit.page, passage.hit.page_end));
            closest.push(format!("- “{}” ({place})", escape(&unit.text)));
        }
    }
    if !closest.is_empty() {
        text.push_str(&format!("\n\n{}\n\n{}", tongue.closest(), closest.join("\n")));
    }
    text
}

/// Whether a unit shows what a place is about without a value or number that could be taken for an answer.
fn is_glimpse(unit: &Unit) -> bool {
    let long_number = |word: &str| word.bytes().filter(u8::is_ascii_digit).count() >= 3;
    unit.text.chars().count() <= GLIMPSE
        && !quantity::has_any_value(&unit.text)
        && !unit.text.split_whitespace().any(long_number)
}

fn nothing_to_search(holdings: Holdings, tongue: Tongue) -> &'static str {
    if holdings.processing > 0 {
        tongue.all_processing()
    } else if holdings.failed > 0 {
        tongue.none_readable()
    } else {
        tongue.no_manuals()
    }
}

/// The words of the manuals' file names: a question may name a manual that never names itself.
fn file_names(findings: &Findings) -> HashSet<String> {
    let lower = findings.passages.iter().map(|passage| passage.hit.file_name.to_lowercase());
    let words = |name: String| name.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
    lower.flat_map(words).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
