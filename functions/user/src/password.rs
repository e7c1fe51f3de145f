//! `PUT /user/password`

use axum::extract::State;
use foundation::{ApiError, ApiResult};
use shared::access::attempts::check_password;
use shared::access::{Account, Counter};
use shared::http::{Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::identity::NewPassword;
use shared::identity::password::{self, GivenPassword};
use shared::mail::Message;

use crate::App;

pub struct Change {
    current: GivenPassword,
    new: NewPassword,
}

impl FromFields for Change {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let current = fields.required("currentPassword");
        let new = fields.required("newPassword");
        Ok(Self { current: current?, new: new? })
    }
}

/// Replaces the password and ends all other sign-ins.
pub async fn change(
    State(state): State<App>,
    Account { user: account, sign_in }: Account,
    Valid(Change { current, new }): Valid<Change>,
) -> ApiResult<Reply<()>> {
    let context = &state.context;
    if account.password_hash.is_none() {
        let message = "This account has no password yet. Sign out and choose \"forgot password\" to set one.";
        return Err(ApiError::bad_request("no_password", message));
    }
    let facts = [account.email.as_str(), account.email.local_part(), &account.first_name, &account.last_name];
    if new.tells(&facts) {
        return Err(ApiError::validation(vec![format!("newPassword {}", NewPassword::TELLS)]));
    }
    let counter = Counter::Account(account.id.clone());
    if !check_password(context, &account.email, Some(&account), current, &counter).await? {
        return Err(ApiError::bad_request("wrong_password", "Your current password is wrong."));
    }
    let hash = password::hash(new.0).await?;
    let changed = context.store.change_user(&account.id, |account| account.password_hash = Some(hash.clone())).await?;
    changed.ok_or_else(|| ApiError::not_found("Account"))?;
    context.store.revoke_sign_ins(&account.id, Some(&sign_in)).await?;
    context.store.withdraw_pending_email(&account.id).await?;
    state.codes.mailer().notify(&account.email, &Message::password_changed()).await;
    Ok(ok("Your password is changed.", ()))
}
