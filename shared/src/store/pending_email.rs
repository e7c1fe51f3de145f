//! A new address of an account that waits for its proof.

use super::{Store, StoreResult, User};
use crate::identity::Email;
use foundation::ids::UserId;
use foundation::time;

/// Seconds that a new address may wait for its proof, however often its code is mailed.
pub const PENDING_EMAIL_SECONDS: i64 = 3600;

impl User {
    /// The address that shall replace the present one, if it is not given up yet.
    #[must_use]
    pub fn awaited_email(&self) -> Option<&Email> {
        self.pending_email.as_ref().filter(|_| self.pending_email_ends_at > time::now().as_second())
    }

    /// Lets `email` wait for its proof from now on; nothing waits where it is the present address.
    pub fn await_email(&mut self, email: &Email) {
        self.pending_email = Some(email.clone()).filter(|email| *email != self.email);
        self.pending_email_ends_at = time::now().as_second() + PENDING_EMAIL_SECONDS;
    }

    /// Gives up the address that waits for its proof.
    pub fn drop_pending_email(&mut self) {
        self.pending_email = None;
        self.pending_email_ends_at = 0;
    }
}

impl Store {
    /// Gives up the address that waits for its proof, and withdraws its code: whoever secures an account by a new
    /// password, or by ending sign-ins, must not lose it to an address that somebody else asked for before.
    ///
    /// # Errors
    /// [`super::StoreError`].
    pub async fn withdraw_pending_email(&self, id: &UserId) -> StoreResult<()> {
        let Some(email) = self.user(id).await?.and_then(|user| user.pending_email) else { return Ok(()) };
        self.change_user(id, |user| {
            if user.pending_email.as_ref() == Some(&email) {
                user.drop_pending_email();
            }
        })
        .await?;
        self.withdraw_code(&email, id).await
    }
}
