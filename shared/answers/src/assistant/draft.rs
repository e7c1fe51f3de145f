//! An answer in progress: turns a model's output into safe text with citations, and checks it.

use super::answer::{Answer, AnswerEvent};
use super::citations::{Marks, citations, source_list};
use super::extractive::AnswerLanguage;
use super::grounds;
use super::model::{Brief, ModelEvent, QuotedPassage};
use super::procedure;
use super::prompt::TokenCounter;
use super::sanitizer::{Addresses, Sanitizer, sanitized};
use super::verification::{VerificationInput, Verified, verify};
use super::warnings::{self, ApplicableWarning, SentenceGate, WarningMatcher};
use crate::library::Findings;
use crate::library::evidence::Source;
use shared::store::{Citation, Procedure, TokenUsage, Warning};

/// Longest answer in bytes; a model that goes on beyond is stopped there.
pub(crate) const LONGEST_ANSWER: usize = 64 * 1024;
/// What ends an answer whose model was stopped, or has stopped, at a limit.
pub(super) const CUT: &str =
    "\n\n*The answer stops here because it has reached its greatest length. Ask on to get the rest.*";

/// An answer in progress.
pub(super) struct Draft {
    text: String,
    marks: Marks,
    sanitizer: Sanitizer,
    query: String,
    asked: String,
    /// Text of the question's pictures, which the answer may repeat.
    seen: String,
    findings: Findings,
    quoted: Vec<QuotedPassage>,
    /// Whether the model only quotes, without words of its own.
    quotes: bool,
    /// The position in the procedure whose step this is, or which the question is about.
    pub(super) told: Option<Procedure>,
    /// The procedure that the user is working through, whatever the question.
    pub(super) open: Option<Procedure>,
    /// The gateway's URL for links to pages; empty for no links.
    gateway_url: String,
    /// Warnings of earlier answers with which this one begins.
    pending: Vec<Warning>,
    /// Compares the model's words with the pages; `None` if it quotes.
    matcher: Option<WarningMatcher>,
    /// Holds back an answer sentence by sentence, if it is read out or nothing may be inserted afterwards.
    gate: Option<SentenceGate>,
    usage: TokenUsage,
    tokens: TokenCounter,
    /// Maximum number of tokens of the answer.
    most_tokens: usize,
    /// Whether the answer was cut at its maximum length.
    pub(super) is_cut: bool,
}

impl Draft {
    /// For a model that `quotes`, or writes its own words.
    pub(super) fn new(brief: &Brief, quotes: bool) -> Self {
        let gateway_url = &brief.gateway_url;
        let passages = &brief.findings.passages;
        let pages = passages.iter().map(|passage| format!("{}\n{}", passage.page_text, passage.hit.content));
        let seen: Vec<&str> = brief.picture_summaries.iter().map(|summary| summary.text.as_str()).collect();
        let matcher = (!quotes).then(|| WarningMatcher::of(&brief.findings)).filter(|matcher| !matcher.is_empty());
        let gate = matcher
            .as_ref()
            .filter(|_| brief.aloud || brief.appends)
            .map(|matcher| SentenceGate::new(matcher, &brief.text, &brief.pending));
        Self {
            text: String::new(),
            pending: brief.pending.clone(),
            matcher,
            gate,
            marks: Marks::new(passages.len()),
            sanitizer: Sanitizer::new(Addresses::new(pages.collect(), gateway_url)),
            query: brief.query.clone(),
            asked: brief.text.clone(),
            seen: seen.join("\n"),
            findings: brief.findings.clone(),
            quoted: Vec::new(),
            quotes,
            told: None,
            open: None,
            gateway_url: gateway_url.clone(),
            usage: TokenUsage::default(),
            tokens: TokenCounter::default(),
            most_tokens: brief.answer_tokens,
            is_cut: false,
        }
    }

    /// Whether more text may be written. Models count tokens in their own way, so one that keeps to its limit is not
    /// cut because of our rough count.
    pub(super) fn has_room(&self) -> bool {
        self.text.len() < LONGEST_ANSWER && self.tokens.total() < self.most_tokens + self.most_tokens / 4
    }

    fn citations(&self) -> Vec<Citation> {
        let mut citations = citations(self.marks.cited(), &self.findings.passages, &self.query);
        for (citation, passage) in citations.iter_mut().zip(self.marks.cited()) {
            for quoted in self.quoted.iter().filter(|quoted| quoted.passage == *passage) {
                citation.page_end = citation.page_end.max(*quoted.pages.end());
            }
        }
        let boxes = grounds::boxes(&self.text, self.marks.cited(), &self.findings, &self.quoted);
        for (citation, boxes) in citations.iter_mut().zip(boxes) {
            citation.boxes = boxes;
        }
        citations
    }

