//! Whether the figures of answers stand on the pages that they cite.

use serde::{Deserialize, Serialize};

/// Whether the figures of an answer stand on the pages that it cites.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Verification {
    /// How many values and codes were looked for.
    pub checked: u32,
    /// Those that were not found, in the order of the answer.
    pub unverified: Vec<Unverified>,
}

/// A value or a code of an answer that nobody should rely on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Unverified {
    /// As it is written in the answer.
    pub text: String,
    /// Why.
    pub reason: UnverifiedReason,
}

/// Why a figure could not be verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum UnverifiedReason {
    /// It stands on no page that is cited with it.
    NotOnPage,
    /// The number stands there in another unit.
    AnotherUnit,
    /// It stands on a page that is not cited with it.
    OnAnotherPage,
    /// On the page, it belongs to something else than in the answer.
    OfSomethingElse,
    /// The answer cites no page.
    NothingCited,
}
