//! Limits of a plan, and what is said when one is reached.

use std::fmt;

use jiff::Timestamp;
use serde_json::json;

use super::PlanId;
use crate::store::StoreError;
use foundation::ApiError;

/// What billing gives back.
pub type BillingResult<T> = Result<T, BillingError>;

/// Why something was not allowed or could not be counted.
#[derive(Debug, thiserror::Error)]
pub enum BillingError {
    /// The plan does not allow it.
    #[error(transparent)]
    Limit(#[from] LimitReached),
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a plan limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Documents that are kept.
    Documents,
    /// Bytes of their files.
    Storage,
    /// Questions in a month.
    Messages,
    /// Minutes of speech in a month.
    Voice,
    /// Pages of text extraction in a month.
    ExtractionPages,
}

impl Limit {
    /// Its name on the wire, as in a plan's limits.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Documents => "documents",
            Self::Storage => "storageBytes",
            Self::Messages => "messagesPerMonth",
            Self::Voice => "voiceMinutesPerMonth",
            Self::ExtractionPages => "extractionPagesPerMonth",
        }
    }
}

/// A limit of the plan is reached. Its text is a sentence for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitReached {
    /// Which.
    pub limit: Limit,
    /// The plan that has it.
    pub plan: PlanId,
    /// How much it allows, in the limit's unit.
    pub allowed: u64,
    /// How much is used, in the limit's unit.
    pub used: u64,
    /// When it begins anew; none where it does not by itself.
    pub resets_at: Option<Timestamp>,
}

impl fmt::Display for LimitReached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let allowed = self.allowed;
        match self.limit {
            Limit::Documents => write!(f, "Your plan holds {allowed} documents.")?,
            Limit::Storage => write!(f, "Your plan holds {} MB of documents.", allowed / (1024 * 1024))?,
            Limit::Messages => write!(f, "Your plan's {allowed} questions of this month are used up.")?,
            Limit::Voice => write!(f, "Your plan's {allowed} minutes of voice of this month are used up.")?,
            Limit::ExtractionPages => {
                let left = allowed.saturating_sub(self.used);
                write!(f, "Of your plan's {allowed} pages of text extraction a month, {left} are left.")?;
            }
        }
        match self.resets_at {
            Some(at) => write!(f, " You can go on from {}, or choose a larger plan.", at.strftime("%-d %B %Y")),
            None => f.write_str(" Delete some, or choose a larger plan."),
        }
    }
}

impl std::error::Error for LimitReached {}

impl From<LimitReached> for ApiError {
    /// 402 `plan_limit_reached`, with the numbers in `data`.
    fn from(reached: LimitReached) -> Self {
        Self::payment_required("plan_limit_reached", reached.to_string()).with_data(json!({
            "limit": reached.limit.name(),
            "planId": reached.plan,
            "allowed": reached.allowed,
            "used": reached.used,
            "resetsAt": reached.resets_at,
        }))
    }
}

impl From<BillingError> for ApiError {
    fn from(error: BillingError) -> Self {
        match error {
            BillingError::Limit(reached) => reached.into(),
            BillingError::Store(error) => error.into(),
        }
    }
}
