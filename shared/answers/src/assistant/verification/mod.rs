//! Checks the figures of an answer against the pages that it cites.
//!
//! Somebody will tighten a bolt to the displayed value. A language model may invent it, round it, convert it, or take
//! it from the row below. So each value and code of an answer, and each number that is not a count and names no page or
//! step, is searched on the pages cited with it, in any spelling, and next to the words that name its subject. Figures
//! that are not found are marked in the text.

mod claims;
mod letters;
mod markdown;
mod pages;
mod same;
mod statements;
mod subjects;

use std::cell::OnceCell;
use std::collections::HashSet;
use std::ops::Range;

use self::claims::{Claim, claims};
use self::pages::CitedPages;
use self::statements::Statement;
use self::subjects::Subjects;
use super::extractive::AnswerLanguage;
use super::model::QuotedPassage;
use crate::library::evidence::{Source, Variants};
use crate::library::{Findings, Passage};
use search::retrieval::analysis::{Analyzer, Language, Reading, figures};
use shared::store::{Unverified, UnverifiedReason, Verification};

/// The mark after a figure that was not found on the cited pages.
pub const UNVERIFIED_MARK: &str = " ⚠";
/// What begins the closing paragraph about them.
pub(in crate::assistant) const NOT_FOUND: &str = "\n\n⚠ ";
/// A word distinguishes statements if at most one in this many contains it.
const TELLING: usize = 2;
/// Minimum number of the subject's words in a statement, if those with the figure have none.
const ENOUGH_WORDS: usize = 2;
/// Maximum number of figures in the closing paragraph. The others only have their marks.
const MOST_NAMED: usize = 12;

/// The result of checking an answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Verified {
    /// The result for clients.
    pub verification: Verification,
    /// The ranges of its unverified figures, in order.
    places: Vec<Range<usize>>,
}

/// What an answer was written from.
pub struct VerificationInput<'a> {
    /// The question. Codes in it are repeated, not claimed.
    pub question: &'a str,
    /// Text on pictures, which the answer may repeat.
    pub seen: &'a str,
    /// The search results.
    pub findings: &'a Findings,
    /// The pages of quotations.
    pub quoted: &'a [QuotedPassage],
    /// Whether the answer is quoted verbatim, so that its figures have the right subjects.
    pub is_quotation: bool,
}

/// Checks the figures of an answer, except in its list of sources. `cited` are the indices of the cited passages in the
/// order of their marks.
#[must_use]
pub fn verify(text: &str, cited: &[usize], given: &VerificationInput<'_>) -> Verified {
    Verifier::new(cited, given).verify(text)
}

/// Checks texts that cite the same passages.
pub struct Verifier<'a> {
    given: &'a VerificationInput<'a>,
    cited: &'a [usize],
    repeated: Repeated,
    /// The pages of each passage, read on demand.
    pages: Vec<OnceCell<CitedPages>>,
}

impl<'a> Verifier<'a> {
    /// `cited` are the indices of the cited passages in the order of their marks.
    #[must_use]
    pub fn new(cited: &'a [usize], given: &'a VerificationInput<'a>) -> Self {
        let pages = given.findings.passages.iter().map(|_| OnceCell::new()).collect();
        Self { given, cited, repeated: Repeated::of(given), pages }
    }

    /// Checks the figures of a text, except in its list of sources.
    #[must_use]
    pub fn verify(&self, text: &str) -> Verified {
        let mut verified = Verified::default();
        // Of a short answer the question tells the language.
        let language = Language::of_question(&format!("{}\n{text}", self.given.question));
        for claim in claims(text, &Subjects::new(Analyzer::of(language))) {
            let is_cited = |(number, _): &(u32, &usize)| claim.marks.is_empty() || claim.marks.contains(number);
            let cited = (1..).zip(self.cited).filter(is_cited);
            let pages: Vec<&CitedPages> = cited.filter_map(|(_, place)| self.pages(*place)).collect();
            if self.repeated.holds(&claim.figure.reading, &pages) {
                continue;
            }
            // A number alone says too little to need a page.
            let is_bare = matches!(claim.figure.reading, Reading::Value { unit: None, .. });
            if pages.is_empty() && (is_bare || self.given.is_quotation) {
                continue;
            }
            verified.verification.checked += 1;
            if let Some(reason) = self.objection(&claim, &pages) {
                let written = text.get(claim.figure.range.clone()).unwrap_or_default().to_owned();
                verified.verification.unverified.push(Unverified { text: written, reason });
                verified.places.push(claim.figure.range);
            }
        }
        verified
    }

