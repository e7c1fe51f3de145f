//! What a write changes of the figures.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Figure, Figures, month_of, tally};
use crate::store::Write;
use crate::store::expressions::{Change, Condition};
use foundation::ids::UserId;

/// What one write changes of the figures. It becomes writes of the same transaction.
#[derive(Debug, Clone, Default)]
pub(in crate::store) struct Difference {
    figures: Figures,
    /// What is counted of the user only, by its attribute.
    own: BTreeMap<&'static str, i64>,
    /// The user's place in the list of all users from now on.
    place: Option<String>,
}

impl Difference {
    /// So many more (or fewer) of what was made then.
    pub(in crate::store) fn of(figure: Figure, made_at: Timestamp, number: i64) -> Self {
        Self::default().and(figure, made_at, number)
    }

    /// The same, and this.
    pub(in crate::store) fn and(self, figure: Figure, made_at: Timestamp, number: i64) -> Self {
        self.in_month(figure, &month_of(made_at), number)
    }

    pub(super) fn in_month(mut self, figure: Figure, month: &str, number: i64) -> Self {
        self.figures.add(figure, month, number);
        self
    }

    /// The same, and so many more (or fewer) messages.
    pub(in crate::store) fn messages(mut self, number: i64) -> Self {
        *self.own.entry(tally::MESSAGES).or_default() += number;
        self
    }

    pub(super) fn listed_at(self, place: String) -> Self {
        Self { place: Some(place), ..self }
    }

    /// The writes: of the user's tally, then of the counts of all users. None if nothing changes.
    pub(in crate::store) fn writes(&self, user: &UserId) -> Vec<Write> {
        let own: Vec<_> = self.own.iter().filter(|(_, number)| **number != 0).collect();
        if self.figures.entries().next().is_none() && own.is_empty() {
            return Vec::new();
        }
        let mut change = self.figures.added_to(Change::new().add("version", 1));
        for (attribute, number) in own {
            change = change.add(attribute, *number);
        }
        if let Some(place) = &self.place {
            change = change.set("listPartition", super::lists::USERS).set("listSort", place);
        }
        [vec![Write::change(tally::key(user), change)], self.figures.writes(user)].concat()
    }

    /// The same, where the condition holds of the tally.
    pub(super) fn writes_when(&self, user: &UserId, condition: Condition) -> Vec<Write> {
        let mut writes = self.writes(user);
        if let Some(tally) = writes.first_mut() {
            tally.condition = Some(condition);
        }
        writes
    }
}

/// A number of things as the difference that they make.
pub(in crate::store) fn signed(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
