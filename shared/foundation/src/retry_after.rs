//! Parsing of `Retry-After`.

use std::time::Duration;

/// The longest wait between two attempts. If a server asks for more, its error is returned instead.
pub const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// The wait of a `Retry-After` header in seconds. The date form is ignored: the servers called here rarely use it.
#[must_use]
pub fn parse(value: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(value.trim().parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_are_understood_and_nothing_else() {
        assert_eq!(parse(" 2 "), Some(Duration::from_secs(2)));
        assert_eq!(parse("0.5"), Some(Duration::from_millis(500)));
        for value in ["", "-1", "NaN", "1e40", "Wed, 21 Oct 2015 07:28:00 GMT"] {
            assert_eq!(parse(value), None, "{value}");
        }
    }
}