    /// Why a figure cannot be confirmed; `None` if it can.
    fn objection(&self, claim: &Claim, pages: &[&CitedPages]) -> Option<UnverifiedReason> {
        if pages.is_empty() {
            return Some(UnverifiedReason::NothingCited);
        }
        let is_held = |reading: &&Reading| pages.iter().any(|page| page.hold(reading));
        if let Some(reading) = claim.figure.readings().find(is_held) {
            let mut holding = pages.iter().filter(|page| page.hold(reading));
            // What a title names is the section's, whatever else has it.
            let is_misplaced =
                |page: &&CitedPages| !page.is_in_title(reading) && stands_beside_something_else(claim, reading, page);
            let is_of_something_else = !self.given.is_quotation && holding.all(is_misplaced);
            return is_of_something_else.then_some(UnverifiedReason::OfSomethingElse);
        }
        let reading = &claim.figure.reading;
        Some(if pages.iter().any(|page| page.hold_in_another_unit(reading)) {
            UnverifiedReason::AnotherUnit
        } else if (0..self.pages.len()).filter_map(|place| self.pages(place)).any(|page| page.hold(reading)) {
            UnverifiedReason::OnAnotherPage
        } else {
            UnverifiedReason::NotOnPage
        })
    }

    /// The pages of the passage at this index.
    fn pages(&self, place: usize) -> Option<&CitedPages> {
        let (passage, pages) = self.given.findings.passages.get(place).zip(self.pages.get(place))?;
        Some(pages.get_or_init(|| pages_of(place, passage, self.given)))
    }
}

/// The pages of a passage, including those of its quotations.
fn pages_of(place: usize, passage: &Passage, given: &VerificationInput<'_>) -> CitedPages {
    let (hit, source) = (&passage.hit, Source::of(given.findings, passage));
    let own = source.pages_of(hit);
    let quoted = given.quoted.iter().filter(|quoted| quoted.passage == place).map(|quoted| &quoted.pages);
    let (first, last) = quoted
        .fold((*own.start(), *own.end()), |(first, last), pages| (first.min(*pages.start()), last.max(*pages.end())));
    let names = format!("{}\n{}", hit.file_name, hit.heading);
    let text = format!("{}\n{}", passage.page_text, hit.content);
    CitedPages::read(&source.units(first..=last), &text, &names, source.analyzer())
}

/// Figures that an answer repeats rather than claims: text on pictures, file names, and codes and numbers without a
/// unit in the question. A value with a unit in the question still counts as a claim ("yes, 40 N·m"), and so does a
/// code if the cited pages have a similar one.
struct Repeated {
    asked: Vec<Reading>,
    seen: Vec<Reading>,
}

impl Repeated {
    fn of(given: &VerificationInput<'_>) -> Self {
        let readings = |text| figures(text).into_iter().map(|figure| figure.reading);
        let is_name = |reading: &Reading| matches!(reading, Reading::Code { .. } | Reading::Value { unit: None, .. });
        let files: HashSet<&str> =
            given.findings.passages.iter().map(|passage| passage.hit.file_name.as_str()).collect();
        let seen = readings(given.seen).chain(files.into_iter().flat_map(readings)).collect();
        Self { asked: readings(given.question).filter(is_name).collect(), seen }
    }

    fn holds(&self, reading: &Reading, pages: &[&CitedPages]) -> bool {
        let is_it = |other: &Reading| match (reading, other) {
            // Whatever word stands before it.
            (Reading::Code { code, .. }, Reading::Code { code: other, .. }) => code == other,
            _ => reading == other,
        };
        let is_asked = || self.asked.iter().any(is_it) && !pages.iter().any(|page| page.has_nearly(reading));
        self.seen.iter().any(is_it) || is_asked()
    }
}

