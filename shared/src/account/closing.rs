//! The first step of a deletion: nobody has the account any more.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::EraseError;
use crate::Context;
use crate::auth::KeyUse;
use crate::objects::{ObjectKey, ObjectResult, Objects};
use crate::store::{StoreError, StoreResult, User};
use foundation::ids::{SignInId, UserId};
use foundation::telemetry::causes;
use foundation::time;

/// How long the transaction may be tried. The job waits longer than this for a deletion that was announced.
const CLOSING: Duration = Duration::from_secs(40);
/// What the request does beside the transaction may take no longer; the job does what is left of it.
const TIDYING: Duration = Duration::from_secs(5);

/// The object that starts the job.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Marker {
    /// When the deletion was asked for.
    pub(super) asked_at: Timestamp,
}

impl Marker {
    /// Starts the job for `id`, or lets it go on.
    pub(super) async fn put(objects: &Objects, id: &UserId) -> ObjectResult<()> {
        let marker = serde_json::json!(Self { asked_at: time::now() });
        objects.put(&ObjectKey::Deletion(id.clone()), "application/json", marker.to_string()).await
    }
}

/// Starts the job that removes what a closed account has left, or has it look again.
///
/// # Errors
/// [`crate::objects::ObjectError`].
pub async fn start_erasing(objects: &Objects, id: &UserId) -> ObjectResult<()> {
    Marker::put(objects, id).await
}

/// Whether the job has something to do still.
///
/// # Errors
/// [`crate::objects::ObjectError`].
pub async fn is_being_erased(objects: &Objects, id: &UserId) -> ObjectResult<bool> {
    Ok(objects.info(&ObjectKey::Deletion(id.clone())).await?.is_some())
}

/// Closes an account: when this returns, its sign-ins are over, its address is free, and nothing new is kept for it. What
/// it has left is removed by [`super::erase`]. An account that is closed already stays so.
///
/// The job is started first, and waits until the account is closed: so there is no moment at which a request that dies
/// leaves an account behind that is closed, and that nobody removes.
///
/// `sign_in` is the one that asks: it ends with the account, in one transaction. Operators have none.
///
/// # Errors
/// [`EraseError`]: then the account is most likely still there; asking again says so.
pub async fn close<'a>(
    context: &Context,
    id: &UserId,
    sign_in: impl Into<Option<&'a SignInId>>,
) -> Result<(), EraseError> {
    let store = &context.store;
    let Some(user) = store.user(id).await? else { return Ok(()) };
    let address = context.sign_ins.secret().keyed_hash(KeyUse::FormerAddress, user.email.as_str());
    context.billing.remember(id, &address).await?;
    Marker::put(&context.objects, id).await?;
    let closing = tokio::time::timeout(CLOSING, store.close_account(id, sign_in.into()));
    let closed = closing.await.map_err(|error| StoreError::Busy(Box::new(error)))??;
    // Where an earlier try had closed it, and its answer got lost, this is still to be done.
    let user = closed.unwrap_or(user);
    match tokio::time::timeout(TIDYING, tidy(context, &user)).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => {
            tracing::warn!(error = causes(&error), user = %id, "a closed account is left to the job as it is");
        }
        Err(_) => tracing::warn!(user = %id, "a closed account has many sign-ins; the job ends them"),
    }
    Ok(())
}

/// Forgets what was mailed to the addresses, and ends the other sign-ins.
async fn tidy(context: &Context, user: &User) -> StoreResult<()> {
    let store = &context.store;
    // The job knows no addresses; it does know the sign-ins.
    for address in std::iter::once(&user.email).chain(&user.pending_email) {
        store.forget_address(address, &user.id).await?;
    }
    store.delete_all(&format!("USER#{}", user.id), "SESSION#").await?;
    Ok(())
}
