//! Figures of the whole system, for administrators: how many users, uploads and sessions there are, and in which month
//! they were made.
//!
//! Every user has a tally, an item in their own partition. Each write that makes or deletes something changes the tally
//! in the same transaction, and with it the counts of all users, which are spread over sixteen shards by the user's id.
//! So the counts of a shard are always the sum of the tallies of its users: deleting an account subtracts its tally in
//! one transaction, however much the account holds, and [`Store::recount`] can repair both.

mod difference;
mod lists;
mod recount;
mod tally;

use std::collections::BTreeMap;

use futures::{StreamExt, TryStreamExt, stream};
use jiff::Timestamp;
use serde_json::{Map, Value};
use strum::{Display, EnumString};

use super::expressions::Change;
use super::item::Key;
use super::{Listing, Store, StoreResult, Write};
use crate::identity::Role;
use foundation::ids::UserId;
use foundation::plans::Month;

pub(super) use difference::{Difference, signed};
pub(super) use lists::UPLOADS;
pub use lists::{Newest, Upload, UserFigures};
pub use tally::Tally;
pub(super) use tally::{joining, leaving};

/// An item as it is stored.
type Item = Map<String, Value>;

/// Over how many partitions the counts are spread, so that concurrent writes of different users seldom meet.
const SHARDS: u32 = 16;

/// Something that is counted, by the month in which it was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Display, EnumString)]
#[strum(serialize_all = "lowercase")]
pub enum Figure {
    /// Accounts that signed up as civilian and have a verified address.
    Civilian,
    /// The same as military.
    Military,
    /// The same as student.
    Student,
    /// Accounts, by the last month in which they used their plan.
    Active,
    /// Documents whose file has arrived.
    Uploads,
    /// Documents that were read.
    Ready,
    /// Chat sessions.
    Sessions,
    /// Accounts from earlier months, by the month in which they were deleted.
    Left,
}

impl Figure {
    /// The three figures that make up all users.
    pub const USERS: [Self; 3] = [Self::Civilian, Self::Military, Self::Student];
}

impl From<Role> for Figure {
    fn from(role: Role) -> Self {
        match role {
            Role::Civilian => Self::Civilian,
            Role::Military => Self::Military,
            Role::Student => Self::Student,
        }
    }
}

/// The month of a time, as figures name it: `2026-03`.
fn month_of(at: Timestamp) -> String {
    Month::of(at).to_string()
}

/// Figures by month. Stored, each is an attribute such as `sessions:2026-03`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures(BTreeMap<(Figure, String), i64>);

impl Figures {
    fn of_item(item: &Item) -> Self {
        let parsed = item.iter().filter_map(|(name, value)| {
            let (figure, month) = name.split_once(':')?;
            Some(((figure.parse().ok()?, month.to_owned()), value.as_i64()?))
        });
        Self(parsed.collect())
    }

    fn add(&mut self, figure: Figure, month: &str, number: i64) {
        *self.0.entry((figure, month.to_owned())).or_default() += number;
    }

    fn add_all(&mut self, other: &Self) {
        for ((figure, month), number) in &other.0 {
            self.add(*figure, month, *number);
        }
    }

    fn negated(&self) -> Self {
        Self(self.0.iter().map(|(key, number)| (key.clone(), -number)).collect())
    }

    /// The figures that are not zero.
    fn entries(&self) -> impl Iterator<Item = (Figure, &str, i64)> {
        self.0
            .iter()
            .filter(|(_, number)| **number != 0)
            .map(|((figure, month), number)| (*figure, month.as_str(), *number))
    }

    fn sum(&self, counts: impl Fn(Figure, &str) -> bool) -> u64 {
        let sum: i64 = self.entries().filter(|(figure, month, _)| counts(*figure, month)).map(|entry| entry.2).sum();
        // Below zero only until the figures of an older system have been counted.
        u64::try_from(sum).unwrap_or(0)
    }

    /// All months together.
    #[must_use]
    pub fn total(&self, figures: &[Figure]) -> u64 {
        self.sum(|figure, _| figures.contains(&figure))
    }

    /// A period: a year such as `2026`, or a month such as `2026-03`.
    #[must_use]
    pub fn during(&self, figures: &[Figure], period: &str) -> u64 {
        self.sum(|figure, month| figures.contains(&figure) && month.starts_with(period))
    }

    /// How many users there were when `month` began, those included who have left in it.
    #[must_use]
    pub fn users_before(&self, month: &str) -> u64 {
        self.sum(|figure, counted| match figure {
            Figure::Left => counted == month,
            figure => Figure::USERS.contains(&figure) && counted < month,
        })
    }

