//! Notices between the rows of a table.

use super::super::notices::{is_one_of, notice_at, notice_in_cell};
use super::super::trace::Printed;
use super::super::{LabelStyle, hazard, label, notice_word};
use super::{TableLine, is_long};
use crate::{Row, Spot, Table};

/// Words of a cell that are a text and no name, where no full stop ends them.
const MANY_WORDS: usize = 6;
/// The same where one does.
const FEW_WORDS: usize = 3;

/// States of a machine and kinds of messages, in capitals without accents.
const STATES: &[&str] = &[
    "NORMAL",
    "OK",
    "INFO",
    "INFORMATION",
    "STATUS",
    "ADVISORY",
    "ALERT",
    "ALARM",
    "ERROR",
    "FAULT",
    "FAILURE",
    "CRITICAL",
    "FEHLER",
    "STÖRUNG",
    "MELDUNG",
    "ALARMA",
    "ESTADO",
    "FALLO",
    "AVERIA",
    "ALARME",
    "ERREUR",
    "DEFAUT",
    "PANNE",
];

/// The notices of a table, row by row.
#[derive(Debug, Default)]
pub(super) struct TableNotices {
    state: State,
    /// The signal word above the table, where the first row is not its text.
    left: Option<String>,
}

/// What was read of a notice.
#[derive(Debug, Default)]
enum State {
    /// Nothing, or it has ended.
    #[default]
    Rows,
    /// Its signal word, where that stands, and whether it stands above the table.
    Word { word: String, spots: Vec<Spot>, is_above: bool },
    /// Some of its text, in this column, and whether the signal word stands in a box beside it.
    Text { column: usize, is_beside: bool, is_ended: bool },
}

impl TableNotices {
    /// A signal word, with its place, that stands above the table.
    pub(super) fn below(above: Option<(String, Vec<Spot>)>) -> Self {
        let word = above.map(|(word, spots)| State::Word { word, spots, is_above: true });
        Self { state: word.unwrap_or_default(), left: None }
    }

    /// The signal word whose text was not found in the table.
    pub(super) fn left(self) -> Option<String> {
        match self.state {
            State::Word { word, .. } => Some(word),
            State::Rows | State::Text { .. } => self.left,
        }
    }

    /// Takes what stands alone in its row, where that is a notice or a part of one.
    pub(super) fn takes_alone(
        &mut self,
        (column, text): (usize, &str),
        printed: Printed,
        read: &mut Vec<(TableLine, Printed)>,
    ) -> bool {
        let before = std::mem::take(&mut self.state);
        let further = |is_beside| State::Text { column, is_beside, is_ended: text.ends_with(['.', '!', '?']) };
        if let Some(word) = notice_word(text) {
            self.state = State::Word { word: word.to_owned(), spots: printed.spots, is_above: false };
            return true;
        }
        if let Some((word, rest)) = notice_in_cell(text) {
            self.state = further(false);
            read.push((TableLine::Notice(format!("{word}: {rest}")), printed));
            return true;
        }
        match before {
            // A name in the first row groups those below it.
            State::Word { word, is_above: true, .. } if !is_text(text) && !text.ends_with('!') => {
                self.left = Some(word);
                false
            }
            State::Word { word, mut spots, .. } => {
                self.state = further(false);
                spots.extend(printed.spots);
                read.push((TableLine::Notice(format!("{word}: {text}")), Printed { spots, over: Vec::new() }));
                true
            }
            State::Text { column: own, is_beside, is_ended } => {
                let is_step = label(text).is_some_and(|label| label.style != LabelStyle::Bullet);
                let goes_on = own == column && !is_step && (is_beside || !is_ended);
                if goes_on || is_long(text) {
                    self.state = further(is_beside);
                    read.push((TableLine::More(text.to_owned()), printed));
                    return true;
                }
                false
            }
            State::Rows => false,
        }
    }

    /// Takes a row of two cells that is a warning: the signal word stands in a box beside the text. The word is only a
    /// value where `is_named`: the row has a cell for each head, or the table lists states. The text of a word that
    /// stands alone above the row is taken too; such a row stays a row.
    pub(super) fn takes_row(
        &mut self,
        row: &Row,
        is_named: bool,
        printed: &Printed,
        read: &mut Vec<(TableLine, Printed)>,
    ) -> bool {
        let before = std::mem::take(&mut self.state);
        let filled = || row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty());
        let mut cells = filled();
        if let (Some((_, word)), Some((column, text)), None, false) =
            (cells.next(), cells.next(), cells.next(), is_named)
            && let Some(name) = notice_word(word)
            && hazard(name).is_some()
            && notice_at(&row.line.text).is_some()
        {
            self.state = State::Text { column, is_beside: true, is_ended: false };
            read.push((TableLine::Notice(format!("{name}: {text}")), printed.clone()));
            return true;
        }
        let State::Word { word, mut spots, is_above } = before else { return false };
        let text = filled().map(|(_, cell)| cell).find(|cell| is_text(cell));
        if let Some(text) = text.filter(|_| hazard(&word).is_some()) {
            spots.extend(&printed.spots);
            read.push((TableLine::Notice(format!("{word}: {text}")), Printed { spots, over: Vec::new() }));
        } else if is_above {
            self.left = Some(word);
        }
        false
    }
}

/// Whether a table lists states, of which some are called as notices are: `NORMAL`, `WARNING`, `ALARM`.
pub(in super::super) fn lists_states(table: &Table) -> bool {
    let is_full = |row: &Row| row.cells.iter().all(|cell| !cell.is_empty());
    let is_state = |row: &Row| row.cells.first().is_some_and(|cell| is_one_of(STATES, cell));
    table.rows.iter().all(is_full) && table.rows.iter().any(is_state)
}

/// Whether a cell holds a text and no name or value.
pub(in super::super) fn is_text(cell: &str) -> bool {
    let words = cell.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).count();
    let least = if cell.ends_with(['.', '!']) { FEW_WORDS } else { MANY_WORDS };
    words >= least
}
