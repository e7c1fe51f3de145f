//! Ending what is being read: from lines to units.

use std::ops::Range;

use super::super::trace::Printed;
use super::super::{Unit, UnitKind, sentences};
use super::Reader;
use crate::Spot;

/// Characters from which a paragraph is cut into its sentences.
const LONG_PARAGRAPH: usize = 320;
/// Most characters of one unit.
const LONGEST: usize = 1_500;

impl Reader {
    /// Ends what is being read.
    pub(super) fn close(&mut self) {
        let Some(open) = self.open.take() else { return };
        if open.is_bare() {
            return;
        }
        self.left_table = true;
        let is_long = open.text.chars().count() > LONG_PARAGRAPH;
        let sheet = self.sheet;
        match open.kind {
            UnitKind::Text if is_long => {
                let mut at = 0;
                for sentence in sentences(&open.text) {
                    at += open.text.get(at..).and_then(|rest| rest.find(sentence)).unwrap_or(0);
                    let begin = at;
                    let spots = |bytes: Range<usize>| open.spots(&(begin + bytes.start..begin + bytes.end), sheet);
                    self.push_cut(UnitKind::Text, sentence, &spots);
                    at += sentence.len();
                }
            }
            kind => self.push_cut(kind, &open.text, &|bytes| open.spots(&bytes, sheet)),
        }
    }

    /// Adds a text, in parts where it is too long for one unit; `spots` says where its bytes stand. All parts of a
    /// notice are notices.
    pub(super) fn push_cut(&mut self, kind: UnitKind, text: &str, spots: &dyn Fn(Range<usize>) -> Vec<Spot>) {
        let mut kind = kind;
        let mut rest = text;
        let name = text.split_once(": ").map(|(name, _)| name).filter(|_| kind == UnitKind::Notice);
        while let Some((cut, _)) = rest.char_indices().nth(LONGEST) {
            let head = rest.get(..cut).unwrap_or_default();
            let end = head.rfind(' ').filter(|end| *end > cut / 2).unwrap_or(cut);
            let begin = text.len() - rest.len();
            let printed = Printed { spots: spots(begin..begin + end), over: Vec::new() };
            let cut = part(rest.get(..end).unwrap_or_default().trim_end(), begin > 0, name);
            self.push(kind, cut, String::new(), printed);
            rest = rest.get(end..).unwrap_or_default().trim_start();
            if name.is_none() {
                kind = UnitKind::Text;
            }
        }
        if !rest.is_empty() {
            let begin = text.len() - rest.len();
            let printed = Printed { spots: spots(begin..text.len()), over: Vec::new() };
            self.push(kind, part(rest, begin > 0, name), String::new(), printed);
        }
    }

    pub(super) fn push(&mut self, kind: UnitKind, text: String, lead: String, printed: Printed) {
        let titles: Vec<&str> = self.titles.iter().map(|(_, title)| title.as_str()).collect();
        let (titles, page, task) = (titles.join(" > "), self.page, self.task);
        let Printed { spots, over } = printed;
        self.units.push(Unit { kind, text, titles, lead, page, page_end: page, task, place: None, spots, over });
    }
}

/// A part of a text; further parts of a notice are named as the first is.
fn part(text: &str, is_further: bool, name: Option<&str>) -> String {
    match name.filter(|_| is_further) {
        Some(name) => format!("{name}: {text}"),
        None => text.to_owned(),
    }
}
