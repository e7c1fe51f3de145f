//! `POST /auth/verify-otp`

use axum::extract::State as Shared;
use serde_json::{Value, json};
use shared::auth::codes::{CodeError, GivenCode};
use shared::auth::{Email, MangledEmail, attempts};
use shared::http::{ApiError, ApiResult, ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::mail::Message;
use shared::store::{CodePurpose, PendingCode, Store, StoreError, User};

use crate::State;
use crate::limits::{CODES, limit};

pub struct VerifyOtp {
    email: Email,
    otp: GivenCode,
}

impl FromFields for VerifyOtp {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let email = fields.required::<MangledEmail>("email");
        let otp = fields.required("otp");
        Ok(Self { email: email?.0, otp: otp? })
    }
}

const PURPOSES: [CodePurpose; 3] = [CodePurpose::SignUp, CodePurpose::ResetPassword, CodePurpose::ChangeEmail];

/// Takes a code for what it was mailed for. A code for a new password is only looked at:
/// `reset-password` uses it up.
pub async fn verify_otp(
    Shared(state): Shared<State>,
    client: ClientAddress,
    Valid(VerifyOtp { email, otp }): Valid<VerifyOtp>,
) -> ApiResult<Reply<Value>> {
    limit(&state.context, &CODES, &client).await?;
    let pending = state.codes.check(&email, &otp, &PURPOSES).await?;
    let message = match pending.purpose {
        CodePurpose::SignUp => {
            sign_up(&state, &email, &pending).await?;
            "Your e-mail address is confirmed. You can sign in now."
        }
        CodePurpose::ChangeEmail => {
            change_email(&state, &email, &pending).await?;
            "Your new e-mail address is confirmed."
        }
        CodePurpose::ResetPassword | CodePurpose::DeleteAccount => {
            "The code is right. You can choose a new password now."
        }
    };
    Ok(ok(message, json!({"email": email, "purpose": pending.purpose})))
}

async fn sign_up(state: &State, email: &Email, pending: &PendingCode) -> ApiResult<()> {
    let store = &state.context.store;
    let consumption = [Store::consume_code(email, pending)];
    let proved = store.change_user_with(&pending.user_id, &consumption, |user| {
        if let Some(registration) = pending.registration.clone().filter(|_| !user.email_verified) {
            user.apply(registration);
        }
        user.email_verified = true;
    });
    proved.await.map_err(used_meanwhile)?.ok_or(CodeError::Invalid)?;
    attempts::forget(&state.context, email).await?;
    Ok(())
}

async fn change_email(state: &State, email: &Email, pending: &PendingCode) -> ApiResult<()> {
    let store = &state.context.store;
    let asked_for = |user: &User| user.pending_email.as_ref() == Some(email);
    let user = store.user(&pending.user_id).await?.filter(asked_for).ok_or(CodeError::Invalid)?;
    if store.user_by_email(email).await?.is_some_and(|other| other.email_verified) {
        return Err(ApiError::conflict("email_taken", "This e-mail address belongs to another account."));
    }
    user.role.check_address(email).map_err(|sentence| ApiError::validation(vec![sentence.to_owned()]))?;
    let replaced = store.replace_email(&user, email, Store::consume_code(email, pending)).await;
    replaced.map_err(used_meanwhile)?.ok_or(CodeError::Invalid)?;
    if let Err(error) = store.withdraw_code(&user.email, &user.id).await {
        // It opens nothing any more; only a new one could not be sent for a while.
        tracing::warn!(%error, user = %user.id, "a code for a former address stays");
    }
    // Whoever holds the old address should know; the change itself does not hang on that.
    if let Err(error) = state.codes.mailer().send(&user.email, &Message::address_replaced(email)).await {
        tracing::warn!(%error, user = %user.id, "the notice of a changed address was not sent");
    }
    Ok(())
}

fn used_meanwhile(error: StoreError) -> ApiError {
    match error {
        StoreError::Condition { failed } if failed.contains(&0) => CodeError::Invalid.into(),
        error @ StoreError::Condition { .. } => {
            ApiError::conflict("email_taken", "This e-mail address belongs to another account.").caused_by(error)
        }
        error => error.into(),
    }
}
