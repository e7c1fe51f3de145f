//! `POST /auth/login`

use axum::Extension;
use axum::extract::State;
use foundation::ids::UserId;
use foundation::{ApiError, ApiResult};
use http::HeaderMap;
use serde::Serialize;
use shared::access::attempts::check_password;
use shared::access::{Counter, role_of};
use shared::auth::RefreshError;
use shared::http::{ClientAddress, Fields, FromFields, Invalid, Reply, Valid, ok};
use shared::identity::AccountRole;
use shared::identity::Email;
use shared::identity::password::GivenPassword;

use crate::App;
use crate::device::remember_device;
use crate::limits::{SIGN_INS, limit};
use crate::tokens::{Cookies, Issued, issue, user_agent};

pub struct Login {
    email: Email,
    password: GivenPassword,
}

impl FromFields for Login {
    fn from_fields(fields: &Fields) -> Result<Self, Invalid> {
        let email = fields.required("email");
        let password = fields.required("password");
        Ok(Self { email: email?, password: password? })
    }
}

#[derive(Serialize)]
#[cfg_attr(feature = "schemas", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub struct LoggedIn {
    id: UserId,
    email: Email,
    first_name: String,
    last_name: String,
    role: AccountRole,
    company: String,
    profile_image_url: Option<String>,
    #[serde(flatten)]
    tokens: Issued,
}

/// Signs in with a password.
pub async fn login(
    State(state): State<App>,
    Extension(cookies): Cookies,
    client: ClientAddress,
    headers: HeaderMap,
    Valid(Login { email, password }): Valid<Login>,
) -> ApiResult<Reply<LoggedIn>> {
    let context = &state.context;
    limit(context, &SIGN_INS, &client).await?;
    let user = context.store.user_by_email(&email).await?;
    let counter = Counter::of(context, &headers, user.as_ref());
    let right = check_password(context, &email, user.as_ref(), password, &counter).await?;
    let Some(user) = user.filter(|_| right) else {
        return Err(wrong());
    };
    if !user.email_verified {
        let message = "Please confirm your e-mail address first, with the code that we mailed to you.";
        return Err(ApiError::bad_request("email_not_verified", message));
    }
    let begun = context.sign_ins.begin(&user.id, "password", user_agent(&headers)).await;
    let signed_in = begun.map_err(|error| match error {
        RefreshError::Store(error) => ApiError::from(error),
        error => ApiError::internal(error),
    })?;
    // A password that was replaced meanwhile must not leave a sign-in behind.
    let now = context.store.user(&user.id).await?;
    if now.is_none_or(|now| now.password_hash != user.password_hash) {
        context.store.revoke_sign_in(&signed_in.user_id, &signed_in.id).await?;
        return Err(wrong());
    }
    remember_device(&state, &headers, &cookies, &user).await;
    let tokens = issue(context, &cookies, signed_in);
    let data = LoggedIn {
        role: role_of(&context.config.admin, &user),
        id: user.id,
        email: user.email,
        first_name: user.first_name,
        last_name: user.last_name,
        company: user.company,
        profile_image_url: user.profile_image_url,
        tokens,
    };
    Ok(ok("You are signed in.", data))
}

fn wrong() -> ApiError {
    ApiError::bad_request("invalid_credentials", "The e-mail address or the password is wrong.")
}
