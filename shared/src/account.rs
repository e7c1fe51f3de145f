//! Everything that a user has: deleting it all, and handing it all out.
//!
//! An account is deleted in two steps. [`close`] is the request's: one transaction, after which nobody can sign in to
//! the account, and nothing new is kept for it. [`erase`] is a job's: it removes what is left, in batches, for as long
//! as it takes.

mod attributes;
mod closing;
mod erasing;
mod export;
mod export_file;

pub use attributes::unlisted;
pub use closing::{close, is_being_erased, start_erasing};
pub use erasing::{Erased, erase};
pub use export::{Budget, Exported, export};

use crate::Context;
use crate::auth::KeyUse;
use crate::billing::BillingError;
use crate::identity::Email;
use crate::objects::ObjectError;
use crate::store::StoreError;
use foundation::ids::UserId;

/// Why an account could not be deleted. Trying again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum EraseError {
    /// The table.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What it has used could not be remembered.
    #[error(transparent)]
    Billing(#[from] BillingError),
    /// The bucket.
    #[error(transparent)]
    Objects(#[from] ObjectError),
}

impl From<EraseError> for foundation::ApiError {
    fn from(error: EraseError) -> Self {
        match error {
            EraseError::Store(error) => error.into(),
            EraseError::Billing(error) => error.into(),
            EraseError::Objects(error) => error.into(),
        }
    }
}

/// Lets an account whose address was proved go on where a deleted one with the same address stopped.
///
/// # Errors
/// [`BillingError`].
pub async fn take_up(context: &Context, user: &UserId, email: &Email) -> Result<(), BillingError> {
    let hashes = context.sign_ins.secret().keyed_hashes(KeyUse::FormerAddress, email.as_str());
    context.billing.take_up(user, &hashes).await
}
