//! `POST /auth/verify-otp`

use axum::extract::State;
use foundation::{ApiError, ApiResult};
use http::HeaderMap;
use serde_json::{Value, json};
use shared::access::codes::{CodeError, GivenCode};
use shared::access::{Counter, attempts};
use shared::account::take_up;
use shared::http::{ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::identity::Email;
use shared::identity::MangledEmail;
use shared::identity::password::GivenPassword;
use shared::mail::Message;
use shared::store::{CodePurpose, PendingCode, Refused, Store, User};

use crate::App;
use crate::browser::proved;
use crate::limits::{CODES, limit};

pub struct VerifyOtp {
    email: Email,
    otp: GivenCode,
    password: Option<GivenPassword>,
}

impl FromFields for VerifyOtp {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let email = fields.required::<MangledEmail>("email");
        let otp = fields.required("otp");
        let password = fields.optional("password");
        Ok(Self { email: email?.0, otp: otp?, password: password? })
    }
}

const PURPOSES: [CodePurpose; 4] =
    [CodePurpose::SignUp, CodePurpose::ResetPassword, CodePurpose::ChangeEmail, CodePurpose::LinkGoogle];

/// Takes a code for what it was mailed for. A code for a new password is only looked at:
/// `reset-password` uses it up.
pub async fn verify_otp(
    State(state): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    Valid(VerifyOtp { email, otp, password }): Valid<VerifyOtp>,
) -> ApiResult<Reply<Value>> {
    let context = &state.context;
    limit(context, &CODES, &client).await?;
    let user = context.store.user_by_email(&email).await?;
    let counter = Counter::of(context, &headers, user.as_ref());
    let pending = state.codes.check(&email, &otp, &PURPOSES, &counter).await?;
    let message = match pending.purpose {
        CodePurpose::SignUp => {
            sign_up(&state, &headers, &email, &pending, password).await?;
            "Your e-mail address is confirmed. You can sign in now."
        }
        CodePurpose::ChangeEmail => {
            change_email(&state, &email, &pending).await?;
            "Your new e-mail address is confirmed."
        }
        CodePurpose::LinkGoogle => {
            link_google(&state, &email, &pending).await?;
            "You can sign in with Google now."
        }
        CodePurpose::ResetPassword | CodePurpose::AskForEmail | CodePurpose::DeleteAccount => {
            "The code is right. You can choose a new password now."
        }
    };
    Ok(ok(message, json!({"email": email, "purpose": pending.purpose})))
}

async fn sign_up(
    state: &App,
    headers: &HeaderMap,
    email: &Email,
    pending: &PendingCode,
    password: Option<GivenPassword>,
) -> ApiResult<()> {
    let store = &state.context.store;
    let user = store.user(&pending.user_id).await?.filter(|user| !user.email_verified).ok_or(CodeError::Invalid)?;
    let registration = proved(&state.context, headers, &user, password).await?;
    let consumption = [Store::consume_code(email, pending)];
    let changed = store.change_user_with(&pending.user_id, &consumption, |user| {
        if let Some(registration) = registration.clone().filter(|_| !user.email_verified) {
            user.apply(registration);
        }
        user.prove();
    });
    changed.await?.map_err(|refused| used_meanwhile(&refused))?.ok_or(CodeError::Invalid)?;
    take_up(&state.context, &user.id, email).await?;
    attempts::forget(&state.context, email).await?;
    Ok(())
}

async fn change_email(state: &App, email: &Email, pending: &PendingCode) -> ApiResult<()> {
    let store = &state.context.store;
    let asked_for = |user: &User| user.awaited_email() == Some(email);
    let user = store.user(&pending.user_id).await?.filter(asked_for).ok_or(CodeError::Invalid)?;
    if store.user_by_email(email).await?.is_some_and(|other| other.email_verified) {
        return Err(ApiError::conflict("email_taken", "This e-mail address belongs to another account."));
    }
    user.role.check_address(email).map_err(|sentence| ApiError::validation(vec![sentence.to_owned()]))?;
    let replaced = store.replace_email(&user, email, Store::consume_code(email, pending)).await?;
    replaced.map_err(|refused| used_meanwhile(&refused))?.ok_or(CodeError::Invalid)?;
    if let Err(error) = store.withdraw_code(&user.email, &user.id).await {
        // It opens nothing any more; only a new one could not be sent for a while.
        tracing::warn!(%error, user = %user.id, "a code for a former address stays");
    }
    // Whoever holds the old address should know; the change itself does not hang on that.
    state.codes.mailer().notify(&user.email, &Message::address_replaced(email)).await;
    Ok(())
}

async fn link_google(state: &App, email: &Email, pending: &PendingCode) -> ApiResult<()> {
    let subject = pending.google_subject.as_deref().ok_or(CodeError::Invalid)?;
    let store = &state.context.store;
    let owner = store.user_by_email(email).await?.filter(|owner| owner.id == pending.user_id);
    let owner = owner.filter(|owner| owner.google_subject.is_none()).ok_or(CodeError::Invalid)?;
    let consumption = [Store::consume_code(email, pending)];
    let linked = store.link_google(&owner.id, subject, &consumption, |user| {
        // Until now anybody may have typed this address; what they chose opens nothing.
        if !user.email_verified {
            user.password_hash = None;
            user.prove();
        }
    });
    linked.await?.ok().flatten().ok_or(CodeError::Invalid)?;
    if owner.email_verified {
        state.codes.mailer().notify(email, &Message::google_linked()).await;
    } else {
        take_up(&state.context, &owner.id, email).await?;
    }
    Ok(())
}

fn used_meanwhile(refused: &Refused) -> ApiError {
    if refused.failed.contains(&0) {
        return CodeError::Invalid.into();
    }
    ApiError::conflict("email_taken", "This e-mail address belongs to another account.")
}
