//! The minutes of voice that a plan allows.

use std::time::Duration;

use shared::billing::{Billing, BillingError};
use shared::http::ApiError;
use shared::ids::UserId;

/// Counts what is understood and spoken for one user.
#[derive(Debug, Clone)]
pub(crate) struct VoiceMeter {
    pub(crate) billing: Billing,
    pub(crate) user: UserId,
}

impl VoiceMeter {
    /// Whether anything is left this month.
    pub(crate) async fn check(&self) -> Result<(), ApiError> {
        self.billing.check_voice(&self.user).await.map_err(BillingError::into)
    }

    /// Counts what was understood or spoken. Where that fails, nobody has to wait for it.
    pub(crate) async fn note(&self, length: Duration) {
        if let Err(error) = self.billing.note_voice(&self.user, length).await {
            tracing::error!(%error, user = %self.user, "voice could not be counted");
        }
    }
}