    /// Checks the figures of the text so far against the cited pages.
    fn verify(&self) -> Verified {
        let given = VerificationInput {
            question: &self.asked,
            seen: &self.seen,
            findings: &self.findings,
            quoted: &self.quoted,
            is_quotation: self.quotes,
        };
        verify(&self.text, self.marks.cited(), &given)
    }

    /// The warnings with which the answer begins.
    fn lead(&self) -> String {
        warnings::carried(&self.pending, AnswerLanguage::of(&self.asked))
    }

    /// The event with which the answer begins, if any.
    pub(super) fn begin(&self) -> Option<AnswerEvent> {
        let lead = self.lead();
        (!lead.is_empty()).then_some(AnswerEvent::Token(lead))
    }

    /// Appends final text. Returns the event for it, if any.
    fn add(&mut self, text: &str, is_last: bool) -> Option<AnswerEvent> {
        let before = self.text.len();
        if let (Some(gate), Some(matcher)) = (&mut self.gate, &self.matcher) {
            let so_far = (self.text.as_str(), self.marks.cited());
            let mut passing = gate.push(text, matcher, so_far);
            if is_last {
                passing.extend(gate.finish(matcher, so_far));
            }
            for part in passing {
                self.warn(&part.before);
                self.text.push_str(&part.text);
            }
        } else {
            self.text.push_str(text);
        }
        let token = self.text.get(before..).unwrap_or_default();
        (!token.is_empty()).then(|| AnswerEvent::Token(token.to_owned()))
    }

