//! What of a plan is used.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A calendar month in UTC: `2026-11`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(String);

impl Month {
    /// The month of a time.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(at.strftime("%Y-%m").to_string())
    }

    /// As in `2026-11`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a user has used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// Questions that were answered this month, or are being answered.
    pub messages: u64,
    /// Milliseconds of speech understood and spoken this month.
    pub voice_milliseconds: u64,
    /// Pages of files that the text was extracted of this month, or is being extracted.
    pub extraction_pages: u64,
}

impl Usage {
    /// Minutes begun.
    #[must_use]
    pub fn voice_minutes(&self) -> u64 {
        self.voice_milliseconds.div_ceil(60_000)
    }
}

/// The account that an address had. It names nobody: it is found by a keyed hash of the address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Former {
    /// The month that was used.
    pub month: Month,
    /// What was used in it.
    pub usage: Usage,
    /// Whether the free days were had.
    pub trial_used: bool,
    /// When it is forgotten; epoch seconds.
    pub expires_at: i64,
}