    /// The first year of any figure, as `2026`.
    #[must_use]
    pub fn first_year(&self) -> Option<&str> {
        self.entries().filter_map(|(_, month, _)| year_of(month)).min()
    }

    /// The last month with this figure.
    fn latest(&self, figure: Figure) -> Option<&str> {
        self.entries().filter(|entry| entry.0 == figure && entry.2 > 0).map(|entry| entry.1).max()
    }

    /// Adds the figures to a change of an item.
    fn added_to(&self, change: Change) -> Change {
        self.entries().fold(change, |change, (figure, month, number)| change.add(&attribute(figure, month), number))
    }

    fn by_year(&self) -> BTreeMap<&str, Self> {
        let mut years: BTreeMap<&str, Self> = BTreeMap::new();
        for (figure, month, number) in self.entries() {
            if let Some(year) = year_of(month) {
                years.entry(year).or_default().add(figure, month, number);
            }
        }
        years
    }

    /// The writes that add these figures to the counts of all users, an item for each year.
    fn writes(&self, user: &UserId) -> Vec<Write> {
        let partition = shard_partition(shard_of(user));
        let years = self.by_year().into_iter().map(|(year, figures)| {
            Write::change(Key::new(&partition, year), figures.added_to(Change::new().add("version", 1)))
        });
        years.collect()
    }
}

fn attribute(figure: Figure, month: &str) -> String {
    format!("{figure}:{month}")
}

fn year_of(month: &str) -> Option<&str> {
    month.split_once('-').map(|(year, _)| year)
}

fn shard_of(user: &UserId) -> u32 {
    user.as_str().bytes().map(u32::from).sum::<u32>() % SHARDS
}

fn shard_partition(shard: u32) -> String {
    format!("COUNTS#{shard:02}")
}

impl Store {
    /// The figures of all users together.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn figures(&self) -> StoreResult<Figures> {
        let shards = stream::iter(0..SHARDS).map(|shard| self.shard(shard));
        let shards: Vec<Vec<Item>> = shards.buffer_unordered(SHARDS as usize).try_collect().await?;
        let mut figures = Figures::default();
        for item in shards.iter().flatten() {
            figures.add_all(&Figures::of_item(item));
        }
        Ok(figures)
    }

    /// The items of a shard, one for each year.
    async fn shard(&self, shard: u32) -> StoreResult<Vec<Item>> {
        self.list(Listing::new(shard_partition(shard), "")).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(entries: &[(Figure, &str, i64)]) -> Figures {
        let mut figures = Figures::default();
        for (figure, month, number) in entries {
            figures.add(*figure, month, *number);
        }
        figures
    }

    #[test]
    fn figures_survive_storage_beside_other_attributes() {
        let item = serde_json::json!({
            "PK": "COUNTS#00", "version": 3, "sessions:2026-03": 2, "uploads:2026-04": 1, "unknown:2026-04": 9,
        });
        let item = item.as_object().cloned().unwrap_or_default();
        let expected = figures(&[(Figure::Sessions, "2026-03", 2), (Figure::Uploads, "2026-04", 1)]);
        assert_eq!(Figures::of_item(&item), expected);
    }

    #[test]
    fn sums_go_over_figures_and_periods() {
        let all = figures(&[
            (Figure::Civilian, "2025-12", 4),
            (Figure::Student, "2026-03", 2),
            (Figure::Left, "2026-03", 1),
            (Figure::Sessions, "2026-03", -1),
        ]);
        assert_eq!((all.total(&Figure::USERS), all.total(&[Figure::Sessions])), (6, 0));
        assert_eq!((all.during(&Figure::USERS, "2026"), all.during(&Figure::USERS, "2025-12")), (2, 4));
        assert_eq!((all.users_before("2026-03"), all.users_before("2026-04")), (5, 6));
        assert_eq!(all.first_year(), Some("2025"));
        assert_eq!(all.latest(Figure::Student), Some("2026-03"));
    }

    #[test]
    fn counts_are_written_by_year_and_zero_is_not() {
        let changed = figures(&[
            (Figure::Sessions, "2025-12", 1),
            (Figure::Uploads, "2026-01", -1),
            (Figure::Ready, "2026-02", 0),
        ]);
        let writes = changed.writes(&UserId::new());
        let years: Vec<&str> = writes.iter().map(|write| write.key.sort.as_str()).collect();
        assert_eq!(years, ["2025", "2026"]);
        assert!(writes.iter().all(|write| write.key.partition.starts_with("COUNTS#")));
    }
}