    /// Appends warnings.
    fn warn(&mut self, found: &[ApplicableWarning]) {
        if !found.is_empty() && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push_str(if self.text.ends_with('\n') { "\n" } else { "\n\n" });
        }
        let found = self.written(found);
        self.text.push_str(&found);
    }

    /// Warnings in Markdown. They cite the passage of their steps.
    fn written(&mut self, found: &[ApplicableWarning]) -> String {
        let language = AnswerLanguage::of(&self.asked);
        let (kept, more) = warnings::kept(found.iter().collect(), warnings::MOST, |found: &&ApplicableWarning| {
            (found.warning.kind, found.warning.text.len(), found.warning.page)
        });
        let mut text = String::new();
        for ApplicableWarning { warning, name, passage, .. } in kept {
            let page = warning.page;
            let warnings = vec![warning.clone()];
            let (passage_pages, spots) = (page..=page, Vec::new());
            self.quoted.push(QuotedPassage { passage: *passage, pages: passage_pages, spots, begun: None, warnings });
            let hit = self.findings.passages.get(*passage).map(|passage| &passage.hit);
            let is_elsewhere = hit.is_none_or(|hit| !(hit.page..=hit.page_end).contains(&page));
            let place = if is_elsewhere { format!(" ({})", language.on_page(page)) } else { String::new() };
            let mark = self.marks.cite(*passage).map_or_else(String::new, |place| format!(" [{}]", place + 1));
            text.push_str(&warnings::paragraph(name, &warning.text, &format!("{place}{mark}")));
        }
        text.push_str(&warnings::more(&more, language));
        text
    }

    /// The warnings that apply to the answer, and those that it omits, in Markdown. An answer that `is_whole` has all
    /// its marks.
    fn warned(&mut self, is_whole: bool) -> (Vec<Warning>, String) {
        let belonging = |matcher: &WarningMatcher| {
            let (text, cited) = (self.text.as_str(), self.marks.cited());
            // A model that cites nothing has left out the marks, not the steps.
            let has_marks = is_whole && !cited.is_empty();
            if has_marks { matcher.belonging(text, cited) } else { matcher.belonging_to_part(text, cited) }
        };
        let found = self.matcher.as_ref().map(belonging).unwrap_or_default();
        // What the answer begins with is said.
        let is_new = |found: &&ApplicableWarning| !warnings::holds(&self.pending, &found.warning);
        let missing: Vec<ApplicableWarning> =
            WarningMatcher::missing(&self.text, &found).into_iter().filter(is_new).cloned().collect();
        let front = self.written(&missing);
        // What is carried over and what is quoted stands in the text, however much it is: an interruption must lose
        // none of it.
        let quoted = self.quoted.iter().flat_map(|quoted| &quoted.warnings);
        let mut all = warnings::distinct(self.pending.iter().chain(quoted));
        for found in &found {
            warnings::add(&mut all, found.warning.clone());
        }
        (all, front)
    }

    pub(super) fn take(&mut self, event: ModelEvent) -> Option<AnswerEvent> {
        match event {
            ModelEvent::Usage(usage) => {
                self.usage = usage;
                None
            }
            ModelEvent::LimitReached => {
                self.is_cut = true;
                None
            }
            ModelEvent::Quoted(quoted) => {
                self.quoted.push(quoted);
                None
            }
            ModelEvent::Token(token) => {
                self.tokens.push(&token);
                let text = self.marks.push(&token);
                let text = self.sanitizer.push(&text, self.marks.cited());
                self.add(&text, false)
            }
        }
    }

    /// Returns the remaining text, and the note that the answer was cut.
    pub(super) fn settle(&mut self) -> Option<AnswerEvent> {
        let held = self.marks.finish();
        let mut rest = self.sanitizer.push(&held, self.marks.cited());
        rest.push_str(&self.sanitizer.finish(self.marks.cited()));
        if self.is_cut {
            rest.push_str(CUT);
        }
        self.add(&rest, true)
    }

    /// The procedure that the answer starts: quoted, or told in the model's words.
    fn procedure(&self) -> Option<Procedure> {
        let passages = &self.findings.passages;
        let of = |passage: usize| passages.get(passage).map(|passage| &passage.hit);
        let quoted = self.quoted.iter().find_map(|quoted| Some((quoted.passage, quoted.begun.clone()?)));
        let told = || {
            self.marks.cited().iter().filter(|_| !self.quotes).find_map(|place| {
                let passage = passages.get(*place)?;
                let (source, hit) = (Source::of(&self.findings, passage), &passage.hit);
                let units = source.units(hit.page.saturating_sub(1)..=hit.page_end + 1);
                Some((*place, procedure::resembling(&self.text, &units, &source.analyzer())?))
            })
        };
        let (passage, begun) = quoted.or_else(told)?;
        let begun = of(passage).map(|hit| begun.in_document(&hit.document_id, &hit.file_name))?;
        // Who asks about the run that they work through stays where they are in it.
        Some(self.open.clone().filter(|open| open.is_same_run(&begun)).unwrap_or(begun))
    }

    /// Ends a whole answer: appends omitted warnings, unverified figures and the list of sources, and returns the final
    /// event. What was streamed is not sent again, so marks and warnings that are inserted earlier are only in the
    /// final answer; clients that collect tokens get them at the end.
    pub(super) fn close(mut self) -> (Option<AnswerEvent>, AnswerEvent) {
        let (warnings, front) = self.warned(!self.is_cut);
        let (citations, verified) = (self.citations(), self.verify());
        let mut end = verified.sentence(&self.asked);
        // Names of files are not ours either.
        let sources = source_list(&citations, &self.gateway_url);
        end.push_str(&sanitized(&sources, Vec::new(), &self.gateway_url));
        let text = format!("{front}{}{}{end}", self.lead(), verified.marked(&self.text));
        let last = if front.is_empty() { end } else { format!("\n\n{}{end}", front.trim_end()) };
        let last = (!last.is_empty()).then_some(AnswerEvent::Token(last));
        let (verification, usage) = (verified.verification, self.usage);
        let procedure = self.told.clone().or_else(|| self.procedure());
        let answer = Answer { text, citations, verification, warnings, procedure, usage, aborted: false };
        (last, AnswerEvent::Done(Box::new(answer)))
    }

    /// Ends an answer whose model failed: returns the omitted warnings, to follow what was streamed.
    pub(super) fn fail(&mut self) -> Option<AnswerEvent> {
        let (_, left_out) = self.warned(false);
        (!left_out.is_empty()).then(|| AnswerEvent::Token(format!("\n\n{}", left_out.trim_end())))
    }

    /// Ends an answer that was cancelled: what was streamed, preceded by the omitted warnings.
    pub(super) fn cut(mut self) -> AnswerEvent {
        let (warnings, front) = self.warned(false);
        let (citations, verification) = (self.citations(), self.verify().verification);
        let text = format!("{front}{}{}", self.lead(), self.text);
        let (procedure, usage) = (self.told.clone(), self.usage);
        let answer = Answer { text, citations, verification, procedure, warnings, usage, ..Answer::default() };
        AnswerEvent::Done(Box::new(Answer { aborted: true, ..answer }))
    }
}
