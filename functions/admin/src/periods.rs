//! Months and years, as figures and series name them: `2026-03`, `2026`.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// The month of a time (UTC), with those before it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Calendar {
    year: i16,
    month: i8,
}

impl Calendar {
    pub(crate) fn at(now: Timestamp) -> Self {
        let date: Date = now.to_zoned(TimeZone::UTC).date();
        Self { year: date.year(), month: date.month() }
    }

    /// This month.
    pub(crate) fn this_month(self) -> String {
        month(self.year, self.month)
    }

    /// The month before.
    pub(crate) fn last_month(self) -> String {
        self.before().this_month()
    }

    fn before(self) -> Self {
        match self.month {
            1 => Self { year: self.year - 1, month: 12 },
            month => Self { month: month - 1, ..self },
        }
    }

    /// This month and those before it, so many, oldest first.
    pub(crate) fn last_months(self, count: usize) -> Vec<String> {
        let mut months: Vec<String> =
            std::iter::successors(Some(self), |month| Some(month.before())).take(count).map(Self::this_month).collect();
        months.reverse();
        months
    }

    /// The months of a year that have begun.
    pub(crate) fn months_of(self, year: i16) -> Vec<String> {
        let last = match year.cmp(&self.year) {
            std::cmp::Ordering::Less => 12,
            std::cmp::Ordering::Equal => self.month,
            std::cmp::Ordering::Greater => 0,
        };
        (1..=last).map(|number| month(year, number)).collect()
    }

    /// The years from `first` until now; this year, where there is none before.
    pub(crate) fn years_since(self, first: Option<&str>) -> Vec<String> {
        let first = first.and_then(|year| year.parse().ok()).unwrap_or(self.year).min(self.year);
        (first..=self.year).map(|year| format!("{year:04}")).collect()
    }
}

fn month(year: i16, month: i8) -> String {
    format!("{year:04}-{month:02}")
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;

    #[test]
    fn series_are_whole_and_end_now() {
        let calendar = Calendar::at("2026-02-28T23:59:59Z".parse().unwrap());
        assert_eq!((calendar.this_month(), calendar.last_month()), ("2026-02".to_owned(), "2026-01".to_owned()));
        assert_eq!(calendar.last_months(4), ["2025-11", "2025-12", "2026-01", "2026-02"]);
        assert_eq!(calendar.months_of(2026), ["2026-01", "2026-02"]);
        assert_eq!((calendar.months_of(2025).len(), calendar.months_of(2027).len()), (12, 0));
        assert_eq!(calendar.years_since(Some("2024")), ["2024", "2025", "2026"]);
        assert_eq!(calendar.years_since(None), ["2026"]);
        assert_eq!(calendar.years_since(Some("2030")), ["2026"]);
    }
}
