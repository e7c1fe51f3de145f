//! `POST /auth/reset-password`

use axum::extract::State as Shared;
use shared::auth::codes::{CodeError, GivenCode};
use shared::auth::password::{self, NewPassword};
use shared::auth::{Email, MangledEmail, attempts};
use shared::http::{ApiError, ApiResult, ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::store::{CodePurpose, Store};

use crate::State;
use crate::limits::{CODES, limit};

pub struct ResetPassword {
    email: Email,
    otp: GivenCode,
    new_password: NewPassword,
}

impl FromFields for ResetPassword {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let email = fields.required::<MangledEmail>("email");
        let otp = fields.required("otp");
        let new_password = fields.required("newPassword");
        Ok(Self { email: email?.0, otp: otp?, new_password: new_password? })
    }
}

/// Sets a new password, with the code from the mail. It ends all sign-ins, and it proves the
/// address, since the code was mailed there.
pub async fn reset_password(
    Shared(state): Shared<State>,
    client: ClientAddress,
    Valid(body): Valid<ResetPassword>,
) -> ApiResult<Reply<()>> {
    limit(&state.context, &CODES, &client).await?;
    let ResetPassword { email, otp, new_password } = body;
    let store = &state.context.store;
    let pending = state.codes.check(&email, &otp, &[CodePurpose::ResetPassword]).await?;
    // The account may have another address by now: its old mailbox opens nothing.
    if store.user_by_email(&email).await?.is_none_or(|owner| owner.id != pending.user_id) {
        return Err(CodeError::Invalid.into());
    }
    let hash = password::hash(new_password.0).await?;
    let consumption = [Store::consume_code(&email, &pending)];
    let changed = store.change_user_with(&pending.user_id, &consumption, |user| {
        user.password_hash = Some(hash.clone());
        user.email_verified = true;
    });
    match changed.await {
        Ok(Some(_)) => {}
        Err(error) if !error.is_condition() => return Err(ApiError::from(error)),
        _ => return Err(CodeError::Invalid.into()),
    }
    store.revoke_sign_ins(&pending.user_id, None).await?;
    attempts::forget(&state.context, &email).await?;
    Ok(ok("Your password is changed. You can sign in with it now.", ()))
}
