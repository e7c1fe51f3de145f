//! How much of a plan is used.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A calendar month in UTC: `2026-11`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Month(String);

impl Month {
    /// The month of a timestamp.
    #[must_use]
    pub fn of(at: Timestamp) -> Self {
        Self(at.strftime("%Y-%m").to_string())
    }

    /// The month as text, as in `2026-11`.
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

/// The usage of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Usage {
    /// Questions of this month that were answered or are being answered.
    pub messages: u64,
    /// Milliseconds of speech recognised and synthesized this month.
    pub voice_milliseconds: u64,
    /// Pages of this month whose text was extracted or is being extracted.
    pub extraction_pages: u64,
}

impl Usage {
    /// Minutes of speech, rounded up.
    #[must_use]
    pub fn voice_minutes(&self) -> u64 {
        self.voice_milliseconds.div_ceil(60_000)
    }
}

/// The usage of a deleted account. It identifies nobody: it is found by a keyed hash of the account's address.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FormerUsage {
    /// The last month with usage.
    pub month: Month,
    /// The usage in that month.
    pub usage: Usage,
    /// Whether the trial was used.
    pub trial_used: bool,
    /// When it expires, in epoch seconds.
    pub expires_at: i64,
}
