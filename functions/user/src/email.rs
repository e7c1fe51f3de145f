//! Another e-mail address for an account: `POST /user/profile/email-otp`, and the part of `PUT /user/profile`.

use axum::extract::State;
use foundation::{ApiError, ApiResult};
use shared::access::attempts::check_password;
use shared::access::codes::{CodeError, GivenCode, NewCode};
use shared::access::{Account, Counter};
use shared::http::{Reply, ok};
use shared::identity::Email;
use shared::identity::password::GivenPassword;
use shared::mail::Message;
use shared::store::{CodePurpose, PendingCode, User};

use crate::App;

/// Mails a code that allows to ask for another address, for accounts without a password.
pub async fn mail_code(State(state): State<App>, Account { user: account, .. }: Account) -> ApiResult<Reply<()>> {
    let counter = Counter::Account(account.id.clone());
    let code = NewCode::new(account.email, CodePurpose::AskForEmail, account.id);
    state.codes.send(&code, &counter).await?;
    Ok(ok("We have mailed you a code. Enter it to change your e-mail address.", ()))
}

/// Makes sure that it is the owner of the account who asks for another address; a sign-in alone may be somebody
/// else's. The code that proves it, where the account has no password.
///
/// # Errors
/// 400 `password_required`, `otp_required`, `wrong_password`, `otp_invalid`; 429.
pub async fn authorise(
    state: &App,
    user: &User,
    (password, otp): (Option<GivenPassword>, Option<GivenCode>),
) -> ApiResult<Option<PendingCode>> {
    let context = &state.context;
    let counter = Counter::Account(user.id.clone());
    if user.password_hash.is_some() {
        let message = "To change your e-mail address, please give your current password too.";
        let given = password.ok_or_else(|| ApiError::bad_request("password_required", message))?;
        return if check_password(context, &user.email, Some(user), given, &counter).await? {
            Ok(None)
        } else {
            Err(ApiError::bad_request("wrong_password", "Your current password is wrong."))
        };
    }
    let message =
        "To change your e-mail address, please ask for a code, and enter it: it is mailed to your present address.";
    let otp = otp.ok_or_else(|| ApiError::bad_request("otp_required", message))?;
    let pending = state.codes.check(&user.email, &otp, &[CodePurpose::AskForEmail], &counter).await?;
    if pending.user_id == user.id { Ok(Some(pending)) } else { Err(CodeError::Invalid.into()) }
}

/// Whether the account may have this address.
///
/// # Errors
/// 400 where it does not fit the role; 409 where it is somebody else's.
pub async fn may_have(state: &App, user: &User, email: &Email) -> ApiResult<()> {
    user.role.check_address(email).map_err(|sentence| ApiError::validation(vec![sentence.to_owned()]))?;
    if state.context.store.user_by_email(email).await?.is_some_and(|other| other.email_verified) {
        return Err(ApiError::conflict("email_taken", "This e-mail address belongs to another account."));
    }
    Ok(())
}

/// Mails a code to the new address, and tells the present one. No address waits that the present one does not know
/// of.
///
/// # Errors
/// As [`Codes::send`](shared::access::codes::Codes::send).
pub async fn ask_to_prove(state: &App, user: &User, email: &Email) -> ApiResult<()> {
    let code = NewCode::new(email.clone(), CodePurpose::ChangeEmail, user.id.clone());
    let sent = state.codes.send(&code, &Counter::Account(user.id.clone())).await;
    if let Err(CodeError::TooManyMails { .. }) = &sent {
        state.context.store.withdraw_pending_email(&user.id).await?;
    } else {
        state.codes.mailer().notify(&user.email, &Message::address_wanted(email)).await;
    }
    sent?;
    Ok(())
}
