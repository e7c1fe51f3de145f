//! `POST /user/account/delete-otp` and `DELETE /user/account`

use axum::Extension;
use axum::extract::State;
use foundation::{ApiError, ApiResult};
use shared::access::attempts::check_password;
use shared::access::codes::{GivenCode, NewCode};
use shared::access::{Account, Counter};
use shared::account::close;
use shared::auth::clear_cookies;
use shared::billing::payments::SubscriptionsError;
use shared::http::{Fields, FromFields, Invalid, Reply, ResponseCookies, Valid, ok};
use shared::identity::password::GivenPassword;
use shared::store::CodePurpose;

use crate::App;

/// Mails a code that allows the deletion, for accounts without a password.
pub async fn mail_code(State(state): State<App>, Account { user: account, .. }: Account) -> ApiResult<Reply<()>> {
    let counter = Counter::Account(account.id.clone());
    let code = NewCode::new(account.email, CodePurpose::DeleteAccount, account.id);
    state.codes.send(&code, &counter).await?;
    Ok(ok("We have mailed you a code. Enter it to delete your account.", ()))
}

/// What proves that it is the owner who asks.
pub enum Proof {
    Password(GivenPassword),
    Code(GivenCode),
}

impl FromFields for Proof {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let password = fields.optional("password");
        let otp = fields.optional("otp");
        match (password?, otp?) {
            (Some(password), _) => Ok(Self::Password(password)),
            (None, Some(otp)) => Ok(Self::Code(otp)),
            (None, None) => Err(fields.reject("password or otp is required")),
        }
    }
}

/// Deletes the account for good. What it holds is removed by a job, which may take longer than a request.
pub async fn delete(
    State(state): State<App>,
    Extension(cookies): Extension<ResponseCookies>,
    Account { user: account, sign_in }: Account,
    Valid(proof): Valid<Proof>,
) -> ApiResult<Reply<()>> {
    let context = &state.context;
    let counter = Counter::Account(account.id.clone());
    match proof {
        Proof::Password(given) => {
            if !check_password(context, &account.email, Some(&account), given, &counter).await? {
                return Err(ApiError::bad_request("wrong_password", "The password is wrong."));
            }
        }
        Proof::Code(otp) => {
            let pending = state.codes.check(&account.email, &otp, &[CodePurpose::DeleteAccount], &counter).await?;
            if pending.user_id != account.id {
                return Err(shared::access::codes::CodeError::Invalid.into());
            }
        }
    }
    // Nobody pays for an account that is gone: where this fails, everything stays.
    state.subscriptions.end(&account.id).await.map_err(not_ended)?;
    close(context, &account.id, &sign_in).await?;
    for cookie in clear_cookies(&context.config.auth) {
        cookies.set(cookie);
    }
    Ok(ok("Your account is deleted. Everything in it is being removed.", ()))
}

fn not_ended(error: SubscriptionsError) -> ApiError {
    match error {
        SubscriptionsError::Payments(error) => error.into(),
        SubscriptionsError::Store(error) => error.into(),
        error => ApiError::internal(error),
    }
}
