//! Checking a password, with a limit on how often one may be guessed.

use super::counter::Counter;
use crate::Context;
use crate::identity::Email;
use crate::identity::password::{self, GivenPassword, PasswordError};
use crate::store::{RateLimit, StoreError, User};
use foundation::ApiError;
use foundation::telemetry;

/// Wrong passwords of one [`Counter`].
const GUESSES: RateLimit = RateLimit { name: "password", times: 10, seconds: 900 };

/// Why a password was not checked.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// Too many wrong ones were given.
    #[error("too many wrong passwords")]
    TooMany {
        /// When to try again.
        seconds: u64,
    },
    /// It could not be checked.
    #[error(transparent)]
    Password(#[from] PasswordError),
    /// Storage failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<AttemptError> for ApiError {
    fn from(error: AttemptError) -> Self {
        match error {
            AttemptError::TooMany { seconds } => {
                let message = "Too many wrong passwords. Please try again in a few minutes.";
                Self::too_many_requests("too_many_attempts", message, seconds)
            }
            AttemptError::Password(error) => error.into(),
            AttemptError::Store(error) => error.into(),
        }
    }
}

/// Whether `given` is the password of the account with the address `email`; `user` is that account,
/// if there is one; `counter` says whose wrong ones are counted. An attempt counts before it is checked, so that many at once do not slip
/// through; a right one wipes the count.
///
/// # Errors
/// [`AttemptError`].
pub async fn check_password(
    context: &Context,
    email: &Email,
    user: Option<&User>,
    given: GivenPassword,
    counter: &Counter,
) -> Result<bool, AttemptError> {
    let subject = counter.subject(context, email);
    if let Some(seconds) = context.store.count_against(&GUESSES, &subject).await? {
        telemetry::count_refused_guess();
        return Err(AttemptError::TooMany { seconds });
    }
    let right = password::verify(given.0, user.and_then(|user| user.password_hash.clone())).await?;
    if right {
        context.store.reset_count(&GUESSES, &subject).await?;
    }
    Ok(right)
}

/// Forgets wrong passwords, for somebody who proved by mail who they are.
///
/// # Errors
/// [`StoreError`].
pub async fn forget(context: &Context, email: &Email) -> Result<(), StoreError> {
    context.store.reset_count(&GUESSES, &Counter::Address.subject(context, email)).await
}
