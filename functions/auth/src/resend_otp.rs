//! `POST /auth/resend-otp`

use axum::extract::State as Shared;
use shared::auth::codes::NewCode;
use shared::auth::{Email, MangledEmail};
use shared::http::{ApiResult, ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::store::CodePurpose;

use crate::State;
use crate::discreet::{discreet, in_usual_time};
use crate::limits::{MAILS, limit};

pub struct ResendOtp {
    email: Email,
}

impl FromFields for ResendOtp {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        Ok(Self { email: fields.required::<MangledEmail>("email")?.0 })
    }
}

/// Mails a new code for what is pending, or for signing up where nothing is pending and the address
/// was never proved. The answer does not tell whether there is such an account.
pub async fn resend_otp(
    Shared(state): Shared<State>,
    client: ClientAddress,
    Valid(ResendOtp { email }): Valid<ResendOtp>,
) -> ApiResult<Reply<()>> {
    limit(&state.context, &MAILS, &client).await?;
    in_usual_time(&state.context, Box::pin(mail_code(&state, email))).await?;
    Ok(ok("If a code is due for this address, it is on its way or was mailed a moment ago.", ()))
}

async fn mail_code(state: &State, email: Email) -> ApiResult<()> {
    let resent = state.codes.resend(&email).await;
    if !matches!(resent, Ok(None)) {
        return Ok(discreet(resent)?);
    }
    let user = state.context.store.user_by_email(&email).await?;
    match user.filter(|user| !user.email_verified) {
        Some(user) => {
            let code = NewCode { email, purpose: CodePurpose::SignUp, user: user.id, registration: None };
            discreet(state.codes.send(&code).await)?;
        }
        None => state.codes.pretend(&email).await?,
    }
    Ok(())
}
