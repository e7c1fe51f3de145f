//! The one clock and the one text form of time: RFC 3339 in UTC.

use jiff::{SignedDuration, Timestamp};

/// Now, cut to milliseconds so that what is stored and what is shown are equal.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// `seconds` after now.
#[must_use]
pub fn in_seconds(seconds: i64) -> Timestamp {
    now().saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// A form whose text order is the order of time: always milliseconds, always `Z`.
#[must_use]
pub fn sortable(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
