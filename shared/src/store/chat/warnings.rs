//! Warnings of manuals: those of an answer, and those of a session that were not said to their end.

use serde::{Deserialize, Serialize};

use super::sessions;
use crate::store::expressions::{Change, Condition};
use crate::store::{Store, StoreResult};
use foundation::ids::{ChatId, UserId};

/// How grave the harm is that a warning speaks of (ANSI Z535.6). The gravest comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum WarningKind {
    /// Death or serious injury, unless it is avoided.
    Danger,
    /// Death or serious injury is possible.
    Warning,
    /// Injury or damage is possible.
    Caution,
}

/// A warning of a manual that belongs to what an answer tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// What its signal word says.
    pub kind: WarningKind,
    /// Its text, word for word, without the signal word.
    pub text: String,
    /// The manual.
    pub document_id: String,
    /// The page on which it stands, as a PDF viewer counts.
    pub page: u32,
}

impl Store {
    /// Keeps the warnings of a session that are still to be said, instead of those that were. A session that is
    /// gone needs none.
    ///
    /// # Errors
    /// [`crate::store::StoreError`].
    pub async fn keep_pending(&self, user: &UserId, chat: &ChatId, pending: &[Warning]) -> StoreResult<()> {
        let pending = Some(pending).filter(|pending| !pending.is_empty());
        let change = Change::new().set_or_remove("pendingWarnings", pending);
        self.change_if(&sessions::key(user, chat), change, Condition::present()).await?;
        Ok(())
    }
}
