//! `POST /auth/forgot-password`

use axum::extract::State;
use foundation::ApiResult;
use http::HeaderMap;
use shared::access::Counter;
use shared::access::codes::NewCode;
use shared::http::{ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::identity::Email;
use shared::store::CodePurpose;

use crate::App;
use crate::discreet::{discreet, in_usual_time};
use crate::limits::{MAILS, limit};

pub struct ForgotPassword {
    email: Email,
}

impl FromFields for ForgotPassword {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        Ok(Self { email: fields.required("email")? })
    }
}

/// Mails a code that allows a new password. The answer does not tell whether there is such an account.
pub async fn forgot_password(
    State(state): State<App>,
    client: ClientAddress,
    headers: HeaderMap,
    Valid(ForgotPassword { email }): Valid<ForgotPassword>,
) -> ApiResult<Reply<()>> {
    limit(&state.context, &MAILS, &client).await?;
    in_usual_time(&state.context, Box::pin(mail_code(&state, &headers, email))).await?;
    Ok(ok("If there is an account with this address, we have mailed it a code.", ()))
}

async fn mail_code(state: &App, headers: &HeaderMap, email: Email) -> ApiResult<()> {
    match state.context.store.user_by_email(&email).await? {
        Some(user) => {
            let counter = Counter::of(&state.context, headers, Some(&user));
            let code = NewCode::new(email, CodePurpose::ResetPassword, user.id);
            discreet(state.codes.send(&code, &counter).await)?;
        }
        None => state.codes.pretend(&email).await?,
    }
    Ok(())
}
