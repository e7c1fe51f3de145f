//! `POST /auth/resend-otp`

use axum::extract::State;
use foundation::ApiResult;
use http::HeaderMap;
use shared::access::Counter;
use shared::access::codes::NewCode;
use shared::http::{ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::identity::Email;
use shared::identity::MangledEmail;
use shared::store::CodePurpose;

use crate::App;
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
    State(state): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    Valid(ResendOtp { email }): Valid<ResendOtp>,
) -> ApiResult<Reply<()>> {
    limit(&state.context, &MAILS, &client).await?;
    in_usual_time(&state.context, Box::pin(mail_code(&state, &headers, email))).await?;
    Ok(ok("If a code is due for this address, it is on its way or was mailed a moment ago.", ()))
}

async fn mail_code(state: &App, headers: &HeaderMap, email: Email) -> ApiResult<()> {
    let context = &state.context;
    let user = context.store.user_by_email(&email).await?;
    let counter = Counter::of(context, headers, user.as_ref());
    let code = match state.codes.last(&email).await? {
        Some(last) if !is_given_up(state, &last).await? => Some(last),
        _ => {
            let user = user.filter(|user| !user.email_verified);
            user.map(|user| NewCode::new(email.clone(), CodePurpose::SignUp, user.id))
        }
    };
    match code {
        Some(code) => discreet(state.codes.send(&code, &counter).await)?,
        None => state.codes.pretend(&email).await?,
    }
    Ok(())
}

/// Whether a code was for a new address that the account does not wait for any more.
async fn is_given_up(state: &App, code: &NewCode) -> ApiResult<bool> {
    if code.purpose != CodePurpose::ChangeEmail {
        return Ok(false);
    }
    let user = state.context.store.user(&code.user).await?;
    Ok(user.is_none_or(|user| user.awaited_email() != Some(&code.email)))
}
