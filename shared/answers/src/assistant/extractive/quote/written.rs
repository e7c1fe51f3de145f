//! A quotation as Markdown.

use std::path::Path;

use super::Quotation;
use crate::assistant::citations::escape;
use crate::assistant::essence::letters;
use crate::assistant::extractive::AnswerLanguage;
use crate::library::Passage;
use documents::units::{Unit, UnitKind};

impl Quotation {
    /// The quotation in Markdown, followed by its source; `number` is that of the passage. Warnings precede the steps
    /// that they apply to, or all steps if the answer is read out. Units in `told` are omitted.
    pub(in crate::assistant::extractive) fn write(
        &self,
        (passage, number, naming): (&Passage, usize, Naming),
        (language, told): (AnswerLanguage, &mut Vec<String>),
    ) -> String {
        let is_first = |unit: &&Unit| naming == Naming::Aloud && unit.hazard().is_some();
        let inner: Vec<&Unit> = self.units.iter().filter(is_first).collect();
        let before = self.warnings.iter().chain(inner).filter(|unit| is_new(told, unit));
        let before: String = before.map(line).collect();
        let mut has_news = !before.is_empty();
        let mut is_told_now = |unit: &&Unit| {
            let is_new = is_new(told, unit);
            has_news |= is_new;
            // The same step comes in many runs, even twice in one: without it, the run would have a hole.
            is_new || unit.kind == UnitKind::Step
        };
        let rest = self.units.iter().filter(|unit| !is_first(unit));
        let units: Vec<&Unit> = rest.filter(|unit| is_told_now(unit)).collect();
        if !has_news {
            return String::new();
        }
        let mut text = String::new();
        if !before.is_empty() {
            text = format!("{}\n\n{before}", language.warnings());
            if !self.more.is_empty() {
                text.push_str(&format!("> {}\n>\n", language.more_warnings(&self.more)));
            }
            text.truncate(text.trim_end_matches(['>', '\n', ' ']).len());
            text.push_str("\n\n");
        }
        let mut lead = "";
        for unit in &units {
            if !unit.lead.is_empty() && unit.lead != lead {
                text.push_str(&quoted_line(&unit.lead));
            }
            lead = &unit.lead;
            text.push_str(&line(unit));
        }
        // The last empty line of the quotation goes.
        text.truncate(text.trim_end_matches(['>', '\n', ' ']).len());
        if let Some((steps, rest)) = self.part {
            text.push_str(&format!("\n\n{}", language.part_of_run(steps, rest)));
        }
        text.push_str(&format!("\n\n{}", naming.source(passage, &units, number, language)));
        text
    }
}

/// Whether the unit is new. Adds it to `told`.
fn is_new(told: &mut Vec<String>, unit: &Unit) -> bool {
    let letters = if unit.hazard().is_some() { letters(unit.notice_text()) } else { letters(&unit.in_full()) };
    let is_new = !told.contains(&letters);
    if is_new {
        told.push(letters);
    }
    is_new
}

/// How sources are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::assistant::extractive) enum Naming {
    /// `Page 12 of pump.pdf, 2-27. OIL PUMP [1]`
    Written,
    /// `Page 12 of pump [1]`
    Aloud,
}

impl Naming {
    fn source(self, passage: &Passage, units: &[&Unit], number: usize, language: AnswerLanguage) -> String {
        let hit = &passage.hit;
        let widen = |(first, last): (u32, u32), unit: &&Unit| (first.min(unit.page), last.max(unit.page_end));
        let pages = units.iter().fold((hit.page, hit.page), widen);
        let file = &hit.file_name;
        match self {
            Self::Aloud => {
                let name = Path::new(file).file_stem().map_or(file.into(), std::ffi::OsStr::to_string_lossy);
                format!("{} [{number}]", language.source(&escape(&name), pages))
            }
            Self::Written => {
                let title = units.first().and_then(|unit| unit.titles.rsplit(" > ").next()).unwrap_or_default().trim();
                let title = if title.is_empty() { String::new() } else { format!(", {}", escape(title)) };
                format!("{}{title} [{number}]", language.source(&escape(file), pages))
            }
        }
    }
}

/// A unit as a paragraph of a quotation, with emphasis on the signal word of a warning.
pub(in crate::assistant) fn line(unit: &Unit) -> String {
    if unit.hazard().is_none() {
        return quoted_line(&unit.text);
    }
    let items: Vec<String> = unit.notice_items().map(escape).collect();
    let name = unit.notice_name();
    match items.as_slice() {
        [first, rest @ ..] if !rest.is_empty() => {
            let is_intro = unit.notice_text().starts_with(char::is_alphanumeric);
            let (intro, items) = if is_intro { (format!(" {first}"), rest) } else { (String::new(), items.as_slice()) };
            format!("> **⚠ {name}:**{intro}\n>\n> - {}\n>\n", items.join("\n> - "))
        }
        _ => format!("> **⚠ {name}:** {}\n>\n", escape(unit.notice_text())),
    }
}

/// A paragraph of a quotation. Escapes a number at its start.
fn quoted_line(text: &str) -> String {
    let escaped = escape(text);
    let digits = escaped.bytes().take_while(u8::is_ascii_digit).count();
    // "1.5 V" is no item of a list.
    let rest = escaped.get(digits..).unwrap_or_default();
    let is_item = rest.strip_prefix(['.', ')']).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    if digits > 0 && is_item {
        let (number, rest) = escaped.split_at(digits);
        return format!("> {number}\\{rest}\n>\n");
    }
    let bulleted = escaped.starts_with(['-', '+', '~', '=']);
    format!("> {}{escaped}\n>\n", if bulleted { "\\" } else { "" })
}
