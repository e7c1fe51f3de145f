//! `POST /auth/reset-password`

use axum::extract::State;
use foundation::ApiResult;
use http::HeaderMap;
use shared::access::codes::{CodeError, GivenCode};
use shared::access::{Counter, attempts};
use shared::account::take_up;
use shared::http::{ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::identity::Email;
use shared::identity::MangledEmail;
use shared::identity::NewPassword;
use shared::identity::password;
use shared::mail::Message;
use shared::store::{CodePurpose, Store, User};

use crate::App;
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
        let new_password = fields.required::<NewPassword>("newPassword");
        if let (Ok(MangledEmail(email)), Ok(password)) = (&email, &new_password)
            && password.tells(&[email.as_str(), email.local_part()])
        {
            fields.reject(format!("newPassword {}", NewPassword::TELLS));
        }
        Ok(Self { email: email?.0, otp: otp?, new_password: new_password? })
    }
}

/// Sets a new password, with the code from the mail. It ends all sign-ins, and it proves the
/// address, since the code was mailed there.
pub async fn reset_password(
    State(state): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    Valid(body): Valid<ResetPassword>,
) -> ApiResult<Reply<()>> {
    limit(&state.context, &CODES, &client).await?;
    let ResetPassword { email, otp, new_password } = body;
    let store = &state.context.store;
    let owner = store.user_by_email(&email).await?;
    let counter = Counter::of(&state.context, &headers, owner.as_ref());
    let pending = state.codes.check(&email, &otp, &[CodePurpose::ResetPassword], &counter).await?;
    // The account may have another address by now: its old mailbox opens nothing.
    let former = owner.filter(|owner: &User| owner.id == pending.user_id).ok_or(CodeError::Invalid)?;
    let hash = password::hash(new_password.0).await?;
    let consumption = [Store::consume_code(&email, &pending)];
    let changed = store.change_user_with(&pending.user_id, &consumption, |user| {
        user.password_hash = Some(hash.clone());
        user.prove();
        user.drop_pending_email();
    });
    changed.await?.ok().flatten().ok_or(CodeError::Invalid)?;
    store.revoke_sign_ins(&pending.user_id, None).await?;
    if let Some(wanted) = &former.pending_email {
        store.withdraw_code(wanted, &former.id).await?;
    }
    attempts::forget(&state.context, &email).await?;
    if former.email_verified {
        state.codes.mailer().notify(&email, &Message::password_changed()).await;
    } else {
        take_up(&state.context, &former.id, &email).await?;
    }
    Ok(ok("Your password is changed. You can sign in with it now.", ()))
}
