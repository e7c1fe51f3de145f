//! The clock, and the text form of timestamps: RFC 3339 in UTC.

use jiff::{SignedDuration, Timestamp};

/// The current time, truncated to milliseconds so that stored and displayed values are equal.
#[must_use]
pub fn now() -> Timestamp {
    let now = Timestamp::now();
    Timestamp::from_millisecond(now.as_millisecond()).unwrap_or(now)
}

/// The time `seconds` from now.
#[must_use]
pub fn in_seconds(seconds: i64) -> Timestamp {
    now().saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(Timestamp::MAX)
}

/// A text form that sorts by time: always with milliseconds, always in `Z`.
#[must_use]
pub fn sortable(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
