//! Answers without a language model: the sentences, steps and rows of the manuals that answer, quoted
//! as they stand, with their pages.
//!
//! Deterministic and offline. It says plainly where the manuals hold no answer: see [`decision`].

mod blocks;
mod compose;
mod decision;
mod evidence;
mod pictures;
mod quantity;
mod question;

use std::collections::HashSet;

use futures::stream::BoxStream;
use futures::{FutureExt, StreamExt};

use self::decision::Verdict;
use self::evidence::Judged;
use self::quantity::Asked;
use self::question::Term;
use super::citations::{escape, pages};
use super::error::AnswerError;
use super::model::{Brief, LanguageModel, ModelEvent};
use crate::library::{Findings, Holdings};
use crate::retrieval::analysis::Analyzer;

/// Passages that are looked at.
const PASSAGES: usize = 12;
/// Pages that are quoted.
const QUOTED: usize = 3;
/// A further page is quoted when it is about as good as the best.
const RIVAL: f32 = 0.92;
/// Pages that are named where there is no answer.
const CLOSEST: usize = 3;

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
        let words = futures::stream::iter(words(&write(&brief)));
        // Yielding lets whoever listens send the first words before the last are there.
        let paced = words.then(|word| tokio::task::yield_now().map(|()| Ok(ModelEvent::Token(word))));
        paced.boxed()
    }
}

/// The text in pieces of one word with the white space behind it.
fn words(text: &str) -> Vec<String> {
    text.split_inclusive(char::is_whitespace).map(str::to_owned).collect()
}

fn write(brief: &Brief) -> String {
    if !brief.sights.is_empty() {
        return pictures::write(brief);
    }
    let mut text = if brief.text.trim().is_empty() {
        "Please type what you would like to know. I answer from your manuals and cannot look at pictures.".to_owned()
    } else {
        reply(brief)
    };
    if !brief.images.is_empty() && !brief.text.trim().is_empty() {
        text.push_str("\n\nI answered from the words of your question alone: I cannot look at pictures.");
    }
    text
}

fn reply(brief: &Brief) -> String {
    let findings = &brief.findings;
    if findings.holdings.searchable == 0 {
        return nothing_to_search(findings.holdings).to_owned();
    }
    let terms = question::terms(&brief.text, &brief.query, &findings.vocabulary, &file_names(findings));
    if terms.iter().all(|term| term.framing) {
        return "Please ask about your equipment, for example for a torque, a procedure or a part. I answer from your \
                manuals and cite their pages."
            .to_owned();
    }
    let judged = judge(brief, &terms);
    if let Some(best) = judged.first() {
        tracing::debug!(evidence = best.signals.evidence(), signals = ?best.signals, "the best page");
    }
    match decision::decide(&judged, &terms) {
        Verdict::Answered(chosen) => answer(brief, &chosen),
        Verdict::NotHeld => not_held(findings, &terms, &judged),
    }
}

/// All pages found, the best evidence first.
fn judge(brief: &Brief, terms: &[Term]) -> Vec<Judged> {
    let asked = Asked::of(&brief.text);
    let passages = brief.findings.passages.iter().enumerate();
    let pages = passages.filter(|(_, passage)| !passage.hit.navigation);
    let mut judged: Vec<Judged> =
        pages.map(|(place, passage)| evidence::judge(place, passage, terms, &asked)).collect();
    judged.sort_by(|a, b| b.signals.rank().total_cmp(&a.signals.rank()).then(a.passage.cmp(&b.passage)));
    judged
}

fn answer(brief: &Brief, chosen: &[&Judged]) -> String {
    let is_procedure = question::asks_how_to(&brief.text);
    let pages = chosen.iter().filter_map(|judged| Some((*judged, brief.findings.passages.get(judged.passage)?)));
    let mut text = compose::quotations(pages, is_procedure);
    text.push_str(still_processing(brief.findings.holdings));
    text
}

fn not_held(findings: &Findings, terms: &[Term], judged: &[Judged]) -> String {
    let mut text = "The manuals hold no answer to this question.".to_owned();
    let unknown: Vec<String> = terms
        .iter()
        .filter(|term| !term.known && !term.framing && !term.context)
        .map(|term| format!("\"{}\"", escape(&term.word)))
        .collect();
    match unknown.as_slice() {
        [] => {}
        [word] => text.push_str(&format!(" The word {word} does not occur in them.")),
        words => text.push_str(&format!(" The words {} do not occur in them.", words.join(", "))),
    }
    text.push_str(still_processing(findings.holdings));
    let closest: Vec<String> = judged
        .iter()
        .take(CLOSEST)
        .filter_map(|judged| findings.passages.get(judged.passage))
        .map(|passage| {
            let title = passage.hit.heading.rsplit(" > ").next().unwrap_or_default().trim();
            let place =
                format!("{}, {}", escape(&passage.hit.file_name), pages(passage.hit.page, passage.hit.page_end));
            if title.is_empty() { format!("\n- {place}") } else { format!("\n- {place}: {}", escape(title)) }
        })
        .collect();
    if !closest.is_empty() {
        text.push_str("\n\nThe closest passages, which do not answer it:\n");
        text.push_str(&closest.concat());
    }
    text
}

fn nothing_to_search(holdings: Holdings) -> &'static str {
    if holdings.processing > 0 {
        "Your manuals are still being processed. Please ask again when the repository shows them as ready."
    } else if holdings.failed > 0 {
        "None of your manuals could be read, so I cannot answer yet. The repository says why beside each of them."
    } else {
        "You have no manuals yet. Please upload a manual to the repository: I answer from your manuals and cite their pages."
    }
}

fn still_processing(holdings: Holdings) -> &'static str {
    if holdings.processing > 0 {
        "\n\nSome of your manuals are still being processed and were not searched."
    } else {
        ""
    }
}

/// The index terms of the manuals' file names: a question may name a manual that never names itself.
fn file_names(findings: &Findings) -> HashSet<String> {
    let analyzer = Analyzer::default();
    findings.passages.iter().flat_map(|passage| analyzer.terms(&passage.hit.file_name)).collect()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