/// Whether the page has the figure with another subject, and another figure with this subject: two swapped rows.
///
/// A variant in the subject decides first. Then the words of the subject are compared with the statements that contain
/// the figure and those that contain another figure of its kind. The figure is wrong only if one of the latter has all
/// the words that the former have, and one more that distinguishes them. A statement also has the words of the previous
/// one: "Fit the wheel nuts. Tighten them to 65 lb-ft." If it has none of the subject's words, it gets the benefit of
/// the doubt, unless another of the same sentence has them ("7 for the plug and 9 for the sensor"), or another has
/// several.
fn stands_beside_something_else(claim: &Claim, reading: &Reading, page: &CitedPages) -> bool {
    let holders: Vec<&Statement> = page.holders(reading).collect();
    if holders.is_empty() {
        return false;
    }
    let is_holder = |statement: &&Statement| holders.iter().any(|holder| std::ptr::eq(*holder, *statement));
    let others: Vec<&Statement> =
        page.statements.iter().filter(|statement| statement.has_another(reading) && !is_holder(statement)).collect();
    if is_of_another_variant(&claim.subject, &holders, &others) {
        return true;
    }
    let all = holders.len() + others.len();
    let has = |statement: &&Statement, word: &String| statement.words.contains(word);
    let telling = |word: &String| {
        let with = holders.iter().chain(&others).filter(|statement| has(statement, word)).count();
        with * TELLING <= all || with < others.len()
    };
    let mut words = page.subjects.words(&claim.subject);
    words.retain(|word| holders.iter().chain(&others).any(|statement| has(statement, word)));
    let is_known = |word: &String| holders.iter().any(|holder| holder.knows(word));
    others.iter().any(|other| {
        let own: Vec<&String> = words.iter().filter(|word| has(other, word)).collect();
        let covers = words.iter().all(|word| !is_known(word) || has(other, word));
        let tells = own.iter().any(|word| telling(word) && !is_known(word));
        // Where the holders have none of the words, these may be left out, or be others: more is wanted then.
        let is_sure = || own.len() >= ENOUGH_WORDS || holders.iter().all(|holder| holder.is_beside(other));
        covers && tells && (words.iter().any(is_known) || is_sure())
    })
}

/// Whether the subject of a figure names one variant (the front one, the long one), while all statements with the
/// figure are about another, and one with another figure is about this variant.
fn is_of_another_variant(subject: &str, holders: &[&Statement], others: &[&Statement]) -> bool {
    let variants = Variants::of(subject);
    let is_this = |statement: &&Statement| {
        let fit = statement.fit(&variants);
        fit.named == variants.count() && fit.others == 0
    };
    variants.count() > 0 && holders.iter().all(|holder| holder.fit(&variants).others > 0) && others.iter().any(is_this)
}

impl Verified {
    /// The answer with a mark after each figure that was not found.
    #[must_use]
    pub fn marked(&self, text: &str) -> String {
        let mut marked = String::with_capacity(text.len() + 200);
        let mut at = 0;
        for place in &self.places {
            marked.push_str(text.get(at..place.end).unwrap_or_default());
            marked.push_str(UNVERIFIED_MARK);
            at = place.end;
        }
        marked.push_str(text.get(at..).unwrap_or_default());
        marked
    }

    /// A closing paragraph that names these figures, in the language of the question; empty if there are none.
    #[must_use]
    pub fn sentence(&self, question: &str) -> String {
        let named = |is_of_something_else: bool| {
            let mut named: Vec<&str> = Vec::new();
            for unverified in &self.verification.unverified {
                let is_wanted = (unverified.reason == UnverifiedReason::OfSomethingElse) == is_of_something_else;
                if is_wanted && !named.contains(&unverified.text.as_str()) {
                    named.push(&unverified.text);
                }
            }
            let more = if named.len() > MOST_NAMED { ", …" } else { "" };
            format!("{}{more}", named.iter().take(MOST_NAMED).copied().collect::<Vec<_>>().join(", "))
        };
        let language = AnswerLanguage::of(question);
        let (missing, misplaced) = (named(false), named(true));
        let mut told: Vec<String> = Vec::new();
        if !missing.is_empty() {
            told.push(language.not_on_the_pages(&missing));
        }
        if !misplaced.is_empty() {
            told.push(language.of_something_else(&misplaced));
        }
        if told.is_empty() {
            return String::new();
        }
        format!("{NOT_FOUND}{} {}", told.join(" "), language.look_in_the_manual())
    }
}

#[cfg(test)]
mod tests;
