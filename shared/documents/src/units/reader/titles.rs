//! Titles of sections, tables and figures.

use super::super::trace::{Printed, spots};
use super::super::{UnitKind, label};
use super::Reader;
use crate::Line;
use crate::outline::{Heading, HeadingKind};

impl Reader {
    /// Whether what looks like a title is the first line below a signal word: `WARNING`, `HIGH VOLTAGE`.
    pub(super) fn is_title_of_notice(&self, heading: &Heading) -> bool {
        let is_numbered = heading.title.starts_with(|c: char| c.is_ascii_digit()) || label(&heading.title).is_some();
        self.is_bare()
            && heading.kind == HeadingKind::Section
            && heading.level > 2
            && !heading.continued
            && !is_numbered
    }

    pub(super) fn title(&mut self, heading: &Heading, line: &Line) {
        let printed = Printed::line(self.sheet, line);
        self.carry();
        self.close();
        self.titled_notice = false;
        let continued = heading.continued || self.is_open(heading);
        if !continued && heading.kind == HeadingKind::Section {
            self.carried = None;
        }
        if heading.kind == HeadingKind::Caption {
            self.caption = Some(heading.title.clone());
            self.caption_spots.clone_from(&printed.spots);
            self.captioned = false;
        } else {
            if !continued {
                // A title between a table and its caption is part of the table's head.
                if self.captioned {
                    self.caption = None;
                }
                self.left_table = true;
                self.task += u32::from(heading.level <= 2);
            }
            self.enter(heading);
        }
        self.push(UnitKind::Title, heading.title.clone(), String::new(), printed);
    }

    /// A further line of a title.
    pub(super) fn title_goes_on(&mut self, line: &Line) {
        let Some(title) = self.units.last_mut().filter(|unit| unit.kind == UnitKind::Title) else { return };
        title.spots.extend(spots(self.sheet, [line.area]));
    }

    /// Whether the section is in force already: its number says so, where its words differ a little.
    fn is_open(&self, heading: &Heading) -> bool {
        heading.kind == HeadingKind::Section && self.titles.iter().any(|open| is_same_section(open, heading))
    }

    fn enter(&mut self, heading: &Heading) {
        if self.titles.iter().any(|open| is_same_section(open, heading)) {
            self.titles.retain(|(level, _)| *level <= heading.level);
            return;
        }
        self.titles.retain(|(level, _)| *level < heading.level);
        self.titles.push((heading.level, heading.title.clone()));
    }
}

/// Whether a title is that of a section in force, word by word or by its number (`4-2.`, `2-1.1`).
fn is_same_section((level, open): &(u8, String), heading: &Heading) -> bool {
    let number = |title: &str| {
        let number = title.split_whitespace().next().unwrap_or_default().trim_end_matches('.');
        let is_compound = number.starts_with(|c: char| c.is_ascii_digit()) && number.contains(['-', '.']);
        is_compound.then(|| number.to_owned())
    };
    let is_same_number = || number(open).is_some_and(|own| Some(own) == number(&heading.title));
    *level == heading.level && (*open == heading.title || is_same_number())
}
